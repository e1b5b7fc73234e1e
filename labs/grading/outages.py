"""Waits that were our fault lengthen the deadline of the learners whom they hit."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from labs.deadlines import terms_of
from labs.models import Outage, State, Submission

VERDICTS = (State.GRADED, State.UNREADABLE)


def note(submission: Submission) -> None:
    """Store an outage if a submission waited longer for its first verdict than `OUTAGE_MINUTES`.

    It begins with the oldest submission that got no verdict before, and counts only if that arrived before the
    deadline. Waits that overlap are one outage. Call it with the learner locked.
    """
    if not submission.ended_at or submission.ended_at - submission.receipt.received_at < _promise():
        return
    begins_at, ends_at = _waiting_since(submission), submission.ended_at
    terms = terms_of(submission.enrollment, submission.lab).get(submission.lab_id)
    if terms and terms.deadline.at and begins_at <= terms.deadline.at:
        _store(submission, begins_at, ends_at)


def _promise() -> timedelta:
    return timedelta(minutes=settings.OUTAGE_MINUTES)


def _waiting_since(submission: Submission) -> datetime:
    of_lab = Submission.objects.filter(enrollment=submission.enrollment_id, lab=submission.lab_id)
    earlier = of_lab.filter(number__lt=submission.number).order_by("-number")
    since = submission.receipt.received_at
    last = earlier.filter(state__in=VERDICTS).values_list("number", flat=True).first() or 0
    unanswered = earlier.filter(Q(state=State.FAULT) | Q(state=State.SUPERSEDED), number__gt=last)
    first = unanswered.order_by("receipt__received_at").values_list("receipt__received_at", flat=True).first()
    return min(since, first) if first else since


def _store(submission: Submission, begins_at: datetime, ends_at: datetime) -> None:
    place = {"enrollment_id": submission.enrollment_id, "lab_id": submission.lab_id}
    overlapping = Outage.objects.filter(**place, begins_at__lte=ends_at, ends_at__gte=begins_at)
    times = list(overlapping.values_list("begins_at", "ends_at"))
    overlapping.delete()
    begins_at = min([begins_at, *(each[0] for each in times)])
    ends_at = max([ends_at, *(each[1] for each in times)])
    Outage.objects.create(**place, begins_at=begins_at, ends_at=ends_at)
