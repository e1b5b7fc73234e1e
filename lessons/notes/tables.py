"""Tables: written with bars, by tabs, as two columns with an arrow, as terms with what they lead to."""

import re
from collections.abc import Sequence
from itertools import pairwise

from .commands import is_command
from .pieces import Node, depths
from .rows import Row
from .signs import ARROW, ONLY_ARROW
from .writing import cell, write_table

GAP = re.compile(r"\t+[ \t]*|[ \u00a0]{3,}")
NARROW = re.compile(r"[ \u00a0]{2,}")
DEFINING = re.compile(r"(?:[-–—:=]|--|=>)\s|-{1,2}>")
BIG_ARROW = re.compile(r"(?:-{4,60}|={3,60})>{1,3}|<(?:-{4,60}|={3,60})")
PATH = re.compile(r"(?:[A-Z]:\\|~?/|\.{1,2}/)\S*$")
FIGURE = re.compile(r"[~<>≈]?\s?[$€₹]?\d[\d.,]*(?:\s?[\w%€$]+)?$")
SEPARATOR = re.compile(r"\|?[\s:|+-]*-[\s:|+-]*\|?$")
UNDERLINE = re.compile(r"[-=_~–—]{2,}")
MIN_ALIGNED = 3  # rows
DURATION = re.compile(
    r"\b(?:hours?|hrs?|days?|weeks?|months?|years?|minutes?|mins?|sprints?)\b", re.IGNORECASE
)
COUNTED = re.compile(r"(?P<word>[^\W\d_]+)\s\d+")
BAR = re.compile(r"(?<!\\)\|")


def bar_rows_end(rows: Sequence[Row], at: int) -> int:
    """Return the position after rows with bars between their cells, `at` if there are none."""
    first = rows[at]
    if first.mark or first.text.count("|") < 2:
        return at
    is_framed = first.text[0] == "|"
    end = at + 1
    while end < len(rows) and not rows[end].gap and not rows[end].mark:
        text = rows[end].text
        if (is_framed and not text.startswith("|")) or text.count("|") < 2:
            break
        if not is_framed and text.count("|") != first.text.count("|"):
            break
        end += 1
    return end if is_framed or end - at > 1 else at


def write_bar_table(rows: Sequence[Row]) -> str:
    found = [_bar_cells(row) for row in rows if not SEPARATOR.match(row.text)]
    has_head = len(rows) > 1 and bool(
        SEPARATOR.match(rows[1].text) or SEPARATOR.match(rows[0].text) or len(found) > 1
    )
    return write_table(found, has_head=has_head) if found else ""


def _bar_cells(row: Row) -> list[str]:
    parts = BAR.split(row.text.strip())
    if not parts[0].strip():
        parts = parts[1:]
    if parts and not parts[-1].strip():
        parts = parts[:-1]
    return [cell(part.replace("\\|", "|").strip(), row) for part in parts]


def gap_cells(row: Row) -> list[str]:
    """Return cells that tabs or wide gaps separate."""
    text = row.text.strip()
    if row.second:
        return [text[: row.second].strip(), text[row.second :]]
    cells = [part.strip() for part in GAP.split(text) if part.strip()]
    if "\t" not in text and len(parts := NARROW.split(text)) >= max(len(cells), 2):
        cells = parts
    if row.is_bullet and len(cells) > 1 and all(part.startswith("- ") for part in cells[1:]):
        cells = [cells[0], *(part[2:] for part in cells[1:])]  # a bullet in each column
    if any(DEFINING.match(part) for part in cells[1:]):
        return [text]  # terms whose meanings are aligned
    return ["", *cells] if row.has_corner else cells


def is_quote(rows: Sequence[Row], at: int) -> bool:
    """Return True if a row starts with `>` and is not part of a table, such as `> 0.7` below other figures."""
    row = rows[at]
    if row.mark or not row.text.startswith(">"):
        return False
    is_figure = at > 0 and bool(re.match(r">=?\s?\d", row.text)) and "\t" in row.text
    return not (is_figure and len(gap_cells(rows[at - 1])) == len(gap_cells(row)))


def tab_table_end(nodes: Sequence[Node], at: int) -> int:
    """Return the position after rows with the same number of cells, 0 if there are not two."""
    width = len(gap_cells(nodes[at].row))
    if width < 2 or ARROW.search(nodes[at].row.text):
        return 0
    end, is_narrow = at, _is_narrow(nodes[at].row)
    while end < len(nodes):
        node = nodes[end]
        if len(gap_cells(node.row)) != width or node.row.is_numbered or (node.row.gap > 1 and end > at):
            break
        if width == 2 and is_narrow and _second_column(node.row) != _second_column(nodes[at].row):
            break
        end += 1
        if node.children:
            break  # what is below the last row follows the table
    is_table = end - at >= (3 if nodes[at].row.mark or is_narrow else 2)
    return end if is_table else 0


def _second_column(row: Row) -> int:
    if row.second:
        return row.indent + row.second
    found = NARROW.search(row.text)
    return row.indent + found.end() if found else 0


def _is_narrow(row: Row) -> bool:
    return not GAP.search(row.text.strip())


def mark_columns(rows: Sequence[Row]) -> None:
    """Find the rows of two aligned columns whose first cell is so long that a single blank is behind it."""
    at = 0
    while at < len(rows):
        end = at + 1
        while end < len(rows) and not rows[end].gap and rows[end].indent == rows[at].indent:
            end += 1
        if end - at >= MIN_ALIGNED:
            _mark_long_cells(rows[at:end])
        at = end


def _mark_long_cells(rows: Sequence[Row]) -> None:
    found = [NARROW.search(row.text) for row in rows]
    starts = {match.end() for match in found if match}
    if len(starts) != 1 or sum(map(bool, found)) * 2 < len(rows):
        return
    start = starts.pop()
    long = [row for row, match in zip(rows, found, strict=True) if not match]
    if all(_is_cell_start(row, start) and not row.mark and "\t" not in row.text for row in long):
        for row in long:
            row.second = start


def _is_cell_start(row: Row, start: int) -> bool:
    text = row.text
    return (
        len(text) > start > 1
        and text[start - 1] == " "
        and text[start].isalnum()
        and text[start - 2].isalnum()
    )


def mark_corners(rows: Sequence[Row]) -> None:
    """Find heads that start with a tab where the rows below have one cell more."""
    for row, after in pairwise(rows):
        if after.gap or row.mark or row.indent <= after.indent or row.line.text[:1] not in ("\t", " "):
            continue
        width = len(gap_cells(row))
        if width > 1 and len(gap_cells(after)) == width + 1 and not ARROW.search(row.text):
            row.has_corner, row.indent = True, after.indent


def write_tab_table(nodes: Sequence[Node]) -> str:
    rows = [(node.row, gap_cells(node.row)) for node in nodes]
    is_head_underlined = len(rows) > 2 and all(UNDERLINE.fullmatch(part) for part in rows[1][1])
    if is_head_underlined:
        del rows[1]
    head = (
        [["Name", "Details"]] if not is_head_underlined and _has_no_head([cells for _, cells in rows]) else []
    )
    return write_table([*head, *([cell(part, row) for part in cells] for row, cells in rows)])


def _has_no_head(found: Sequence[Sequence[str]]) -> bool:
    # The first of two columns has paths, or the second has figures, from the first row on.
    if any(len(cells) != 2 for cells in found):
        return False
    return (
        all(PATH.match(cells[0]) for cells in found)
        or _are_counted([cells[0] for cells in found])
        or all(FIGURE.match(cells[1]) for cells in found)
        or (all(cells[0].isupper() for cells in found) and not any(cells[1].isupper() for cells in found))
    )


def _are_counted(names: Sequence[str]) -> bool:
    # `Port 22`, `Port 80`: the first is not the head of the others.
    found = [COUNTED.fullmatch(name) for name in names]
    return len({match["word"] for match in found if match}) == 1 and all(found)


def write_figure(rows: Sequence[Row]) -> str:
    """Return a figure of columns as a table whose head is its first row; an arrow leads to the next column."""
    levels = depths([row.indent for row in rows[1:]])
    table = [[cell(part, rows[0]) for part in gap_cells(rows[0])]]
    for level, row in zip(levels, rows[1:], strict=True):
        found = ARROW.search(row.text) or BIG_ARROW.search(row.text)
        cells = [row.text[: found.start()], row.text[found.end() :]] if found else gap_cells(row)
        shown = [cell(part, row) for part in cells]
        if found:
            shown[1] = f"{'←' if found[0].strip()[0] in '<←' else '→'} {shown[1]}"
        steps = "– " * min(level, 3) if shown[0] else ""
        table.append([f"{steps}{shown[0]}", *shown[1:]])
    return write_table(table)


def relation(row: Row) -> tuple[str, str, str] | None:
    """Return both sides of the first arrow and its direction."""
    found = ARROW.search(row.text)
    if not found:
        return None
    left, right = row.text[: found.start()].strip(), row.text[found.end() :].strip()
    return (left, right, "←" if found[0][0] in "<←" else "→") if left and right else None


def pairs(row: Row) -> list[tuple[str, str]]:
    """Return both sides of each arrow of `image ==> template ; container ==> running thing`, [] for other rows."""
    parts = row.text.split(";") if ";" in row.text and not row.mark else []
    found = [
        [side.strip() for side in ARROW.split(part)]
        for part in parts
        if not re.search(r"<[-=]|[←⇐]|://", part)
    ]
    is_paired = len(found) == len(parts) > 1 and all(len(sides) == 2 and all(sides) for sides in found)
    return [(left, right) for left, right in found] if is_paired else []


def write_pairs(rows: Sequence[Row]) -> str:
    cells = [[cell(left, row), cell(right, row)] for row in rows for left, right in pairs(row)]
    return write_table([["Name", "Details"], *cells])


def is_relation_table(nodes: Sequence[Node]) -> bool:
    """Tell if rows relate a short term to something: at least two of them, and a third of all."""
    if len(nodes) < 2 or any(ONLY_ARROW.match(node.row.text) for node in nodes):
        return False
    found = [relation(node.row) for node in nodes]
    related = [each for each in found if each]
    if len(related) < 2 or len(related) * 3 < len(nodes) or any(len(each[0]) > 60 for each in related):
        return False
    if any(child.children or child.row.mark for node in nodes for child in node.children):
        return False
    return not _is_chain([each[:2] for each in related])


def _is_chain(pairs: Sequence[tuple[str, str]]) -> bool:
    # Where one row leads to the next, a flow was meant.
    starts = {left.lower() for left, _ in pairs}
    return sum(right.lower() in starts for _, right in pairs) * 2 >= len(pairs)


def write_relation_table(nodes: Sequence[Node]) -> str:
    """Return terms and what they lead to. The notes name no columns, so these get words that fit."""
    found = [relation(node.row) for node in nodes]
    rows = [list(_relation_head([parts for parts in found if parts]))]
    for node, parts in zip(nodes, found, strict=True):
        left, right, sign = parts or (node.row.text, "", "→")
        more = [cell(row.text, row) for child in node.children for row in child.walk()]
        words = [cell(right, node.row)] if right else []
        cells = "<br>".join([*words, *more])
        rows.append([cell(left, node.row), f"← {cells}" if sign == "←" and cells else cells])
    return write_table(rows)


def _relation_head(found: Sequence[tuple[str, str, str]]) -> tuple[str, str]:
    if sum(bool(DURATION.search(right)) for _, right, _ in found) * 2 > len(found):
        return "Phase", "Time"
    if sum(is_command(left) for left, _, _ in found) * 2 > len(found):
        return "Command", "Meaning"
    return "Name", "Details"
