"""Find the banners that open evenings, such as `Day1: 29th Nov. 2025`, dates alone, or weekdays."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from .dates import ALONE, WEEKDAY, Written, find_date
from .frames import DATED, ONLY_WEEKDAY, SIGNS, Banner, frame, is_only_date
from .regions import Region
from .rows import is_rule
from .source import Line
from .words import word_list

# In the order of what an evening is most likely called; a file that has days does not count its weeks.
WORDS = (
    *("day", "tag", "día", "dia", "jour", "giorno", "gün", "день", "दिन"),
    *(
        "session",
        "sess",
        "class",
        "lecture",
        "evening",
        "abend",
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
DATE_WORD = re.compile(r"dated?|datum|fecha|data", re.IGNORECASE)
# `Docker class - day 2`: the words before are the course.
LATE = re.compile(
    rf"[\W_]*(?P<course>[^\W\d_][^\d:|]{{1,60}}?)[\s\-–—:|,(]+(?P<word>{'|'.join(WORDS[:-3])})\s*[-#.:]?\s*"
    r"(?P<number>\d{1,3})(?![\w.])(?P<rest>.*)$",
    re.IGNORECASE,
)
MAX_TITLE = 120


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
    if words:
        main = [banner for banner in found if banner.word == _main_word(words, found)]
        kept = _without_lists([frame(banner, lines) for banner in _with_gaps_filled(main, found)])
        return sorted([*kept, *_left_out(lines, covered, kept)], key=lambda banner: banner.first)
    open_lines = [number for number in range(1, len(lines) + 1) if not covered[number]]
    if late := _late(lines, open_lines):
        return [frame(banner, lines) for banner in late]
    return _dates_alone(lines, found) or _weekdays(lines, open_lines)


def _main_word(words: Sequence[str], found: Sequence[Banner]) -> str:
    # One `Day 0` for the set-up, after sessions that have dates, renames no session.
    days = [banner for banner in found if banner.word == words[0]]
    for word in words[1:]:
        dated = [banner for banner in found if banner.word == word and banner.date]
        if len(days) == 1 and not days[0].date and len(dated) > 1 and dated[0].first < days[0].first:
            return word
    return words[0]


def _with_gaps_filled(main: list[Banner], found: Sequence[Banner]) -> list[Banner]:
    # `Day 2`, then `Session 3`: another word counts on. All of that word do, or a day has sessions of its own.
    numbers = {banner.number for banner in main}
    banners = list(main)
    for word in WORDS[:-3]:
        others = [banner for banner in found if banner.word == word != main[0].word]
        together = sorted(main + others, key=lambda banner: banner.first)
        counts_on = all(
            (other.number or 0) == (one.number or 0) + 1
            for one, other in pairwise(together)
            if other.word == word
        )
        if counts_on and together[0].word != word and numbers.isdisjoint(each.number for each in others):
            banners += others
    return sorted(banners, key=lambda banner: banner.first)


def _left_out(lines: Sequence[Line], covered: bytearray, kept: Sequence[Banner]) -> list[Banner]:
    """Return dates alone between `Day 1` and `Day 3`: the evening that has no number."""
    found = []
    for one, other in pairwise(kept):
        if not (one.date and other.date and one.number and other.number and other.number - one.number > 1):
            continue
        before, end = _in_leap_year(one.date), _in_leap_year(other.date)
        for number in range(one.last + 1, other.first):
            text = lines[number - 1].text
            is_open = (
                not covered[number] and text[:1].isalnum() and len(text) < 60 and _is_apart(lines, number)
            )
            when = find_date(text) if is_open else None
            day = _in_leap_year(when) if when and is_only_date(text, when) else None
            if day and before and end and before < day < end:
                found.append(frame(Banner(number, number, "", None, when, "", is_framed=True), lines))
                before = day
    return found


def _in_leap_year(written: Written) -> date | None:
    return replace(written, year=0).on(2_000)  # the year may be wrong, or not written


def _late(lines: Sequence[Line], numbers: Sequence[int]) -> list[Banner]:
    """Return lines such as `Docker class - day 2` that count up, all with the same words before the number."""
    found: dict[tuple[str, str], list[Banner]] = {}
    for number in numbers:
        text = lines[number - 1].text.strip()
        match = LATE.match(text) if len(text) < 120 and text[0:1] not in ("-", "*", "|", ">") else None
        if match and len(match["course"].split()) <= 6:
            when = find_date(match["rest"])
            rest = match["rest"].strip(SIGNS)
            if not rest or (when and is_only_date(match["rest"], when)):
                word, course = match["word"].lower(), match["course"].casefold().strip(SIGNS)
                banner = Banner(number, number, word, int(match["number"]), when, "", is_framed=True)
                found.setdefault((course, word), []).append(banner)
    best = max(found.values(), key=len, default=[])
    counts = [banner.number or 0 for banner in best]
    return best if len(best) > 1 and counts == sorted(set(counts)) else []


def _dates_alone(lines: Sequence[Line], found: Sequence[Banner]) -> list[Banner]:
    framed = [frame(banner, lines) for banner in found]
    if any(banner.is_framed for banner in framed):
        return [banner for banner in framed if banner.is_framed]
    # Without rules, two dates or more count if each stands apart and is later than the one before.
    apart = [banner for banner in _without_lists(framed) if _is_apart(lines, banner.first)]
    days = [banner.date.on(2_000) for banner in apart if banner.date]
    rising = all(one and other and one < other for one, other in pairwise(days))
    return apart if len(apart) > 1 and rising else []


def _weekdays(lines: Sequence[Line], numbers: Sequence[int]) -> list[Banner]:
    found = []
    for number in numbers:
        word = lines[number - 1].text.strip(SIGNS).lower()
        if word in ALONE and (_is_apart(lines, number) or number <= 3):
            banner = Banner(number, number, "", None, None, "", is_framed=True, weekday=ALONE[word])
            found.append(frame(banner, lines))
    return found if len({banner.weekday for banner in found}) > 1 else []


def _is_apart(lines: Sequence[Line], number: int) -> bool:
    return number <= 2 or not lines[number - 2].text.strip() or is_rule(lines[number - 2].text)


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
    before = bare[: when.start].strip(SIGNS) if when else ""
    if when is None or not (ONLY_WEEKDAY.match(before) or DATE_WORD.fullmatch(before)):
        return None
    rest = bare[when.end :].strip(SIGNS)
    if not rest or ONLY_WEEKDAY.match(rest):
        is_day = bool(when.year) or bool(re.match(rf"[\W_]*{WEEKDAY}", bare, re.IGNORECASE))
        return Banner(number, number, "", None, when, "", is_heading) if is_day else None
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
