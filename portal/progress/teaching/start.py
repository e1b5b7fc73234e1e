"""The parts of the start page above the courses: notes, who is stuck, and the queue."""

from dataclasses import dataclass
from datetime import datetime

from lessons.models import Cohort
from lessons.pages.context import Context
from portal.progress.class_page.links import class_address
from portal.progress.class_page.queue import queue_numbers
from portal.progress.class_page.stuck import StuckRow, complete_rows, find_stuck
from portal.progress.teaching.missing import CohortFacts
from portal.progress.teaching.presentation import Card

MAX_STUCK = 4


@dataclass(frozen=True)
class ClassNow:
    """The cohort that meets next and has learners, with its first findings; `more` findings are on its page."""

    cohort: Cohort
    learners: int
    stuck: list[StuckRow]
    more: int
    url: str


def start_context(cards: list[Card], now: datetime) -> Context:
    """Return the context of these parts. The number of queries does not depend on the number of courses."""
    if not cards:
        return {}
    first = cards[0]
    meeting = first.facts.next_meeting
    return {
        "first": first,
        "notes_name": meeting.session.title if meeting else f"{first.facts.course} notes",
        "class_now": _class_now(cards, now),
        "queue": queue_numbers(now),
    }


def _class_now(cards: list[Card], now: datetime) -> ClassNow | None:
    cohorts = [each for card in cards for each in card.facts.cohorts if each.learners and not each.is_over]
    if not cohorts:
        return None
    facts = min(cohorts, key=_meets)
    rows = find_stuck(facts.cohort, now).rows
    shown = complete_rows(rows[:MAX_STUCK])
    return ClassNow(facts.cohort, facts.learners, shown, len(rows) - len(shown), class_address(facts.cohort))


def _meets(facts: CohortFacts) -> tuple[float, int]:
    meeting = facts.next_meeting
    return (meeting.starts_at.timestamp() if meeting else float("inf"), facts.cohort.pk)
