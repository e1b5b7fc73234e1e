"""Tables: written with bars, by tabs, as two columns with an arrow, as terms with what they lead to."""

import re
from collections.abc import Sequence

from .pieces import Node
from .rows import Row
from .signs import ARROW, ONLY_ARROW
from .writing import cell, write_table

GAP = re.compile(r"\t+[ \t]*| {3,}")
BIG_ARROW = re.compile(r"(?:-{4,60}|={3,60})>{1,3}|<(?:-{4,60}|={3,60})")
SEPARATOR = re.compile(r"\|?[\s:|+-]*-[\s:|+-]*\|?$")
BAR = re.compile(r"(?<!\\)\|")


def is_bar_row(row: Row) -> bool:
    return row.text.startswith("|") and row.text.count("|") > 1 and not row.mark


def write_bar_table(rows: Sequence[Row]) -> str:
    found = [_bar_cells(row) for row in rows if not SEPARATOR.match(row.text)]
    has_head = len(rows) > 1 and bool(
        SEPARATOR.match(rows[1].text) or SEPARATOR.match(rows[0].text) or len(found) > 1
    )
    return write_table(found, has_head=has_head) if found else ""


def _bar_cells(row: Row) -> list[str]:
    parts = BAR.split(row.text.strip())
    parts = parts[1:-1] if not parts[-1].strip() else parts[1:]
    return [
        cell(part.replace("\\|", "|") if not row.line.is_markdown else part.strip(), row) for part in parts
    ]


def gap_cells(row: Row) -> list[str]:
    """Return cells that tabs or wide gaps separate."""
    return [part.strip() for part in GAP.split(row.text.strip()) if part.strip()]


def tab_table_end(nodes: Sequence[Node], at: int) -> int:
    """Return the position after rows with the same number of cells, 0 if there are not two."""
    width = len(gap_cells(nodes[at].row))
    if width < 2 or ARROW.search(nodes[at].row.text):
        return 0
    end = at
    while end < len(nodes):
        node = nodes[end]
        if node.children or len(gap_cells(node.row)) != width or node.row.is_numbered:
            break
        if node.row.gap > 1 and end > at:
            break
        end += 1
    is_table = end - at >= (3 if nodes[at].row.mark else 2)
    return end if is_table else 0


def write_tab_table(nodes: Sequence[Node]) -> str:
    return write_table([[cell(part, node.row) for part in gap_cells(node.row)] for node in nodes])


def write_figure(rows: Sequence[Row]) -> str:
    """Return a figure of columns as a table whose head is its first row; an arrow leads to the next column."""
    base = min(row.indent for row in rows[1:])
    table = [[cell(part, rows[0]) for part in gap_cells(rows[0])]]
    for row in rows[1:]:
        found = ARROW.search(row.text) or BIG_ARROW.search(row.text)
        cells = [row.text[: found.start()], row.text[found.end() :]] if found else gap_cells(row)
        shown = [cell(part, row) for part in cells]
        if found:
            shown[1] = f"{'←' if found[0].strip()[0] in '<←' else '→'} {shown[1]}"
        steps = "– " * min((row.indent - base) // 4, 3) if shown[0] else ""
        table.append([f"{steps}{shown[0]}", *shown[1:]])
    return write_table(table)


def relation(row: Row) -> tuple[str, str, str] | None:
    """Return both sides of the first arrow and its direction."""
    found = ARROW.search(row.text)
    if not found:
        return None
    left, right = row.text[: found.start()].strip(), row.text[found.end() :].strip()
    return (left, right, "←" if found[0][0] in "<←" else "→") if left and right else None


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
    rows = []
    for node in nodes:
        found = relation(node.row)
        left, right, sign = found or (node.row.text, "", "→")
        more = [cell(row.text, row) for child in node.children for row in child.walk()]
        words = [cell(right, node.row)] if right else []
        cells = "<br>".join([*words, *more])
        rows.append([cell(left, node.row), f"← {cells}" if sign == "←" and cells else cells])
    return write_table(rows, has_head=False)
