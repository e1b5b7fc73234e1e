"""Cards of courses and the heading of the start page. No queries here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from lessons.models import Meeting
from portal.progress.teaching.missing import CourseFacts, Missing, find_missing

MAX_SHOWN = 6
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


@dataclass(frozen=True)
class Card:
    """A course on the start page. `is_open` shows its outline unfolded; a big course has only a summary."""

    facts: CourseFacts
    missing: list[Missing]
    is_open: bool
    is_instructor: bool
    lessons: int
    labs: int

    @property
    def shown(self) -> list[Missing]:
        return self.missing[:MAX_SHOWN]

    @property
    def more(self) -> list[Missing]:
        return self.missing[MAX_SHOWN:]


def card_of(facts: CourseFacts, *, is_open: bool, is_instructor: bool) -> Card:
    course = facts.course
    counts = getattr(course, "lesson_count", 0), getattr(course, "lab_count", 0)
    return Card(facts, find_missing(facts), is_open, is_instructor, *counts)


def heading(cards: list[Card], now: datetime) -> str:
    """Return “Four things before Saturday”, or the first thing to do."""
    if not cards:
        return "Create your first course"
    first = min(cards, key=_starts)
    meeting = first.facts.next_meeting
    if meeting is None:
        return "My courses"
    day = _day(meeting, now)
    if not first.missing:
        return f"Ready for {day}"
    count = len(first.missing)
    number = NUMBERS[count] if count < len(NUMBERS) else str(count)
    return f"{number} thing{'' if count == 1 else 's'} before {day}"


def _starts(card: Card) -> float:
    meeting = card.facts.next_meeting
    return meeting.starts_at.timestamp() if meeting else float("inf")


def _day(meeting: Meeting, now: datetime) -> str:
    # In the reader's zone. A weekday is clear within a week.
    local, today = timezone.localtime(meeting.starts_at), timezone.localtime(now)
    if local.date() == today.date():
        return "today’s meeting"
    if local - today < timedelta(days=7) and local.weekday() != today.weekday():
        return f"{local:%A}"
    return f"{local.day} {local:%B}"
