"""A learner asks about a grade, and staff answer. Each function is one change with its transaction."""

from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from lessons.models import Enrollment
from lessons.points import show_exactly
from lessons.pseudonyms import name_to_mark
from lessons.rendering.comments import render_comment
from lessons.rights import roles_in
from portal.accounts.models import User
from portal.notices.actions import notify, notify_all
from portal.progress.inquiries.things import Thing, thing_of
from portal.progress.models import Inquiry

MAX_TEXT = 2000
MAX_PER_HOUR = 5  # of a learner
HOUR = timedelta(hours=1)


class CannotAskError(Exception):
    """The question or the answer was not saved; the message says what to do."""


@transaction.atomic
def ask(*, thing: Thing, by: User, reason: str) -> Inquiry:
    """Ask about a grade of one's own. Raises CannotAskError."""
    reason = _clean(reason, "Explain why you ask, so that staff can check it")
    learner = Enrollment.objects.select_for_update(no_key=True, of=("self",)).get(pk=thing.enrollment.pk)
    if learner.user_id != by.pk or not learner.is_active:
        raise CannotAskError("You can ask about your own grades in a course that you are in.")
    if thing.points is None:
        raise CannotAskError("There is no result yet. Ask once there is one.")
    own = Inquiry.objects.filter(enrollment=learner)
    if own.filter(thing=thing.key, state=Inquiry.State.OPEN).exists():
        raise CannotAskError("You have asked about this already. Staff will answer there.")
    if own.filter(asked_at__gt=timezone.now() - HOUR).count() >= MAX_PER_HOUR:
        raise CannotAskError(f"You asked about {MAX_PER_HOUR} grades in the last hour. Try again in an hour.")
    inquiry = Inquiry.objects.create(
        enrollment=learner,
        thing=thing.key,
        title=thing.title[:300],
        reason=reason,
        reason_html=render_comment(reason),
        points_then=thing.points,
        **thing.rows,
    )
    _notify_staff(inquiry)
    return inquiry


def _notify_staff(inquiry: Inquiry) -> None:
    learner = inquiry.enrollment
    staff = roles_in(learner.cohort_id, learner.course_id).filter(user__is_active=True)
    text = f"{name_to_mark(learner)} asks about a grade: {inquiry.title}."
    people = staff.values_list("user", flat=True).distinct()
    notify_all(texts=dict.fromkeys(people, text), kind="inquiry", link=page_of(inquiry))


def page_of(inquiry: Inquiry) -> str:
    return reverse("inquiry", args=[inquiry.pk])


@transaction.atomic
def answer(*, inquiry: Inquiry, by: User, text: str, has_changed: bool) -> Inquiry:
    """Answer an open inquiry, once; the learner gets a notice.

    With `has_changed`, the points must differ from those when it was asked. Raises CannotAskError.
    """
    text = _clean(text, "Write an answer for the learner")
    locked = Inquiry.objects.select_for_update(of=("self",)).get(pk=inquiry.pk)
    if not locked.is_open:
        raise CannotAskError("Somebody answered this in the meantime. Their answer is on the page.")
    thing = thing_of(locked)
    now = thing.points if thing else None
    if has_changed and now == locked.points_then:
        raise CannotAskError("The points are still the same. Change them first, then answer here.")
    locked.state = Inquiry.State.CHANGED if has_changed else Inquiry.State.KEPT
    locked.answer, locked.answer_html = text, render_comment(text)
    locked.points_now, locked.answered_by, locked.answered_at = now, by, timezone.now()
    locked.save()
    words = f"Your question about {locked.title} was answered: {points_words(locked)}."
    notify(user=locked.enrollment.user, kind="inquiry", text=words, link=page_of(locked))
    return locked


def points_words(inquiry: Inquiry) -> str:
    """Return “the points stay”, or “from 65 to 75 points”."""
    if inquiry.state != Inquiry.State.CHANGED:
        return "the points stay"
    return f"from {_shown(inquiry.points_then)} to {_shown(inquiry.points_now)} points"


def _shown(points: Decimal | None) -> str:
    return "the graded" if points is None or points < 0 else show_exactly(points)


def _clean(text: str, wanted: str) -> str:
    text = text.strip()
    if not text:
        raise CannotAskError(f"{wanted}.")
    if len(text) > MAX_TEXT:
        raise CannotAskError(f"This text has {len(text):,} characters. The limit is {MAX_TEXT:,}.")
    return text
