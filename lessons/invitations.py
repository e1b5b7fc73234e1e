"""Enroll and invite the people of imported rosters. The table of roster entries is the queue of the workers."""

import logging
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from lessons import leases
from lessons.joining import CannotJoinError, enroll_by_staff
from lessons.models import Cohort, Enrollment, RosterEntry
from lessons.roster_matching import People
from lessons.staffing import invitation_address
from portal.accounts.models import User
from portal.broker import send
from portal.notices.actions import notify

logger = logging.getLogger(__name__)

State = RosterEntry.State
BATCH = 50
MAX_SECONDS = 300
LEASE = timedelta(minutes=6)  # more than the time limit of the task
PAUSE = timedelta(minutes=5)  # after the mail server did not answer
MAX_TRIES = 5
NO_SERVER = "The mail server did not answer."


def wake() -> None:
    """Wake a worker. Without a broker, work on a few entries here; beat wakes a worker for the others."""
    if not send(work_on_rosters):
        work_on_batch()


def list_waiting() -> QuerySet[RosterEntry]:
    return leases.free(RosterEntry.objects.filter(state=State.WAITING))


@shared_task(soft_time_limit=MAX_SECONDS, time_limit=MAX_SECONDS + 10)
def work_on_rosters() -> None:
    try:
        if work_on_batch() and list_waiting().exists():
            send(work_on_rosters)
    except SoftTimeLimitExceeded:
        logger.warning("a batch of roster entries took too long; the rest waits for its lease to end")


def work_on_batch() -> bool:
    """Work on the oldest waiting entries. Return False if the mail server is down, or nothing is waiting."""
    rows = list_waiting().select_related("cohort__course").order_by("pk")[:BATCH]
    taken = [row for row in rows if leases.take(list_waiting(), pk=row.pk, tries=row.tries, lease=LEASE)]
    people = People(taken)
    for at, entry in enumerate(taken):
        try:
            _work_on(entry, people.find(entry))
        except OSError as error:
            _try_later(taken[at:], error)
            return False
    return bool(taken)


def _work_on(entry: RosterEntry, user: User | None) -> None:
    if user is not None:
        _enroll(entry, user)
    elif entry.email:
        _invite(entry)
    else:
        _end(entry)


def _enroll(entry: RosterEntry, user: User) -> None:
    cohort = entry.cohort
    was_there = Enrollment.objects.active().filter(user=user, cohort=cohort).exists()
    try:
        enrollment = enroll_by_staff(user=user, cohort=cohort)
    except CannotJoinError as error:
        _end(entry, State.REFUSED, problem=str(error)[:200])
        return
    if not was_there:
        words = f"You were added to {cohort}."
        notify(user=user, kind="joining", text=words, link=cohort.course.get_absolute_url())
    _end(entry, enrollment=enrollment)


def _invite(entry: RosterEntry) -> None:
    # One by one, so that a refused recipient does not stop the others.
    try:
        invitation_to(entry.cohort, entry.email).send()
    except (SMTPRecipientsRefused, SMTPDataError, ValueError) as error:  # others are not about this address
        logger.info("invitation %s was refused: %r", entry.pk, error)
        _end(entry, State.REFUSED, problem=_reason(error))
        return
    _end(entry, invited_at=timezone.now())


def _reason(error: Exception) -> str:
    """Return the answer of the mail server in one line."""
    answers = getattr(error, "recipients", None) or {}
    code, text = next(
        iter(answers.values()), (getattr(error, "smtp_code", 0), getattr(error, "smtp_error", ""))
    )
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    answer = " ".join(f"{code or ''} {words}".split())
    return f"The mail server refused this address: {answer or type(error).__name__}"[:200]


def invitation_to(cohort: Cohort, email: str) -> EmailMessage:
    context = {"cohort": cohort, "address": invitation_address(cohort), "site_name": settings.SITE_NAME}
    text = render_to_string("lessons/invitation_email.txt", context)
    subject = " ".join(f"[{settings.SITE_NAME}] Your invitation to {cohort.course.title}".split())
    return EmailMessage(subject, text, to=[email], connection=get_connection())


# Any value of a field
def _end(entry: RosterEntry, state: str = State.DONE, problem: str = "", **values: object) -> None:
    rows = RosterEntry.objects.filter(pk=entry.pk)
    rows.update(state=state, problem=problem, leased_until=None, **values)


def _try_later(entries: list[RosterEntry], error: OSError) -> None:
    logger.warning("%d invitations wait: the mail server did not answer: %r", len(entries), error)
    keys = [entry.pk for entry in entries]
    rows = RosterEntry.objects.filter(pk__in=keys)
    rows.filter(tries__gte=MAX_TRIES).update(state=State.REFUSED, problem=NO_SERVER, leased_until=None)
    rows.filter(state=State.WAITING).update(leased_until=timezone.now() + PAUSE)


def send_again(*, entry: RosterEntry) -> None:
    """Queue an invitation again for somebody who has not joined."""
    if entry.email and entry.enrollment_id is None:
        rows = RosterEntry.objects.filter(pk=entry.pk).exclude(state=State.WAITING)
        rows.update(state=State.WAITING, tries=0, problem="", leased_until=None)
        wake()
