"""Examples and notes: `Eg:`, `Note:` and what belongs to them."""

import re
from collections.abc import Callable, Sequence

from .fences import box
from .inline import escape, hide
from .levels import Item
from .lists import is_wrapped
from .pieces import Piece
from .regions import Region
from .rows import Row
from .signs import EXAMPLE, NOTE
from .writing import inline

KINDS_OF_NOTE = {
    "tip": "tip",
    "hint": "tip",
    "warning": "warning",
    "caution": "warning",
    "achtung": "warning",
    "attention": "warning",
}
SUMMARY = re.compile(r"<summary>(?P<words>[^<>]{1,200})</summary>")

BOXES = {"<aside>": "</aside>", "<details>": "</details>"}
MAX_BOXED = 60  # rows


def aside_parts(row: Row) -> tuple[str, str]:
    found = EXAMPLE.match(row.text) or NOTE.match(row.text)
    return (found[0].strip(), row.text[found.end() :].strip()) if found else ("", row.text)


def boxed_end(items: Sequence[Item], at: int) -> int:
    """Return the position after a box of an exported page, such as `<aside>` to `</aside>`; 0 if it is not closed."""
    opening = items[at]
    closing = BOXES.get(opening.text, "") if isinstance(opening, Row) else ""
    if not closing:
        return 0
    for end in range(at + 1, min(at + MAX_BOXED, len(items))):
        item = items[end]
        if isinstance(item, Row) and item.text == closing:
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


def opens_aside(row: Row, items: Sequence[Item], at: int) -> bool:
    """Tell if a row begins an example or a note of its own, and is no item of a list."""
    if row.heading:
        return False
    is_example = EXAMPLE.match(row.text) and not row.is_numbered
    if not (is_example or NOTE.match(row.text)):
        return False
    if not row.mark:
        return True
    before = items[at - 1] if at else None  # an item between others stays in its list
    after = items[at + 1] if at + 1 < len(items) else None
    return not any(
        isinstance(other, Row) and other.mark and other.indent <= row.indent for other in (before, after)
    )


def write_aside(row: Row, items: Sequence[Item], write: Callable[[Sequence[Item]], str]) -> Piece:
    is_note = not EXAMPLE.match(row.text)
    label, rest = aside_parts(row)
    title = re.sub(r"[\s:=>+–—-]+$", "", label) or label
    word = KINDS_OF_NOTE.get(title.lower().rstrip("s!"), "note") if is_note else "note"
    inner = list(items[1:])
    if rest:
        inner.insert(0, Row(row.number, row.line, row.indent, "", "", rest, row.gap))
    body = write(inner) or escape(label)
    shown = f"{word} {escape(title, starts_line=False)}" if title.lower() != word else word
    kind = "note" if is_note else "example"
    return Piece(kind, row.number, _last(items[-1]), box(shown, body))


def write_box(items: Sequence[Item], write: Callable[[Sequence[Item]], str]) -> Piece:
    """Return a box of an exported page; `write` gives the Markdown of what is inside."""
    if isinstance(items[0], Row) and items[0].text == "<details>":
        return _folded(items, write)
    marks = [hide(item.text) for item in (items[0], items[-1]) if isinstance(item, Row)]
    body = write(items[1:-1])
    return Piece(
        "note", _first(items[0]), _last(items[-1]), box("note", f"{marks[0]}\n\n{body}\n\n{marks[1]}")
    )


def _folded(items: Sequence[Item], write: Callable[[Sequence[Item]], str]) -> Piece:
    # The portal's own fold, see rendering/folded.py.
    title, inner = items[1], items[1:-1]
    found = SUMMARY.fullmatch(title.text) if isinstance(title, Row) else None
    summary = ""
    if found and isinstance(title, Row):
        summary, inner = (
            f"<summary>{inline(found['words'], title, starts_line=False)}</summary>\n",
            items[2:-1],
        )
    text = f"<details>\n{summary}\n{write(inner)}\n\n</details>"
    return Piece("note", _first(items[0]), _last(items[-1]), text)


def _first(item: Item) -> int:
    return item.number if isinstance(item, Row) else item.first


def _last(item: Item) -> int:
    return item.number if isinstance(item, Row) else item.last
