"""Every change of a submission's state. Each is one conditional UPDATE, so repeating it does nothing.

Nobody else writes `state`. A worker needs a Claim; its token fences off earlier claims.
"""

import logging
import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from labs.addresses import submission_address
from labs.deadlines import keys_that_may_earn_more
from labs.grader.report import Outcome
from labs.grader.report import Report as EngineReport
from labs.grading import counting, outages
from labs.grading.failed_checks import update_failed_checks
from labs.grading.queues import in_fair_order
from labs.grading.result_notices import notify_of_unreadable
from labs.grading.results import announce
from labs.grading.staff_mail import mail_staff
from labs.models import (
    ENDED,
    RUNNING,
    LabRegrade,
    LabVersion,
    Queue,
    Receipt,
    Report,
    Repository,
    State,
    Submission,
    Team,
)
from lessons.models import Enrollment

logger = logging.getLogger(__name__)

CLOCKS_DIFFER = timedelta(seconds=10)  # allowed clock skew between worker machines
BACK_OFF = 4  # each try after a fault waits that many times longer
WORKER = f"{socket.gethostname()[:80]} {os.getpid()}"


@dataclass(frozen=True)
class Claim:
    """The right to work on one submission until the lease runs out. `tries` counts this one."""

    submission_id: int
    token: int
    tries: int


def _change(rows: QuerySet[Submission], state: State, **fields: Any) -> int:
    # returns the number of rows that still met their condition
    return rows.update(state=state, version=F("version") + 1, **fields)


def _lease() -> datetime:
    return timezone.now() + timedelta(seconds=settings.GRADING_LEASE_SECONDS)


def _held(claim: Claim) -> QuerySet[Submission]:
    return Submission.objects.filter(pk=claim.submission_id, token=claim.token, state__in=RUNNING)


# --- into the queue -------------------------------------------------------------------------------------------------


def submission_for(
    receipt: Receipt, *, head_ref: str, head: str, queued_at: datetime | None = None
) -> Submission:
    """Return the submission of the received state: the existing one, or a new one, which waits since `queued_at`.

    Call it in a transaction that keeps others from numbering submissions of this learner and lab.
    """
    of_lab = Submission.objects.filter(enrollment=receipt.repository.enrollment, lab=receipt.repository.lab)
    known = of_lab.filter(digest=receipt.digest).first()
    if known:
        requeue(known, only_from=(State.UNREADABLE, State.SUPERSEDED, State.CANCELLED))
        Submission.objects.filter(pk=known.pk, state=State.QUEUED).update(queue=Queue.LIVE)
        use_earlier_receipt(receipt)
        known.refresh_from_db()
        return known
    newest = of_lab.order_by("-number").values_list("number", flat=True).first()
    return Submission.objects.create(
        enrollment=receipt.repository.enrollment,
        lab=receipt.repository.lab,
        team=_team_of(receipt.repository),
        receipt=receipt,
        number=(newest or 0) + 1,
        digest=receipt.digest,
        head=head,
        head_ref=head_ref[:255],
        queued_at=queued_at or timezone.now(),
    )


def _team_of(repository: Repository) -> Team | None:
    if not repository.lab.is_for_teams:
        return None
    return Team.objects.filter(lab=repository.lab_id, holder=repository.enrollment_id).first()


def use_earlier_receipt(receipt: Receipt) -> None:
    """Let the submission of a state have this receipt if it is older than its own."""
    # A message from GitHub may be older than what was recorded while it waited: the state was first seen then.
    repository = receipt.repository
    same = Submission.objects.filter(
        enrollment=repository.enrollment_id, lab=repository.lab_id, digest=receipt.digest
    )
    later = {"receipt__repository": repository, "receipt__received_at__gt": receipt.received_at}
    same.filter(**later).update(receipt=receipt)


def requeue(
    submission: Submission, *, only_from: tuple[State, ...] = ENDED, queue: Queue = Queue.LIVE
) -> bool:
    """Queue an ended submission again and reset its tries. An existing report stays current until the next one."""
    ended = Submission.objects.filter(pk=submission.pk, state__in=only_from)
    return bool(
        _change(
            ended,
            State.QUEUED,
            queue=queue,
            token=F("token") + 1,
            tries=0,
            message="",
            last_fault="",
            not_before=None,
            queued_at=timezone.now(),
            fetching_at=None,
            checking_at=None,
            ended_at=None,
        )
    )


def _without_report(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    # a submission that is being graded again keeps its report, whatever happens
    return rows.filter(state=State.QUEUED).exclude(Exists(Report.objects.filter(submission=OuterRef("pk"))))


def supersede(submission: Submission) -> int:
    """End the other waiting submissions of this learner and lab; `submission` is the newest state.

    One that staff chose to count stays, and the newest of those that were received early enough to earn more.
    """
    others = Submission.objects.filter(
        enrollment=submission.enrollment_id, lab=submission.lab_id, choice=None
    )
    waiting = _without_report(others.exclude(pk=submission.pk))
    ended = waiting.exclude(pk__in=keys_that_may_earn_more(submission, waiting))
    return _change(ended, State.SUPERSEDED, ended_at=timezone.now())


@transaction.atomic
def cancel(submission: Submission) -> bool:
    """Cancel a submission that was never graded and that staff did not choose to count. The wait so far may count."""
    learner = counting.lock_learner(submission.enrollment_id)
    waiting = _without_report(Submission.objects.filter(pk=submission.pk, choice=None))
    is_cancelled = bool(_change(waiting, State.CANCELLED, ended_at=timezone.now()))
    if is_cancelled:
        _note_outage(learner, submission.pk)
    return is_cancelled


# --- claimed --------------------------------------------------------------------------------------------------------


def claim(queue: Queue = Queue.LIVE) -> Claim | None:
    # None if nothing can be claimed
    return next(filter(None, map(_claim, in_fair_order(queue))), None)


def _claim(row: Submission) -> Claim | None:
    queued = Submission.objects.filter(pk=row.pk, state=State.QUEUED, token=row.token)
    try:
        with transaction.atomic():
            won = _change(
                queued,
                State.FETCHING,
                token=F("token") + 1,
                tries=F("tries") + 1,
                lease_until=_lease(),
                not_before=None,
                worker=WORKER,
                fetching_at=timezone.now(),
                checking_at=None,
            )
    except IntegrityError:  # another worker has just claimed a submission of the same learner
        return None
    return Claim(row.pk, row.token + 1, row.tries + 1) if won else None


def start_checking(claim: Claim) -> bool:
    fetched = _held(claim).filter(state=State.FETCHING)
    return bool(_change(fetched, State.CHECKING, checking_at=timezone.now(), lease_until=_lease()))


def heartbeat(claim: Claim) -> bool:
    """Prolong the lease; return False if the claim is lost. Nothing visible changes, so `version` stays."""
    return bool(_held(claim).update(lease_until=_lease()))


# --- ended ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def finish(claim: Claim, report: EngineReport, lab_version: LabVersion, notes: Sequence[str] = ()) -> bool:
    """Write the report, which becomes current, and the state. Return False if the claim is lost."""
    learner = _lock_learner(claim)
    if learner is None or not _answer(claim, State.GRADED, message=""):
        return False
    is_first = not Report.objects.filter(submission=claim.submission_id).exists()
    submission = Submission.objects.only(*_OF_FINISHED).get(pk=claim.submission_id)
    _store(learner, submission, report, lab_version, notes, is_first=is_first)
    return True


def _store(
    learner: Enrollment,
    submission: Submission,
    report: EngineReport,
    lab_version: LabVersion,
    notes: Sequence[str],
    *,
    is_first: bool = False,
    regrade: LabRegrade | None = None,
) -> Report:
    Report.objects.filter(submission=submission.pk, is_current=True).update(is_current=False)
    stored = Report.objects.create(
        submission_id=submission.pk,
        lab_version=lab_version,
        spec_digest=report.spec_digest,
        engine=report.engine,
        data=report.to_json(),
        notes=list(notes),
        points=report.points,
        max_points=report.max_points,
        passed=report.passed,
        regrade=regrade,
    )
    if not regrade:
        outages.note(submission, is_first=is_first)
    _follow(learner, submission, stored, report)
    return stored


def _follow(learner: Enrollment, submission: Submission, stored: Report, report: EngineReport) -> None:
    # everything that depends on the current report
    needed = {result.id[:100] for result in report.results if result.outcome is Outcome.NEEDS_WORK}
    update_failed_checks(submission, needed)
    if submission.lab_id not in counting.recount_locked(learner):
        counting.keep_best(submission)
    announce(stored)


@transaction.atomic
def replace_report(
    submission: Submission, report: EngineReport, regrade: LabRegrade, notes: Sequence[str]
) -> Report:
    """Store the report of a rehearsal, which becomes current; the learner and the submission are locked."""
    _change(Submission.objects.filter(pk=submission.pk, state=State.GRADED), State.GRADED)
    learner = counting.lock_learner(submission.enrollment_id)
    return _store(learner, submission, report, regrade.version, notes, regrade=regrade)


@transaction.atomic
def restore_report(submission: Submission, *, report: int, applied: int) -> Report | None:
    """Make `report` current again in place of `applied`; both are keys. None if it was graded again since."""
    current = Report.objects.filter(pk=applied, submission=submission.pk, is_current=True)
    if submission.state != State.GRADED or not current.update(is_current=False):
        return None
    Report.objects.filter(pk=report, submission=submission.pk).update(is_current=True)
    _change(Submission.objects.filter(pk=submission.pk, state=State.GRADED), State.GRADED)
    restored = Report.objects.get(pk=report)
    learner = counting.lock_learner(submission.enrollment_id)
    _follow(learner, submission, restored, EngineReport.from_json(restored.data))
    return restored


_OF_FINISHED = ("enrollment", "lab", "number", "is_best", "state", "queued_at", "ended_at", "answered_at")


def _lock_learner(claim: Claim) -> Enrollment | None:
    # before any submission is changed, in the order in which everyone locks
    own = Submission.objects.filter(pk=claim.submission_id).values_list("enrollment", flat=True)
    return next(map(counting.lock_learner, own), None)


@transaction.atomic
def mark_unreadable(claim: Claim, message: str) -> bool:
    # the learner's set-up is at fault; `message` says what to do
    learner = _lock_learner(claim)
    if learner is None or not _answer(claim, State.UNREADABLE, message=message):
        return False
    _note_outage(learner, claim.submission_id)
    notify_of_unreadable(claim.submission_id)
    return True


def _note_outage(learner: Enrollment, key: int) -> None:
    submission = Submission.objects.get(pk=key)
    submission.enrollment = learner
    outages.note(submission)
    counting.recount_locked(learner)


def _answer(claim: Claim, state: State, *, message: str) -> bool:
    now = timezone.now()
    first = Coalesce("answered_at", Value(now))
    ended = {"lease_until": None, "message": message, "ended_at": now, "answered_at": first}
    return bool(_change(_held(claim), state, **ended))


def give_back(claim: Claim, fault: str) -> bool:
    # After `GRADING_MAX_TRIES` tries it ends as a fault, and the staff are mailed. Each try waits longer than the last.
    seconds = settings.GRADING_RETRY_SECONDS * BACK_OFF ** (claim.tries - 1)
    return _give_back(_held(claim), claim, fault, timezone.now() + timedelta(seconds=seconds))


def let_wait(claim: Claim) -> bool:
    # something it needs is not ready yet, so this try does not count
    again = {"lease_until": None, "fetching_at": None, "tries": F("tries") - 1}
    return bool(_change(_held(claim), State.QUEUED, **again))


def reap() -> int:
    """Give back running submissions whose lease has expired; return how many."""
    now, lease = timezone.now(), timedelta(seconds=settings.GRADING_LEASE_SECONDS)
    # A lease that ends later than any new one could dates from before the clock was set back.
    ended = Q(lease_until__lt=now) | Q(lease_until__gt=now + 3 * lease + CLOCKS_DIFFER)
    expired = Submission.objects.filter(ended, state__in=RUNNING)
    claims = [Claim(*row) for row in expired.values_list("pk", "token", "tries")]
    fault = "The worker stopped without an error, and its lease expired."
    return sum(_give_back(expired.filter(pk=c.submission_id, token=c.token), c, fault) for c in claims)


def _give_back(
    held: QuerySet[Submission], claim: Claim, fault: str, not_before: datetime | None = None
) -> bool:
    logger.warning("submission %s, try %s: %s", claim.submission_id, claim.tries, fault)
    if claim.tries < settings.GRADING_MAX_TRIES:
        again = {"lease_until": None, "last_fault": fault, "fetching_at": None, "checking_at": None}
        return bool(_change(held, State.QUEUED, not_before=not_before, **again))
    reference = f"G-{secrets.token_hex(2).upper()}"
    ended = {
        "lease_until": None,
        "last_fault": f"{reference}: {fault}",
        "message": "Grading stopped because of a fault on our side. We told the course staff. "
        f"You don’t have to do anything. Reference {reference}.",
        "ended_at": timezone.now(),
    }
    with transaction.atomic():
        learner = _lock_learner(claim)
        ended_now = learner is not None and bool(_change(held, State.FAULT, **ended))
        if learner and ended_now:
            _note_outage(learner, claim.submission_id)
            transaction.on_commit(partial(tell_staff, claim.submission_id), robust=True)
    return ended_now


def tell_staff(submission_id: int) -> None:
    submission = Submission.objects.select_related("lab__course", "enrollment__user").get(pk=submission_id)
    address = submission_address(submission)
    logger.error("fault after %s tries, %s: %s", submission.tries, address, submission.last_fault)
    mail_staff(
        course=submission.lab.course,
        subject=f"A submission could not be graded: {submission.lab}",
        text=f"Grading {submission} failed after {submission.tries} tries because of a fault on our side.\n\n"
        f"{submission.last_fault}\n\n"
        f"When the cause is fixed, grade it again: {address}\n",
    )
