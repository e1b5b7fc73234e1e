"""The end of an attempt: submitted by its learner, or as it stands when its time is up."""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from lessons.attempt_times import deadline_of, end_of
from lessons.marking import mark_attempt
from lessons.models import Attempt
from lessons.models.quiz import AttemptQuerySet

logger = logging.getLogger(__name__)


# Any: an attempt with the annotations of `timed`
def lock_open(pk: int) -> Any:
    # The lock serialises a save with a submission in another tab, and with the task that closes attempts.
    rows = Attempt.objects.select_for_update(of=("self",)).open().timed().filter(pk=pk)
    return rows.only("started_at", "questions", "version").first()


def close_overdue(attempts: AttemptQuerySet) -> int:
    """Submit those of the attempts whose time is up, as they stand, and return their number."""
    now = timezone.now()
    timed = attempts.open().limited().timed().only("started_at").order_by("pk")
    over = [each.pk for each in timed if end_of(each).has_passed(now)]
    return sum(map(_close_or_log, over))


def _close_or_log(pk: int) -> bool:
    # One attempt that cannot be marked must not keep the others open.
    try:
        return _close(pk)
    except Exception:
        logger.exception("attempt %s is over and cannot be closed", pk)
        return False


@transaction.atomic
def _close(pk: int) -> bool:
    locked, now = lock_open(pk), timezone.now()
    if locked is None or not end_of(locked).has_passed(now):  # submitted meanwhile, or given more time
        return False
    submit(locked, now)
    return True


def submit(locked: Any, now: datetime) -> None:
    end, deadline = end_of(locked), deadline_of(locked)
    is_over = end.has_passed(now)
    submitted_at = end.at if is_over and end.at else now
    Attempt.objects.filter(pk=locked.pk).update(
        submitted_at=submitted_at,
        ended_by=end.by if is_over else "",
        is_late=not deadline.refuses and deadline.has_passed(submitted_at),
    )
    mark_attempt(locked, is_new=True)
