"""Find the evenings by banners such as `Day1: 29th Nov. 2025`, and report what is wrong with them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from lessons.texts.problem import Problem

from .dates import WEEKDAY, Written, find_date, is_far, nearest_year
from .model import Day, Head
from .regions import Region
from .rows import is_rule
from .source import Line
from .words import word_list

# In the order of what an evening is most likely called; a file that has days does not count its weeks.
WORDS = (
    *("day", "tag", "día", "dia", "jour", "giorno", "gün", "день"),
    *(
        "session",
        "sess",
        "class",
        "lecture",
        "evening",
        "meeting",
        "lesson",
        "sitzung",
        "sesión",
        "séance",
        "занятие",
    ),
    *("module", "week", "part"),
)
NUMBERS = word_list(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
)
BANNER = re.compile(
    rf"[\W_]*?(?:(?P<word>{'|'.join(WORDS)})\s*(?:no\.?|number|#|[-–_:.])?\s*#?(?P<number>\d{{1,3}}|{'|'.join(NUMBERS)})"
    rf"|(?P<ordinal>\d{{1,3}})(?:st|nd|rd|th)\s+(?P<word2>day|session|class|lecture|evening))(?![^\W_])(?P<rest>.*)$",
    re.IGNORECASE,
)
SEPARATOR = re.compile(r"\s*(?:$|[:\-–—|│(\[,.=@*#_~/>]|(?:on|dated)\s)", re.IGNORECASE)
DATED = re.compile(r"[\W_]*(?:date[d]?|on)\s*[:\-=]", re.IGNORECASE)
ONLY_WEEKDAY = re.compile(rf"[\W_]*(?:{WEEKDAY})?[\W_]*$", re.IGNORECASE)
SIGNS = " \t:-–—|│()[],.=@*#_~/>"
MAX_TITLE = 120


@dataclass(frozen=True)
class Banner:
    """Lines `first` to `last` that open an evening."""

    first: int
    last: int
    word: str
    number: int | None
    date: Written | None
    title: str
    is_framed: bool  # between rules, or a heading


def find_banners(lines: Sequence[Line], regions: Sequence[Region]) -> list[Banner]:
    """Return banners in order. Lines in regions have none."""
    covered = bytearray(len(lines) + 2)
    for region in regions:
        covered[region.first : region.last + 1] = b"\1" * (region.last - region.first + 1)
    found = [
        banner
        for number, line in enumerate(lines, start=1)
        if not covered[number] and line.text[:1] != ">" and (banner := _read(line.text, number))
    ]
    words = [word for word in WORDS if any(banner.word == word for banner in found)]
    dated = [banner for banner in found if not banner.word]
    if words:
        found = [banner for banner in found if banner.word == words[0]]
    framed = [_frame(banner, lines) for banner in found]
    if not words:
        framed = [banner for banner in framed if banner.is_framed] if dated else []
    return _without_lists(framed)


def _read(text: str, number: int) -> Banner | None:
    bare = text.strip()
    if len(bare) > 200 or not bare or bare[0] == "|" or re.match(r"[-*+•] |\d+[.)] ", bare):
        return None
    is_heading = bool(re.match(r"#{1,6}\s", bare))
    found = _numbered(bare)
    if found and _is_separated(found["rest"]):
        word = (found["word"] or found["word2"]).lower()
        count = _count(found)
        rest = found["rest"]
        if re.match(
            r"\s*(?:-|–|to|&|and|,)\s*(?:day|session|class)?\s*\d{1,3}\b(?!\s*(?:st|nd|rd|th|[/.\-]"
            r"|[A-Za-z]{3}))",
            rest,
            re.IGNORECASE,
        ):
            return None  # a range of days
        when = find_date(rest)
        title = (rest[: when.start] + " " + rest[when.end :]) if when else rest
        title = re.sub(r"[\W_]*\bdated?[\W_]*$", "", title, flags=re.IGNORECASE) if when else title
        title = re.sub(rf"^[\W_]*(?:{WEEKDAY})[\W_]*$", "", title, flags=re.IGNORECASE).strip(SIGNS)
        return Banner(number, number, word, count, when, " ".join(title.split())[:MAX_TITLE], is_heading)
    return _dated(bare, number, is_heading=is_heading)


def _dated(bare: str, number: int, *, is_heading: bool) -> Banner | None:
    # A date alone, or before its number: `29th Nov 2025 (Day 1)`.
    when = find_date(bare) if any(sign.isdigit() for sign in bare) else None
    if when is None or not ONLY_WEEKDAY.match(bare[: when.start].strip(SIGNS)):
        return None
    rest = bare[when.end :].strip(SIGNS)
    if not rest or ONLY_WEEKDAY.match(rest):
        return Banner(number, number, "", None, when, "", is_heading) if when.year else None
    found = BANNER.match(rest)
    if not found or found["rest"].strip(SIGNS):
        return None
    count = _count(found)
    return Banner(number, number, (found["word"] or found["word2"]).lower(), count, when, "", is_heading)


def _count(found: re.Match[str]) -> int:
    digits = found["number"] or found["ordinal"]
    return int(digits) if digits.isdigit() else NUMBERS.index(digits.lower())


def _numbered(bare: str) -> re.Match[str] | None:
    # `Week 1 / Session 3` counts sessions: of two words, the one that comes first in WORDS.
    found = BANNER.match(bare)
    while found:
        inner = BANNER.match(found["rest"])
        if not inner or _rank(inner) > _rank(found):
            return found
        found = inner
    return None


def _rank(found: re.Match[str]) -> int:
    return WORDS.index((found["word"] or found["word2"]).lower())


def _is_separated(rest: str) -> bool:
    written = find_date(rest)
    between = rest[: written.start] if written else ""
    is_date_next = written is not None and (ONLY_WEEKDAY.match(between) or DATED.match(between))
    return bool(SEPARATOR.match(rest) or is_date_next)


def _frame(banner: Banner, lines: Sequence[Line]) -> Banner:
    # Takes the rules around the banner, and a date on a line of its own below.
    first, last, when, is_framed = banner.first, banner.last, banner.date, banner.is_framed
    above = _near(lines, first - 1, -1)
    if above and is_rule(lines[above - 1].text):
        first, is_framed = above, True
    below = _near(lines, last + 1, 1)
    if (
        below
        and not when
        and (written := find_date(lines[below - 1].text))
        and _is_only_date(lines[below - 1].text, written)
    ):
        last, when = below, written
        below = _near(lines, last + 1, 1)
    if below and is_rule(lines[below - 1].text):
        last, is_framed = below, True
    return replace(banner, first=first, last=last, date=when, is_framed=is_framed)


def _is_only_date(text: str, written: Written) -> bool:
    before, after = text[: written.start], text[written.end :]
    return bool((DATED.match(before) or ONLY_WEEKDAY.match(before)) and ONLY_WEEKDAY.match(after))


def _near(lines: Sequence[Line], number: int, step: int) -> int:
    # The next line that is not blank, at most one blank line away; 0 if there is none.
    for place in (number, number + step):
        if 1 <= place <= len(lines) and lines[place - 1].text.strip():
            return place
    return 0


def _without_lists(banners: list[Banner]) -> list[Banner]:
    # A syllabus lists its days one below the other, with nothing between them.
    kept = []
    for place, banner in enumerate(banners):
        beside = [banners[other] for other in (place - 1, place + 1) if 0 <= other < len(banners)]
        is_listed = not banner.is_framed and any(
            not other.is_framed
            and (other.number != banner.number or other.number is None)
            and _are_adjacent(banner, other)
            for other in beside
        )
        if not is_listed:
            kept.append(banner)
    return kept


def _are_adjacent(one: Banner, other: Banner) -> bool:
    first, last = min(one.last, other.last), max(one.first, other.first)
    return last - first == 1


def make_days(
    banners: Sequence[Banner], head: Head, last_line: int, problems: list[Problem]
) -> tuple[Day, ...]:
    """Give each evening its number and date. The notes above the first banner belong to the first evening."""
    if not banners:
        return (Day(1, None, head.start, "", head.last + 1, head.last + 1, last_line),)
    month_first = _is_month_first(banners)
    days: list[Day] = []
    used: dict[int, date | None] = {}
    before = head.start
    for place, banner in enumerate(banners):
        when = _date_of(banner, before, month_first, problems)
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


def _is_month_first(banners: Sequence[Banner]) -> bool:
    # 11/30 in one banner says how 12/06 in the next is meant. Otherwise the order of the evenings decides.
    numeric = [banner.date for banner in banners if banner.date and banner.date.can_swap]
    if len(numeric) < 2:
        return False
    year = next((written.year for written in numeric if written.year), 2024)
    usual = [day for written in numeric if (day := written.on(year))]
    swapped = [day for written in numeric if (day := written.on(year, month_first=True))]
    return _spread(swapped) < _spread(usual)


def _spread(days: list[date]) -> int:
    return (max(days) - min(days)).days if days else 10**6


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
