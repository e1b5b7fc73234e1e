"""Read the first lines of notes: title of the course, start date, time, zone and weekdays."""

import re
from collections.abc import Sequence
from typing import Any

from .dates import find_begin_and_hours, find_date, find_times, find_weekdays, find_zone
from .frames import CLOCK
from .model import Head
from .rows import is_rule
from .source import Line

FACT = re.compile(
    r"[\W_]*(?:(?:class|batch) timings?|course|kurs|curso|cours|termin|batch|training|trainer|instructor"
    r"|faculty|teacher|timings?|time"
    r"|duration|start(?:ing|s)?(?: date)?|date|days?|schedule|mode"
    r"|created|tags|status|attendees|participants|present|absent|apologies|location|room|place|chair|host|facilitator"
    r"|last edited(?: by| time)?|teilnehmer(?:innen)?|ort|datum|dozent(?:in)?|lieu|fecha|lugar"
    r"|platform|zoom|meet(?:ing)?(?: id| link)?|link|venue|passcode|password|contact|e-?mail|phone|version"
    r"|author)\s*[:=–-]",
    re.IGNORECASE,
)
NAMED = re.compile(r"^(?:#\s+|(?:course )?title\s*:\s*)", re.IGNORECASE)
COURSE = re.compile(
    r"(?:course|kurs|curso|cours)(?: name| title)?\s*[:=–]\s*(?P<title>[^\W_].{2,100})$", re.IGNORECASE
)
START = re.compile(r"\bstart|\bbegin|\bfrom\b|\bdate\b|\bfirst\b|termin|datum|fecha", re.IGNORECASE)
OPENS = re.compile(r"(?:agenda|recap|topics?|contents|today)\s*:*$", re.IGNORECASE)
MAX_LINES = 30
MAX_TITLE = 120


def read_head(lines: Sequence[Line], before: int | None) -> Head:
    """Read the lines above the first banner, line `before`; None if there is no banner.

    Stops at the first line that is no fact about the course: what follows it was taught.
    """
    title, last = "", 0
    facts: dict[str, Any] = {}
    limit = min(before - 1 if before else MAX_LINES, MAX_LINES, len(lines))
    for number, line in enumerate(lines[:limit], start=1):
        text = line.text.strip()
        if not text or is_rule(text) or not text.strip("=-~"):
            continue
        found = _facts(text)
        if found or FACT.match(text) or CLOCK.match(text):
            facts = {**found, **facts}
            title = title or _title_before_facts(text, number)
        elif (
            title
            or OPENS.match(text)
            or len(text) > MAX_TITLE
            or re.match(r"[-*+•>|`]|\d+[.)]\s|#{2,6}\s", text)
        ):
            break
        else:
            title = NAMED.sub("", text).strip("*_=~- \t:\"'")
        last = number
    if not before and not facts:
        return _untitled(lines, title)
    if before and not facts and not title:
        return Head()
    return Head(title=title, first=1 if last else 0, last=_with_blanks(lines, last, limit), **facts)


def _untitled(lines: Sequence[Line], title: str) -> Head:
    # Without banner and facts, only a Markdown title above further headings is a head.
    filled = [(at, line.text.strip()) for at, line in enumerate(lines[:40], start=1) if line.text.strip()][:2]
    if len(filled) == 2 and filled[1][0] > filled[0][0] + 1 and all(text.isupper() for _, text in filled):
        return Head(title=filled[0][1], first=1, last=filled[1][0] - 1)  # two titles: the first is the course
    levels = [
        len(line.text) - len(line.text.lstrip("#"))
        for line in lines[:2_000]
        if re.match(r"#{1,6}\s", line.text)
    ]
    first = next((line.text for line in lines if line.text.strip()), "")
    if first.startswith("# ") and levels.count(1) == 1 and len(levels) > 2 and title:
        number = next(number for number, line in enumerate(lines, start=1) if line.text.strip())
        return Head(title=title, first=1, last=number)
    return Head()


def _title_before_facts(text: str, number: int) -> str:
    # `SQL for Analysts (Sat & Sun 10am to 12:30pm)` in the first line.
    named = COURSE.match(text)
    if named:
        return named["title"].strip()
    before = re.split(r"\s*[(|]|\s+-\s+|\s{2,}|,\s+(?=.*\d)", text)[0].strip("*_# ")
    is_title = number <= 3 and len(re.findall(r"[^\W\d_]{2,}", before)) > 1 and before != text
    return before if is_title and not _facts(before) and not FACT.match(before) else ""


def _facts(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    times = find_times(text) or find_begin_and_hours(text)
    written = find_date(text)
    if (
        written
        and written.year
        and (START.search(text) or written.end - written.start > len(text) * 0.5 or times)
    ):
        found["start"] = written.on(written.year)
    if times:
        found["begins"], found["ends"] = times
        if zone := find_zone(text):
            found["zone"] = zone
    days = find_weekdays(text)
    if days and (times or FACT.match(text) or len(re.findall(r"\w+", text)) <= len(days) + 2):
        found["weekdays"] = days
    return found


def _with_blanks(lines: Sequence[Line], last: int, limit: int) -> int:
    while 0 < last < limit and (not lines[last].text.strip() or is_rule(lines[last].text)):
        last += 1
    return last
