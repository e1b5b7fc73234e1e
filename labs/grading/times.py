"""Count how long learners wait for a first result, per lab. Pages show it as the usual time."""

from datetime import datetime, timedelta
from math import ceil

from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from labs.models import Lab, LabTimes, Submission

PERIOD = timedelta(days=30)
MAX_RESULTS = 5_000  # of a lab, the newest
MAX_LABS = 200  # at a time; the rest follow a minute later
STALE = timedelta(days=1)  # after which results older than PERIOD drop out, although no new one came


def count_times() -> int:
    """Write LabTimes of the labs with newer results than counted; return how many."""
    now = timezone.now()
    answered = Max("submissions__answered_at", filter=Q(submissions__answered_at__gt=now - PERIOD))
    labs = Lab.objects.annotate(newest=answered).order_by(F("times__counted_at").asc(nulls_first=True))
    due = Q(newest__gte=F("times__counted_at")) | Q(newest__isnull=False, times=None)
    due |= Q(times__counted_at__lt=now - STALE)
    keys = list(labs.filter(due).values_list("pk", flat=True)[:MAX_LABS])
    for key in keys:
        _count(key, now)
    return len(keys)


def _count(lab: int, now: datetime) -> None:
    waits = seconds_waited(
        Submission.objects.filter(lab=lab, answered_at__gt=now - PERIOD).order_by("-answered_at")
    )
    if not waits:
        LabTimes.objects.filter(pk=lab).delete()
        return
    times = {"results": len(waits), "half": rank(waits, 0.5), "most": rank(waits, 0.95), "counted_at": now}
    LabTimes.objects.update_or_create(lab_id=lab, defaults=times)


def seconds_waited(submissions: QuerySet[Submission], limit: int = MAX_RESULTS) -> list[float]:
    """Return the seconds from receipt to first result of these submissions, in ascending order."""
    rows = submissions.values_list("receipt__received_at", "answered_at")[:limit]
    return sorted((answered - received).total_seconds() for received, answered in rows if answered)


def rank(values: list[float], share: float) -> float:
    """Return the smallest value that at least this share of the sorted values does not exceed (nearest rank)."""
    return values[max(ceil(share * len(values)) - 1, 0)]
