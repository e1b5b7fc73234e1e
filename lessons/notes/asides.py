"""Examples and notes: `Eg:`, `Note:` and what belongs to them."""

from collections.abc import Sequence

from .levels import Item
from .lists import is_wrapped
from .regions import Region
from .rows import Row
from .signs import EXAMPLE, NOTE

MAX_BOXED = 60  # rows


def aside_parts(row: Row) -> tuple[str, str]:
    found = EXAMPLE.match(row.text) or NOTE.match(row.text)
    return (found[0].strip(), row.text[found.end() :].strip()) if found else ("", row.text)


def boxed_end(items: Sequence[Item], at: int) -> int:
    """Return the position after `<aside>` to `</aside>`, as exported pages have them; 0 if it is not closed."""
    opening = items[at]
    if not isinstance(opening, Row) or opening.text != "<aside>":
        return 0
    for end in range(at + 1, min(at + MAX_BOXED, len(items))):
        item = items[end]
        if isinstance(item, Row) and item.text == "</aside>":
            return end + 1 if end > at + 1 else 0
    return 0


def _list_end(items: Sequence[Item], at: int) -> int:
    # A list at the depth of its `Eg:`, with all that is below its items.
    end = at + 1
    while end < len(items):
        item = items[end]
        if item.indent < items[at].indent or (
            item.indent == items[at].indent and not (isinstance(item, Row) and item.mark)
        ):
            break
        end += 1
    return end


def aside_end(row: Row, items: Sequence[Item], at: int) -> int:
    # Deeper rows, and rows at the same depth up to a blank line, if nothing follows in the first line.
    has_rest = bool(aside_parts(row)[1])
    after = items[at + 1] if at + 1 < len(items) else None
    if not has_rest and not row.mark and isinstance(after, Row) and after.mark and after.indent == row.indent:
        return _list_end(items, at + 1)
    base, seen, end = row.indent, has_rest or bool(row.mark), at + 1
    while end < len(items):
        item = items[end]
        if item.indent < base or (
            item.indent == base and seen and (isinstance(item, Region) or item.gap or item.mark or row.mark)
        ):
            break
        if item.indent == base and isinstance(item, Row) and has_rest and not is_wrapped(row, item):
            break
        seen = True
        end += 1
    return end
