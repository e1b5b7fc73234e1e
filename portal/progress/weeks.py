"""The weeks of a course, each with the number of days on which a learner was active."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

WEEK = timedelta(days=7)
IN_A_ROW = 12
MAX_WEEKS = 4 * IN_A_ROW


class Week(NamedTuple):
    starts: date
    days: int

    @property
    def level(self) -> int:
        return min(self.days, 4)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def count_weeks(days: Iterable[date], meetings: Iterable[date], today: date) -> list[list[Week]]:
    """Return rows of up to 12 weeks, from the first meeting or active day to the last meeting or today.

    If there are more than 48, the latest are returned. A week begins on Monday.
    """
    active, dates = set(days), list(meetings)
    first = monday_of(min([*active, *dates, today]))
    last = monday_of(max([*dates, today]))
    count = min((last - first) // WEEK + 1, MAX_WEEKS)
    starts = [last - WEEK * (count - 1 - place) for place in range(count)]
    weeks = [Week(start, sum(start <= day < start + WEEK for day in active)) for start in starts]
    return [weeks[place : place + IN_A_ROW] for place in range(0, count, IN_A_ROW)]
