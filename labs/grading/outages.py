"""Lengthen the deadlines of learners who had to wait because of a fault on our side."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, Q, QuerySet

from labs.deadlines import terms_of
from labs.models import Outage, State, Submission

VERDICTS = (State.GRADED, State.UNREADABLE)
MAX_LINKS = 100  # submissions that one outage may join


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
    place = {"enrollment": submission.enrollment_id, "lab": submission.lab_id}
    others = Submission.objects.filter(**place).exclude(pk=submission.pk)
    unanswered = others.filter(state__in=(State.FAULT, State.SUPERSEDED))
    faults = Outage.objects.filter(
        **place
    )  # also one that ended this very submission before it was queued again
    if verdict_at := _last_verdict(submission, others):
        unanswered = unanswered.filter(ended_at__gt=verdict_at)
        faults = faults.filter(ends_at__gt=verdict_at)
    begins_at = submission.queued_at
    rows = unanswered.order_by("-ended_at").values_list("state", "queued_at", "ended_at")[:MAX_LINKS]
    for state, queued_at, ended_at in rows:
        # After a fault the learner waits for us. One that was replaced long before the next push was a pause of theirs.
        if state == State.FAULT or (ended_at and ended_at >= begins_at):
            begins_at = min(begins_at, queued_at)
    fault = faults.order_by("begins_at").values_list("begins_at", flat=True).first()
    return min(begins_at, fault) if fault else begins_at


def _last_verdict(submission: Submission, others: QuerySet[Submission]) -> datetime | None:
    # `ended_at` of one that is graded again is empty, so both times count
    times = others.aggregate(first=Max("answered_at"), last=Max("ended_at", filter=Q(state__in=VERDICTS)))
    own = submission.answered_at if submission.answered_at != submission.ended_at else None
    return max(filter(None, (*times.values(), own)), default=None)


def _store(submission: Submission, begins_at: datetime, ends_at: datetime) -> None:
    place = {"enrollment_id": submission.enrollment_id, "lab_id": submission.lab_id}
    overlapping = Outage.objects.filter(**place, begins_at__lte=ends_at, ends_at__gte=begins_at)
    times = list(overlapping.values_list("begins_at", "ends_at"))
    overlapping.delete()
    begins_at = min([begins_at, *(each[0] for each in times)])
    ends_at = max([ends_at, *(each[1] for each in times)])
    Outage.objects.create(**place, begins_at=begins_at, ends_at=ends_at)
