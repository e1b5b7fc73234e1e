"""Find figures of columns with a long arrow from one to another, before their rows are taken for headings."""

from collections.abc import Sequence

from .levels import Item
from .rows import Row
from .signs import ARROW
from .tables import BIG_ARROW, gap_cells

MAX_FIGURE = 25  # rows


def find_figures(items: Sequence[Item]) -> dict[int, int]:
    """Return start and end of each figure, as positions in `items`."""
    found: dict[int, int] = {}
    at = 0
    while at < len(items):
        end = _figure_end(items, at)
        if end:
            found[at] = end
        at = end or at + 1
    return found


def _figure_end(items: Sequence[Item], at: int) -> int:
    head = items[at]
    if not isinstance(head, Row) or head.mark or head.heading or "|" in head.text or ARROW.search(head.text):
        return 0
    if not 2 <= len(gap_cells(head)) <= 4:
        return 0
    end, has_arrow = at + 1, False
    while end < len(items) and end - at < MAX_FIGURE:
        row = items[end]
        if not isinstance(row, Row) or row.mark or row.heading or row.indent < head.indent or row.gap > 3:
            break
        if row.indent == head.indent and has_arrow and row.gap and len(gap_cells(row)) < 2:
            break
        has_arrow = has_arrow or _has_long_arrow(row)
        end += 1
    return end if has_arrow and end - at > 1 else 0


def _has_long_arrow(row: Row) -> bool:
    found = BIG_ARROW.search(row.text)
    return bool(found and row.text[: found.start()].strip() and row.text[found.end() :].strip())
