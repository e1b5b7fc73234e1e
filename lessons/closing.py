"""The end of an attempt: submitted by its learner, or as it stands when its time is up."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from lessons.attempt_times import OpenRow, end_of, read_open
from lessons.deadlines import deadline_of
from lessons.marking import mark_attempt
from lessons.models import Attempt
from lessons.models.quiz import AttemptQuerySet
from lessons.quiz_regrades import regrade_new

logger = logging.getLogger(__name__)


def lock_open(attempt: Attempt) -> OpenRow | None:
    # The lock serialises a save with a submission in another tab, and with the task that closes attempts.
    return read_open(attempt.pk, lock=True)


def close_overdue(attempts: AttemptQuerySet) -> int:
    """Submit those of the attempts whose time is up, as they are, and return their number."""
    now = timezone.now()
    timed = attempts.open().limited().timed().defer("layout").order_by("pk")
    over = [each for each in timed if end_of(each).has_passed(now)]
    return sum(map(_close_or_log, over))


def _close_or_log(attempt: Attempt) -> bool:
    # One attempt that cannot be marked must not keep the others open.
    try:
        return _close(attempt)
    except Exception:
        logger.exception("attempt %s is over and cannot be closed", attempt.pk)
        return False


@transaction.atomic
def _close(attempt: Attempt) -> bool:
    locked, now = lock_open(attempt), timezone.now()
    if locked is None or not end_of(locked).has_passed(now):  # submitted meanwhile, or given more time
        return False
    submit(attempt, locked, now)
    return True


def submit(attempt: Attempt, locked: OpenRow, now: datetime) -> None:
    """Submit an attempt that is locked, inside the transaction of the change."""
    end, deadline = end_of(locked), deadline_of(locked)
    is_over = end.has_passed(now)
    submitted_at = end.at if is_over and end.at else now
    Attempt.objects.filter(pk=attempt.pk).update(
        submitted_at=submitted_at,
        ended_by=end.by if is_over else "",
        is_late=not deadline.refuses and deadline.has_passed(submitted_at),
    )
    mark_attempt(attempt, is_new=True)
    regrade_new(attempt)
