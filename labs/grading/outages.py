"""Lengthen the deadlines of learners who had to wait because of a fault on our side."""

from datetime import datetime

from labs.deadlines import terms_of
from labs.models import Outage, State, Submission
from labs.waits import VERDICTS, merge, open_outages, promise, waiting_since


def note(submission: Submission, *, is_first: bool = True) -> None:
    """Store an outage if a submission that has just ended waited longer for a verdict than `OUTAGE_MINUTES`.

    A fault is one however short the wait was, and stays open: a verdict ends it. An outage begins with the oldest
    submission that got no verdict, and counts only if that arrived before the deadline. Waits that overlap are one
    outage. One that is graded again (not `is_first`) only ends an open outage. Call it with the learner locked.
    """
    begins_at, ends_at = waiting_since(submission), submission.ended_at
    is_fault = submission.state == State.FAULT
    is_open = open_outages(enrollment=submission.enrollment_id, lab=submission.lab_id).exists()
    if ends_at is None or not (is_fault or is_open or (is_first and ends_at - begins_at >= promise())):
        return
    # an open one counted when it began, and must end although the deadline was moved or removed meanwhile
    if is_open or _began_in_time(submission, begins_at):
        goes_on = is_fault or (is_open and submission.state not in VERDICTS)  # it was cancelled
        _store(submission, begins_at, ends_at, is_open=goes_on)


def _began_in_time(submission: Submission, begins_at: datetime) -> bool:
    terms = terms_of(submission.enrollment, submission.lab).get(submission.lab_id)
    return terms is not None and terms.deadline.at is not None and begins_at <= terms.deadline.at


def _store(submission: Submission, begins_at: datetime, ends_at: datetime, *, is_open: bool) -> None:
    place = {"enrollment_id": submission.enrollment_id, "lab_id": submission.lab_id}
    own = Outage.objects.filter(**place)
    times = merge([*own.values_list("begins_at", "ends_at"), (begins_at, ends_at)])
    joined = next((begin, end) for begin, end in times if begin <= begins_at <= end)
    own.filter(begins_at__gte=joined[0], ends_at__lte=joined[1]).delete()
    Outage.objects.create(**place, begins_at=joined[0], ends_at=joined[1], is_open=is_open)
