"""The queue in a few numbers, of a cohort and of the whole portal."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from labs.grading import pulse
from labs.models import Submission
from labs.pages.queue import MAX_SILENCE, Part, parts, seconds_in_words
from labs.queue_queries import Numbers, count_queue, last_messages
from lessons.models import Cohort

LONG_WAIT = 120  # seconds, after which a push that waits is late, as in portal.health


@dataclass(frozen=True)
class QueueNumbers:
    """The queue of a cohort (None on a page of several) and of the portal; times are in words, "" for none."""

    own: Numbers | None
    portal: Numbers
    oldest: str
    own_oldest: str
    heard: str
    connected: int
    parts: list[Part]
    is_stalled: bool

    @property
    def waiting(self) -> int:
        return self.portal.waiting + self.portal.later

    @property
    def is_working(self) -> bool:
        return not self.is_stalled and all(part.is_ok for part in self.parts)


def queue_numbers(now: datetime, cohort: Cohort | None = None) -> QueueNumbers:
    own = count_queue(Submission.objects.filter(enrollment__cohort=cohort), now) if cohort else None
    whole = count_queue(Submission.objects.all(), now)
    connected, heard = last_messages(now)
    return QueueNumbers(
        own,
        whole,
        _words(whole.oldest),
        _words(own.oldest) if own else "",
        _words(heard),
        connected,
        parts(),
        _is_stalled(whole, now),
    )


def _words(seconds: float | None) -> str:
    return "" if seconds is None else seconds_in_words(seconds)


def _is_stalled(numbers: Numbers, now: datetime) -> bool:
    # A long queue from which results come is slow, not stalled.
    if numbers.oldest is None or numbers.oldest <= LONG_WAIT:
        return False
    newest = Submission.objects.aggregate(newest=Max("answered_at"))["newest"]
    answered = (now - newest).total_seconds() if newest else None
    return is_stalled(numbers.oldest, answered, pulse.seconds_since("live"))


def is_stalled(oldest: float | None, answered: float | None, silence: float) -> bool:
    """Return True if a push has waited too long, and the workers are silent or have given no result meanwhile.

    All are in seconds: the age of the oldest push that waits, of the newest first result, and of the heartbeat.
    """
    if oldest is None or oldest <= LONG_WAIT:
        return False
    return silence > MAX_SILENCE or answered is None or answered > LONG_WAIT
