"""Limits of the questions and messages of one learner in a course."""

from datetime import datetime, timedelta

from lessons.models import Enrollment, Message, Thread
from lessons.threads.texts import CannotWriteError

MAX_ASKED_AN_HOUR = 10
MAX_WAITING = 20
MAX_WRITTEN_AN_HOUR = 40
MAX_MESSAGES = 60  # of a thread
HOUR = timedelta(hours=1)


def refuse_many_threads(enrollment: Enrollment, now: datetime) -> None:
    """Raise CannotWriteError if this learner has asked too often."""
    own = Thread.objects.filter(enrollment=enrollment)
    recent = own.filter(asked_at__gt=now - HOUR).order_by("asked_at")
    if (count := recent.count()) >= MAX_ASKED_AN_HOUR:
        oldest = recent.values_list("asked_at", flat=True)[count - MAX_ASKED_AN_HOUR]
        raise CannotWriteError(
            f"You asked {count} times within an hour. Ask again in {_minutes(oldest, now)}, or add to one."
        )
    if own.waiting().count() >= MAX_WAITING:
        raise CannotWriteError(
            f"{MAX_WAITING} of your questions have no answer yet. Withdraw one, or wait for the answers."
        )


def refuse_many_messages(thread: Thread, enrollment: Enrollment | None, now: datetime) -> None:
    """Raise CannotWriteError if the thread is full, or its asker, `enrollment`, has written too much."""
    if thread.messages.count() >= MAX_MESSAGES:
        raise CannotWriteError(f"This thread has {MAX_MESSAGES} messages. Start a new question instead.")
    if enrollment is None:
        return
    own = Message.objects.filter(thread__enrollment=enrollment, is_staff=False, sent_at__gt=now - HOUR)
    if own.count() >= MAX_WRITTEN_AN_HOUR:
        oldest = own.order_by("sent_at").values_list("sent_at", flat=True)[0]
        raise CannotWriteError(
            f"You wrote {MAX_WRITTEN_AN_HOUR} messages within an hour. Write again in {_minutes(oldest, now)}."
        )


def _minutes(since: datetime, now: datetime) -> str:
    left = max(1, round((since + HOUR - now).total_seconds() / 60))
    return f"{left} minute{'' if left == 1 else 's'}"
