"""The lines around a banner that belong to it: rules, a date, a topic or a clock below."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .dates import ALONE, WEEKDAY, Written, find_date
from .rows import DECORATED, is_rule
from .source import Line

DATED = re.compile(r"[\W_]*(?:date[d]?|on)\s*[:\-=]", re.IGNORECASE)
TOPIC = re.compile(
    r"[\W_]*(?:topics?|title|subject|thema|sujet|tema)\s*[:=–-]+\s*(?P<title>\S.{1,110})$", re.IGNORECASE
)
CLOCK = re.compile(r"\d{1,2}[:.]\d\d(?:\s?[AaPp][Mm])?$")
ONLY_WEEKDAY = re.compile(rf"[\W_]*(?:{WEEKDAY}|{'|'.join(ALONE)})?[\W_]*$", re.IGNORECASE)
SIGNS = " \t:-–—|│()[],.=@*#_~/>"


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
    weekday: int | None = None  # of a banner that is nothing but a weekday, from 0, Monday


def frame(banner: Banner, lines: Sequence[Line]) -> Banner:
    # Takes the rules around the banner, and a date on a line of its own below.
    first, last, when, is_framed = banner.first, banner.last, banner.date, banner.is_framed
    if not banner.word and first > 1 and (name := DECORATED.fullmatch(lines[first - 2].text.strip())):
        return replace(banner, first=first - 1, title=name["words"], is_framed=True)
    above = _near(lines, first - 1, -1)
    if above and banner.word and _is_name_of_part(lines[above - 1].text):
        first = above
    if above and is_rule(lines[above - 1].text):
        first, is_framed = above, True
    below = _near(lines, last + 1, 1)
    if (
        below
        and not when
        and (written := find_date(lines[below - 1].text))
        and is_only_date(lines[below - 1].text, written)
    ):
        last, when = below, written
        below = _near(lines, last + 1, 1)
    title = banner.title
    while below == last + 1 and last - banner.first < 3:
        text = lines[below - 1].text.strip()
        topic = TOPIC.match(text) if when and not title else None
        if not topic and not (when and CLOCK.match(text)):
            break
        title = topic["title"].strip(SIGNS) if topic else title
        last = below
        below = _near(lines, last + 1, 1)
    if below and is_rule(lines[below - 1].text):
        last, is_framed = below, True
    return replace(banner, first=first, last=last, date=when, title=title, is_framed=is_framed)


def _is_name_of_part(text: str) -> bool:
    # `### Notes of the other trainer ###` above a banner has nothing else below it.
    return DECORATED.fullmatch(text.strip()) is not None


def is_only_date(text: str, written: Written) -> bool:
    before, after = text[: written.start], text[written.end :]
    return bool((DATED.match(before) or ONLY_WEEKDAY.match(before)) and ONLY_WEEKDAY.match(after))


def _near(lines: Sequence[Line], number: int, step: int) -> int:
    # The next line that is not blank, at most one blank line away; 0 if there is none.
    for place in (number, number + step):
        if 1 <= place <= len(lines) and lines[place - 1].text.strip():
            return place
    return 0
