"""Compute how long learners have waited for a verdict, and how long our outages lasted. No writes here."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from labs.models import RUNNING, Connection, Delivery, Outage, State, Submission

VERDICTS = (State.GRADED, State.UNREADABLE)
UNANSWERED = (State.QUEUED, *RUNNING)
MAX_LINKS = 100  # submissions that one outage may join


def promise() -> timedelta:
    """Return how long a wait must be to count as an outage."""
    return timedelta(minutes=settings.OUTAGE_MINUTES)


def waiting_since(submission: Submission) -> datetime:
    """Return the time since which the learner has waited: a replaced submission or a fault may be the first."""
    # From the queue, not from the receipt: a state that is pushed again long after a verdict keeps its receipt.
    place = _place(submission.enrollment_id, submission.lab_id)
    others = Submission.objects.filter(**place).exclude(pk=submission.pk)
    replaced = others.filter(state=State.SUPERSEDED)
    if verdict_at := _last_verdict(submission, others):
        replaced = replaced.filter(ended_at__gt=verdict_at)
    begins_at = submission.queued_at
    rows = replaced.order_by("-ended_at").values_list("queued_at", "ended_at")[:MAX_LINKS]
    for queued_at, ended_at in rows:
        # One that was replaced long before the next push was a pause of the learner.
        if ended_at and ended_at >= begins_at:
            begins_at = min(begins_at, queued_at)
    # After a fault the learner waits for us, until a verdict ends the outage.
    return min([begins_at, *open_outages(**place).values_list("begins_at", flat=True)])


def open_outages(**place: Any) -> QuerySet[Outage]:  # Any: values of fields
    return Outage.objects.filter(**place, is_open=True)


def waiting_messages(then: datetime, **of: Any) -> QuerySet[Delivery]:  # Any: values of fields
    """Return the messages from GitHub that have waited for a worker since before `then`, of these connections.

    Also those that a newer push replaced meanwhile: the learner still waits for the look that they caused.
    """
    outcomes = (Delivery.Outcome.WAITING, Delivery.Outcome.REPLACED)
    unread = Q(connection__looked_at=None) | Q(connection__looked_at__lt=F("received_at"))
    prompt = Delivery.objects.filter(unread, outcome__in=outcomes, is_prompt=True, received_at__lte=then)
    place = {f"connection__{name}": value for name, value in of.items()}
    return prompt.filter(**place, connection__look_at__isnull=False)


def first_message_at(connection: Connection) -> datetime | None:
    messages = waiting_messages(timezone.now(), pk=connection.pk).order_by("received_at")
    return messages.values_list("received_at", flat=True).first()


def seconds_lost(enrollment: int, lab: int, due: datetime) -> int | None:
    """Return the seconds of all outages of a learner for a lab, the running one included. None if none is running.

    A wait counts only if it began before the deadline, which is `due` without the running outage.
    """
    place, now = _place(enrollment, lab), timezone.now()
    waiting = Submission.objects.filter(**place, state__in=UNANSWERED, reports=None).order_by("queued_at")
    starts = list(open_outages(**place).values_list("begins_at", flat=True))
    if oldest := waiting.first():
        since = waiting_since(oldest)
        if starts or now - since >= promise():
            starts.append(since)
    messages = waiting_messages(now - promise(), repository__enrollment=enrollment, repository__lab=lab)
    starts += messages.order_by("received_at").values_list("received_at", flat=True)[:1]
    if not starts or min(starts) > due:
        return None
    times = [*Outage.objects.filter(**place).values_list("begins_at", "ends_at"), (min(starts), now)]
    return int(sum((end - begin for begin, end in merge(times)), timedelta()).total_seconds())


def merge(times: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Join the times that overlap."""
    merged: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(times):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def _place(enrollment: int, lab: int) -> dict[str, int]:
    return {"enrollment_id": enrollment, "lab_id": lab}


def _last_verdict(submission: Submission, others: QuerySet[Submission]) -> datetime | None:
    # `ended_at` of one that is graded again is empty, so both times count
    times = others.aggregate(first=Max("answered_at"), last=Max("ended_at", filter=Q(state__in=VERDICTS)))
    own = submission.answered_at if submission.answered_at != submission.ended_at else None
    return max(filter(None, (*times.values(), own)), default=None)
