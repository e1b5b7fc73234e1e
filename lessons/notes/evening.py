"""Turn the lines of one evening into pieces."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter

from .figures import find_figures
from .forms import Former
from .habits import Habits
from .levels import Heading, Item
from .outline import Outliner
from .pieces import Piece, depths
from .regions import Region
from .rows import Row, is_rule, read_row
from .signs import clean, is_plain_title
from .source import Line
from .words import word_list
from .writing import inline

MIN_AGENDA = 3
MAX_AGENDA_DEPTH = 3
ROMAN = word_list("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx")
LETTERED = re.compile(r"([IVX]{1,5}|[ivx]{1,5}|[A-Za-z])\.\s+(?=\S)")
BARE_NUMBER = re.compile(r"(\d{1,2})\s+(?=[^\W\d_])")


def read_items(
    lines: Sequence[Line], regions: Sequence[Region], spans: Sequence[tuple[int, int]]
) -> tuple[list[Item], frozenset[int]]:
    """Return rows and regions of line ranges, and the numbers of rows that rules frame or underline."""
    items: list[Item] = []
    framed: set[int] = set()
    for first, last in spans:
        number, gap, rule_above = first, 0, False
        while number <= last:
            place = bisect_left(regions, number, key=attrgetter("first"))
            if place < len(regions) and regions[place].first == number and regions[place].last <= last:
                items.append(regions[place])
                number, gap, rule_above = regions[place].last + 1, 0, False
                continue
            text = lines[number - 1].text
            if not text.strip():
                gap += 1
            elif is_rule(text) or _is_underline(text, items, number):
                row = items[-1] if items else None
                is_below = (
                    isinstance(row, Row) and row.number == number - 1 and not row.mark and not row.heading
                )
                if (
                    is_below
                    and isinstance(row, Row)
                    and (rule_above or text.strip()[0] in "=-~")
                    and len(row.text) < 100
                ):
                    framed.add(row.number)
                rule_above = True
                gap += 1
                number += 1
                continue
            else:
                items.append(read_row(lines[number - 1], number, gap))
                gap = 0
                rule_above = (
                    rule_above and lines[number - 2].text.strip() != "" and is_rule(lines[number - 2].text)
                )
            number += 1
    _read_bare_numbers(items)
    _read_letters(items)
    return items, frozenset(framed)


def _read_bare_numbers(items: list[Item]) -> None:
    """Read `1 First steps` as a number and a title, if the lines count from 1 without a gap."""
    found = [
        (row, match)
        for row in items
        if isinstance(row, Row)
        and not row.mark
        and not row.heading
        and row.gap
        and (match := BARE_NUMBER.match(row.text))
    ]
    counts = [int(match[1]) for _, match in found]
    if len(counts) > 1 and counts == list(range(1, len(counts) + 1)):
        for row, match in found:
            row.mark, row.text = f"{match[1]}.", row.text[match.end() :]


def _read_letters(items: Sequence[Item]) -> None:
    """Read `I. Basics` and `A. Types` as numbers, in lines of one depth that count from the first on."""
    counts: dict[tuple[int, int], int] = {}  # of each depth and kind, the number before
    found: list[tuple[int, Row, re.Match[str]]] = []
    runs: set[int] = set()
    for at, row in enumerate(items):
        match = (
            LETTERED.match(row.text) if isinstance(row, Row) and not row.mark and not row.heading else None
        )
        if match is None or not isinstance(row, Row):
            if isinstance(row, Row) and row.mark:
                continue
            for key in [key for key in counts if key[0] > row.indent]:
                del counts[key]
            continue
        for key in [key for key in counts if key[0] > row.indent]:
            del counts[key]
        for kind, values in enumerate(_values(match[1])):
            if values and counts.get((row.indent, kind), 0) == values - 1:
                counts[row.indent, kind] = values
                found.append((at, row, match))
                if values > 1:
                    runs.add(row.indent)
    for _, row, match in found:
        if row.indent in runs and not row.mark:
            row.mark, row.text = f"{match[1]}.", row.text[match.end() :]


def _values(letters: str) -> tuple[int, int, int, int]:
    # As a Roman number and as a letter of the alphabet, each large or small; 0 if it is none.
    roman = ROMAN.index(letters.lower()) + 1 if letters.lower() in ROMAN else 0
    letter = ord(letters.lower()) - 96 if len(letters) == 1 else 0
    large = letters.isupper()
    return (roman * large, letter * large, roman * (not large), letter * (not large))


def _is_underline(text: str, items: Sequence[Item], number: int) -> bool:
    bare = text.strip()
    if bare in ("---", "***", "___"):
        return True
    row = items[-1] if items else None
    is_line = (len(bare) >= 2 and not bare.strip("=")) or (len(bare) >= 3 and not bare.strip("-"))
    return is_line and isinstance(row, Row) and row.number == number - 1


def make_pieces(items: Sequence[Item], framed: frozenset[int], former: Former, habits: Habits) -> list[Piece]:
    """Return the pieces of an evening in order. Topics have level 1."""
    spans = _figures(items, former)
    inside = frozenset(place for start, (end, _) in spans.items() for place in range(start, end))
    headings = Outliner(items, framed, habits, inside).run()
    spans |= {start: (end, _agenda(items[start:end])) for start, end in _agendas(items, headings).items()}
    pieces: list[Piece] = []
    body: list[Item] = []
    title = ""
    at = 0
    while at < len(items):
        heading, span = headings.get(at), spans.get(at)
        if heading is None and span is None:
            body.append(items[at])
            at += 1
            continue
        pieces += former.make(body, title)
        body = []
        if span:
            at, piece = span
            pieces.append(piece)
        if heading and not span:
            title = clean(heading.row.text)
            pieces.append(_heading(heading))
            at += 1
    return pieces + former.make(body, title)


def _figures(items: Sequence[Item], former: Former) -> dict[int, tuple[int, Piece]]:
    found = {}
    for start, end in find_figures(items).items():
        rows = [item for item in items[start:end] if isinstance(item, Row)]
        if piece := former.shapes.figure(rows):
            found[start] = (end, piece)
    return found


def _heading(heading: Heading) -> Piece:
    row, level = heading.row, heading.level
    is_label = level > 3 or (heading.is_bare and level > 1)
    kind = "label" if is_label else "topic" if level == 1 else "section"
    is_dotted = row.is_numbered and "." in row.mark.strip(".")
    number = f"{row.mark} " if is_dotted else ""
    shown = inline(clean(row.text), row) or inline(row.text, row)
    return Piece(
        kind,
        row.number,
        row.number,
        f"{number}{shown}",
        title=f"{number}{clean(row.text)}",
        level=0 if is_label else level,
        number=row.mark if row.is_numbered and not is_dotted else "",
    )


def _agendas(items: Sequence[Item], headings: dict[int, Heading]) -> dict[int, int]:
    # Start and end of three or more headings in a row with nothing below them: what the evening will cover.
    is_listed = bytearray(len(items) + 1)
    for at in range(len(items) - 1, -1, -1):
        is_listed[at] = _is_agenda_line(items, headings, at, has_listed_below=bool(is_listed[at + 1]))
    found: dict[int, int] = {}
    at = 0
    while at < len(items):
        end = at
        while is_listed[end]:
            end += 1
        if sum(place in headings for place in range(at, end)) >= MIN_AGENDA:
            found[at] = end
        at = max(end, at + 1)
    return found


def _is_agenda_line(
    items: Sequence[Item], headings: dict[int, Heading], at: int, *, has_listed_below: bool
) -> bool:
    row, heading = items[at], headings.get(at)
    if not isinstance(row, Row) or row.heading:
        return False
    if heading:
        return heading.level > 1 and (heading.is_bare or has_listed_below)
    after = items[at + 1] if at + 1 < len(items) else None
    is_alone = isinstance(after, Row) and after.indent <= row.indent and after.gap > 0 and row.gap > 0
    return is_alone and is_plain_title(row)


def _agenda(items: Sequence[Item]) -> Piece:
    rows = [item for item in items if isinstance(item, Row)]
    shown = zip(depths([row.indent for row in rows]), rows, strict=True)
    lines = [f"{'  ' * min(depth, MAX_AGENDA_DEPTH)}- {inline(clean(row.text), row)}" for depth, row in shown]
    return Piece("list", rows[0].number, rows[-1].number, "\n".join(lines))
