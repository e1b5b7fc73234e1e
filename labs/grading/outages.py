"""Waits that were our fault lengthen the deadline of the learners whom they hit."""

from datetime import datetime, timedelta

from django.conf import settings

from labs.deadlines import terms_of
from labs.models import Outage, State, Submission

VERDICTS = (State.GRADED, State.UNREADABLE)


def note(submission: Submission) -> None:
    """Store an outage if a submission that has just ended waited longer for a verdict than `OUTAGE_MINUTES`.

    A fault is one however short the wait was. An outage begins with the oldest submission that got no verdict, and
    counts only if that arrived before the deadline. Waits that overlap are one outage. Call it with the learner locked.
    """
    begins_at, ends_at = _waiting_since(submission), submission.ended_at
    is_fault = submission.state == State.FAULT
    if ends_at is None or not (is_fault or ends_at - begins_at >= _promise()):
        return
    terms = terms_of(submission.enrollment, submission.lab).get(submission.lab_id)
    if terms and terms.deadline.at and begins_at <= terms.deadline.at:
        _store(submission, begins_at, ends_at)


def _promise() -> timedelta:
    return timedelta(minutes=settings.OUTAGE_MINUTES)


def _waiting_since(submission: Submission) -> datetime:
    # From the queue, not from the receipt: a state that is pushed again long after a verdict keeps its receipt.
    of_lab = Submission.objects.filter(enrollment=submission.enrollment_id, lab=submission.lab_id)
    earlier = of_lab.filter(number__lt=submission.number).order_by("-number")
    last = earlier.filter(state__in=VERDICTS).values_list("number", "ended_at").first()
    unanswered = earlier.filter(state__in=(State.FAULT, State.SUPERSEDED), number__gt=last[0] if last else 0)
    first = unanswered.order_by("queued_at").values_list("queued_at", flat=True).first()
    # a fault that ended this very submission before it was queued again
    faults = Outage.objects.filter(enrollment=submission.enrollment_id, lab=submission.lab_id)
    for verdict_at in (last and last[1], _answered_before(submission)):
        faults = faults.filter(ends_at__gt=verdict_at) if verdict_at else faults
    fault = faults.order_by("begins_at").values_list("begins_at", flat=True).first()
    return min(filter(None, (submission.queued_at, first, fault)))


def _answered_before(submission: Submission) -> datetime | None:
    return submission.answered_at if submission.answered_at != submission.ended_at else None


def _store(submission: Submission, begins_at: datetime, ends_at: datetime) -> None:
    place = {"enrollment_id": submission.enrollment_id, "lab_id": submission.lab_id}
    overlapping = Outage.objects.filter(**place, begins_at__lte=ends_at, ends_at__gte=begins_at)
    times = list(overlapping.values_list("begins_at", "ends_at"))
    overlapping.delete()
    begins_at = min([begins_at, *(each[0] for each in times)])
    ends_at = max([ends_at, *(each[1] for each in times)])
    Outage.objects.create(**place, begins_at=begins_at, ends_at=ends_at)
