"""Compare lessons with the expectation of a case: each function returns its findings, none if all is well.

A lesson is a dict with the keys of `manage.py import_notes --json`.
"""

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby, zip_longest
from typing import Any

from lessons.notes import Head

from .building import source_text
from .case_files import Case, options
from .importing import Offer
from .marks import source_words, tidy, words
from .pages import Contents, has_code, is_language, read

Lesson = dict[str, Any]
MAX_WORDS = 1_500
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Between the topics of a lesson, and a title for an evening without topics.
JOINING = re.compile(r"[,;:–—]| and | & ")
GIVEN = re.compile(r"(Session|Day|Evening|Tag) \d+")
MARKS = re.compile(r"::|\?\?|!!!|[:=>–-]\s*$|^\s*[-*•>#📌🏠👉]|^\d+[.)]|\s{2}|^\s|\s$|^$|\t|\*\*|\\")


def number(session: Any) -> int | None:
    found = re.search(r"\d+", str(session)) if session is not None else None
    return int(found[0]) if found else None


def groups(lessons: list[Lesson]) -> list[list[Lesson]]:
    return [list(group) for _, group in groupby(lessons, lambda each: (each["session"], each["date"]))]


def pairs(case: Case, lessons: list[Lesson]) -> list[tuple[dict[str, Any], list[Lesson]]]:
    """Return each expected session with its lessons. An evening that may have no lesson may be absent."""
    found = groups(lessons)
    expected = case.expected["sessions"]
    if len(found) < len(expected):
        expected = [each for each in expected if each.get("lessons", [1])[0]]
    return list(zip_longest(expected, found))


def sessions(case: Case, lessons: list[Lesson]) -> Iterator[str]:
    for session, group in pairs(case, lessons):
        if not session or not group:
            yield f"not as many sessions: {[(each[0]['session'], each[0]['date']) for each in groups(lessons)]}"
            return
        label = f"session {session.get('number')}"
        if number(group[0]["session"]) not in options(session.get("number")):
            yield f"{label} has the number {group[0]['session']!r}"
        if "date" in session and group[0]["date"] not in options(session["date"]):
            yield f"{label} has the date {group[0]['date']!r}"
        least, most = session.get("lessons", [1, 99])
        if not least <= len(group) <= most:
            yield f"{label} has {len(group)} lessons: {[each['title'] for each in group]}"


def topics(case: Case, lessons: list[Lesson]) -> Iterator[str]:
    for session, group in pairs(case, lessons):
        for topic in (session or {}).get("topics", []):
            own = [each for each in group or [] if not case.has_lines or covers(each, topic["starts"])]
            names = {tidy(name) for each in own for name in (each["title"], *contents(each).headings)}
            if not names & {tidy(title) for title in options(topic["title"])}:
                yield f"no lesson or heading “{topic['title']}” for line {topic.get('starts')}"


def cuts(case: Case, lessons: list[Lesson]) -> Iterator[str]:
    banners = [banner for each in case.expected["sessions"] for banner in each["banner"]]
    outside = {line for first, last in banners for line in range(first, last + 1)}
    for session, group in pairs(case, lessons):
        allowed = {topic["starts"] for topic in (session or {}).get("topics", [])} | set(
            (session or {}).get("cuts", [])
        )
        for lesson in (group or [])[1:]:
            start = lesson["lines"][0]
            while start in outside or not case.lines[start - 1].strip():
                start += 1
            if start not in allowed:
                yield f"“{lesson['title']}” starts at line {start}: {case.lines[start - 1].strip()}"


def code(case: Case, lessons: list[Lesson]) -> Iterator[str]:
    for entry in case.of("code"):
        text = case.text(*entry["lines"]) if "lines" in entry else entry["text"]
        blocks = [block for each in near(entry, lessons) for block in contents(each).code]
        found = [block for block in blocks if has_code(block[1], text, whole=not entry.get("joined"))]
        if not found:
            yield f"no block of code is lines {entry.get('lines')}: {text}"
        elif not any(is_language(name, options(entry["language"])) for name, _ in found):
            yield f"{found[0][0]!r} is not {entry['language']!r} in lines {entry.get('lines')}: {text}"


def verbatim(case: Case, lessons: list[Lesson]) -> Iterator[str]:
    for entry in case.of("verbatim"):
        text = case.text(*entry["lines"])
        blocks = [block for each in near(entry, lessons) for block in contents(each).code]
        if not any(has_code(block, text, whole=False) for _, block in blocks):
            yield f"lines {entry['lines']} are not in a block of code:\n{text}"


def checklists(case: Case, lessons: list[Lesson]) -> Iterator[str]:
    """An item may have the text of the items below it at its end."""
    found = [[tidy(item) for item in items] for each in lessons for items in contents(each).checklists]
    for entry in case.of("checklists"):
        items = [tidy(item) for item in entry["items"]]
        same = [each for each in found if len(each) == len(items)]
        if not any(all(map(str.startswith, each, items)) for each in same):
            yield f"no checklist {entry['items']} in {found}"


def flows(case: Case, lessons: list[Lesson]) -> Iterator[str]:
    for entry in case.of("flows"):
        lines = [line for each in near(entry, lessons) for flow in contents(each).flows for line in flow]
        if [tidy(step) for step in entry["steps"]] not in [[tidy(step) for step in line] for line in lines]:
            yield f"no flow {entry['steps']} for lines {entry['lines']} in {lines}"


def tables(case: Case, lessons: list[Lesson]) -> Iterator[str]:
    for entry in case.of("tables"):
        found = [_cells(table) for each in near(entry, lessons) for table in contents(each).tables]
        # A table of terms and arrows has no head in the notes; the import names its columns.
        if _cells(entry["rows"]) not in [*found, *(table[1:] for table in found)]:
            yield f"no table for lines {entry.get('lines')} in {found}"


def _cells(rows: list[list[str]]) -> list[list[str]]:
    cells = [[tidy(cell) for cell in row] for row in rows]
    return [row for row in cells if any(row)]


def paragraphs(case: Case, lessons: list[Lesson]) -> Iterator[str]:
    for entry in case.of("paragraphs"):
        text = " ".join(words(case.text(*entry["lines"])))
        if not any(
            text in " ".join(words(each))
            for lesson in near(entry, lessons)
            for each in contents(lesson).prose
        ):
            yield f"lines {entry['lines']} are not in one paragraph: {case.text(*entry['lines'])}"


def together(case: Case, blocks: list[tuple[int, int]]) -> Iterator[str]:
    for entry in case.of("together"):
        first, last = entry["lines"]
        if not any(block[0] <= first and last <= block[1] for block in blocks):
            yield f"lines {first} to {last} are not in one block"


def head(case: Case, found: Head) -> Iterator[str]:
    expected = case.expected.get("head", {})
    days = [WEEKDAYS[day] for day in found.weekdays]
    facts = {"title": tidy(found.title), "start": found.start, "zone": found.zone, "days": days}
    facts |= {"from": found.begins and f"{found.begins:%H:%M}", "to": found.ends and f"{found.ends:%H:%M}"}
    for key in facts.keys() & expected.keys():
        several = isinstance(expected[key], list) and (key != "days" or isinstance(expected[key][0], list))
        wanted = expected[key] if several else [expected[key]]
        if facts[key] not in ([tidy(each) for each in wanted] if key == "title" else wanted):
            yield f"{key} is {facts[key]!r}, not {expected[key]!r}"


def links(case: Case, lessons: list[Lesson]) -> Iterator[str]:
    html = "".join(each["html"] for each in lessons)
    for address in case.of("links"):
        if f'href="{escape(address)}"' not in html:
            yield f"{address} is not a link"


def pictures(case: Case, lessons: list[Lesson]) -> Iterator[str]:
    found = [text for each in lessons for text in contents(each).pictures]
    if found != case.of("pictures"):
        yield f"pictures: {found}"


def offered(case: Case, suggestions: list[Offer]) -> Iterator[str]:
    for entry in case.of("offered"):
        if not any(offers(suggestions, kind, entry["at"]) for kind in options(entry["kind"])):
            yield f"{entry['kind']} is not offered at line {entry['at']}: {case.lines[entry['at'] - 1]}"


def never(case: Case, lessons: list[Lesson]) -> Iterator[str]:
    every = [contents(each) for each in lessons]
    found = {
        "heading": [text for each in lessons for text in (each["title"], *contents(each).headings)],
        "item": [item for each in every for checklist in each.checklists for item in checklist],
        "term": [term for each in every for term in each.terms],
        "step": [step for each in every for flow in each.flows for line in flow for step in line],
    }
    same = {key: {tidy(text) for text in texts} for key, texts in found.items()}
    code_lines = {line.strip() for each in every for _, text in each.code for line in text.split("\n")}
    for entry in case.of("never"):
        key, value = next(iter(entry.items()))
        if (
            (key in same and tidy(value) in same[key])
            or (key == "title" and value in [each["title"] for each in lessons])
            or (key == "code" and value in code_lines)
            or (key == "text" and any(value in each["markdown"] for each in lessons))
            or (key == "session" and value in [number(each["session"]) for each in lessons])
            or (key == "cut" and any(value[0] < each["lines"][0] <= value[1] for each in lessons))
        ):
            yield f"{key}: {value}"


def lines(case: Case, lessons: list[Lesson]) -> Iterator[str]:
    """Each line with text belongs to one lesson, or to the head or a banner."""
    outside = set(range(*_beyond(case.expected.get("head", {}).get("lines", [0, 0]))))
    for session in case.expected["sessions"]:
        outside |= {line for banner in session["banner"] for line in range(*_beyond(banner))}
    owners = [
        [each["title"] for each in lessons if covers(each, line)] for line in range(1, len(case.lines) + 1)
    ]
    for line, owner in enumerate(owners, 1):
        if len(owner) > 1:
            yield f"line {line} is in {owner}"
        elif not owner and case.lines[line - 1].strip() and line not in outside:
            yield f"line {line} is in no lesson: {case.lines[line - 1]}"


def _beyond(span: list[int]) -> tuple[int, int]:
    return span[0], span[1] + 1


def lost_words(case: Case, lessons: list[Lesson]) -> Iterator[str]:
    """Each word of a lesson's lines is in its title or its Markdown, in order."""
    for lesson in lessons:
        rest = iter(words(lesson["title"] + "\n" + lesson["markdown"]))
        banner = {
            line
            for each in case.expected["sessions"]
            for span in each["banner"]
            for line in range(*_beyond(span))
        }
        first, last = lesson["lines"]
        own = [case.lines[line - 1] for line in range(first, last + 1) if line not in banner]
        for index, word in enumerate(wanted := source_words(own)):
            if word not in rest:
                yield f"“{lesson['title']}” lost “{word}” of “{' '.join(wanted[max(0, index - 4) : index + 4])}”"
                break


def sizes(case: Case, lessons: list[Lesson]) -> Iterator[str]:
    for lesson in lessons:
        if case.has_lines and len(case.text(*lesson["lines"]).split()) > MAX_WORDS:
            yield f"“{lesson['title']}” has more than {MAX_WORDS} words"


def titles(case: Case, lessons: list[Lesson]) -> Iterator[str]:
    """Titles have no marks of the notes, and their words are words of the notes, none left out in between."""
    written = f" {tidy(source_text(case))} "
    for name in (name for each in lessons for name in (each["title"], *contents(each).headings)):
        parts = [tidy(part) for part in JOINING.split(name)]
        if not GIVEN.fullmatch(name) and not all(f" {part} " in written for part in parts if part):
            yield f"“{name}” is not in the notes"
    for group in groups(lessons):
        names = [each["title"] for each in group]
        yield from (
            f"“{name}” has marks of the notes" for name in names if MARKS.search(name) or len(name) > 80
        )
        yield from (f"“{name}” twice in a session" for name in set(names) if names.count(name) > 1)


def contents(lesson: Lesson) -> Contents:
    return read(lesson["markdown"])


def covers(lesson: Lesson, line: int) -> bool:
    return bool(lesson["lines"][0] <= line <= lesson["lines"][1])


def near(entry: dict[str, Any], lessons: list[Lesson]) -> list[Lesson]:
    return [each for each in lessons if "lines" not in entry or covers(each, entry["lines"][0])]


def offers(suggestions: list[Offer], kind: str, line: int) -> bool:
    return any(each[0] == kind and each[1] <= line <= each[2] for each in suggestions)
