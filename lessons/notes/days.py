"""Give each evening its number and date, and report what is wrong with its banner."""

from collections.abc import Sequence
from datetime import date, timedelta

from lessons.texts.problem import Problem

from .dates import Written, is_far, nearest_year
from .frames import Banner
from .model import Day, Head


def make_days(
    banners: Sequence[Banner], head: Head, last_line: int, problems: list[Problem], title: str = ""
) -> tuple[Day, ...]:
    """Give each evening its number and date. The notes above the first banner belong to the first evening.

    `title` is that of the only evening, if there is no banner.
    """
    if not banners:
        return (Day(1, None, head.start, title, head.last + 1, head.last + 1, last_line),)
    month_first = _is_month_first(banners, head.start)
    days: list[Day] = []
    used: dict[int, date | None] = {}
    before = head.start
    for place, banner in enumerate(banners):
        when = _date_of(banner, before, month_first, problems) or _next_weekday(banner, days, before)
        if when is None and place == 0:
            when = head.start
        session = _session_of(banner, when, used, days, problems)
        used[session] = used.get(session) or when
        before = when or before
        last = banners[place + 1].first - 1 if place + 1 < len(banners) else last_line
        days.append(
            Day(
                session,
                banner.number,
                when or used[session],
                banner.title,
                banner.first,
                banner.last + 1,
                last,
            )
        )
    return tuple(days)


def _next_weekday(banner: Banner, days: Sequence[Day], before: date | None) -> date | None:
    # The first such day from the start on, later ones after the evening before.
    if banner.weekday is None or before is None:
        return None
    earliest = before + timedelta(days=1) if days else before
    return earliest + timedelta(days=(banner.weekday - earliest.weekday()) % 7)


def _is_month_first(banners: Sequence[Banner], start: date | None) -> bool:
    # The start and 11/30 in one banner say how 12/06 in the next is meant: evenings are close to each other.
    written = [banner.date for banner in banners if banner.date]
    if not any(each.can_swap for each in written):
        return False
    return _spread(written, start, month_first=True) < _spread(written, start, month_first=False)


def _spread(written: Sequence[Written], start: date | None, *, month_first: bool) -> int:
    # Each date in the year that is closest to the start: a wrong year says nothing about the order.
    year = next((each.year for each in written if each.year), 2024)
    near = start or next((day for each in written if (day := each.on(year, month_first=month_first))), None)
    if near is None:
        return 10**6
    days = [day for each in written if (day := nearest_year(each, near, month_first=month_first))]
    return (max([near, *days]) - min([near, *days])).days


def _date_of(banner: Banner, before: date | None, month_first: bool, problems: list[Problem]) -> date | None:
    written = banner.date
    if written is None:
        return None
    when = (
        written.on(before.year if before else 0, month_first=month_first) if written.year or before else None
    )
    if when is None:
        if written.year or before:
            problems.append(Problem(banner.first, "", "This date does not exist. Correct it in the notes."))
        else:
            problems.append(
                Problem(
                    banner.first,
                    "",
                    "This date has no year. Write it, or add Start Date: to the first lines.",
                )
            )
        return None
    if before is None or not is_far(when, before):
        return when
    better = nearest_year(written, before, month_first=month_first)
    if better is None or better == when or is_far(better, before):
        return when
    if written.year:
        message = f"The year {when.year} does not fit the evenings around it. It is read as {better.year}."
        problems.append(Problem(banner.first, "", message))
    return better


def _session_of(
    banner: Banner, when: date | None, used: dict[int, date | None], days: list[Day], problems: list[Problem]
) -> int:
    if banner.number is None:
        known = [session for session, day in used.items() if day and day == when]
        return known[0] if known else max(used, default=0) + 1
    number = banner.number
    if number not in used or used[number] is None or when is None or used[number] == when:
        return number
    again = [day.session for day in days if day.written == number and day.date == when]
    if again:
        return again[0]
    free = number + 1
    while free in used:
        free += 1
    problems.append(
        Problem(banner.first, "", f"The number {number} is used twice. This evening is read as {free}.")
    )
    return free
