"""Lists: nested items, wrapped lines, checklists."""

import re
from collections.abc import Sequence
from itertools import islice

from .commands import is_command
from .flows import find_chain
from .pieces import Node
from .rows import Row
from .signs import ADDRESS
from .tables import tab_table_end, write_tab_table
from .writing import inline, item_words, make_key

LONG = 55  # characters: a line this long may go on in the next
JUDGING = (
    "✅",
    "❌",
    "✔",
    "✔️",
    "✖",
    "✖️",
    "🚫",
    "⛔",
    "👍",
    "👎",
    "⚠️",
    "⚠",
)  # without it, an item may say the opposite
COUNT = re.compile(r"\(?(\d{1,9})[.)]")
LATER = re.compile(r"\(?(?!1[.)])\d+[.)]")


def is_wrapped(before: Row, row: Row) -> bool:
    """Tell if a row only goes on with the sentence of the row above."""
    if row.mark or row.gap or row.badge or not row.text or ADDRESS.match(row.text) or is_command(row.text):
        return False
    above = before.text.rstrip()
    if above[-1:] in (".", ":", ";", "!", "?"):
        return len(above) > 75 and row.text[0].islower() and above[-1] not in ".!?"
    return (len(above) >= LONG and (row.text[0].islower() or len(above) > 75)) or (
        above[-1:] == "," and row.text[0].islower()
    )


def write_list(nodes: Sequence[Node], bullet: str = "-") -> str:
    return "\n".join(line for node in _joined(nodes) for line in _item(*node, "", bullet))


def _joined(nodes: Sequence[Node]) -> list[tuple[Node, list[Row]]]:
    # Each item with the rows that go on with its sentence.
    found: list[tuple[Node, list[Row]]] = []
    for node in nodes:
        if (
            found
            and not found[-1][0].children
            and is_wrapped((found[-1][1] or [found[-1][0].row])[-1], node.row)
            and not node.children
        ):
            found[-1][1].append(node.row)
        else:
            found.append((node, []))
    return found


def _item(node: Node, more: list[Row], indent: str, bullet: str) -> list[str]:
    row = node.row
    number = COUNT.match(row.mark) if row.is_numbered else None
    mark = f"{number[1]}." if number and COUNT.fullmatch(row.mark) else bullet
    label = f"{row.mark} " if row.is_numbered and mark == bullet else ""
    box = f"[{row.box}] " if row.box else ""
    judged = f"{row.badge} " if row.badge in JUDGING else ""
    lines = [f"{indent}{mark} {box}{label}{judged}{item_words(row)}".rstrip()]
    inner = indent + " " * (len(mark) + 1)
    children = list(node.children)
    while not more and children and not children[0].children and is_wrapped(row, children[0].row):
        lines.append(f"{inner}{inline(children[0].row.text, children[0].row)}")
        row = children.pop(0).row
    lines += [f"{inner}{inline(other.text, other)}" for other in more]
    if _is_table(children):
        return [*lines, "", *(f"{inner}{line}" for line in write_tab_table(children).split("\n")), ""]
    if children and LATER.match(children[0].row.mark):
        lines.append("")  # a list that does not start with 1 is read as text below a line
    for child, wrapped in _joined(children):
        lines += _item(child, wrapped, inner, bullet)
    return lines


def _is_table(nodes: Sequence[Node]) -> bool:
    # Columns below an item, all of one width.
    return (
        len(nodes) > 1 and not any(node.row.mark for node in nodes) and tab_table_end(nodes, 0) == len(nodes)
    )


def write_checklist(nodes: Sequence[Node], used: dict[str, int]) -> str:
    """Return a checklist; what is nested below an item is a list between two parts of it."""
    parts: list[str] = []
    items: list[str] = []
    for node, more in _joined(nodes):
        words = " ".join([item_words(node.row), *(inline(row.text, row, starts_line=False) for row in more)])
        children = node.children
        if (
            len(children) == 1
            and not children[0].children
            and (ADDRESS.match(children[0].row.text) or not children[0].row.mark)
        ):
            words = f"{words} {inline(children[0].row.text, children[0].row, starts_line=False)}"
            children = []
        key = make_key(" ".join([node.row.text, *(row.text for row in more)]), used)
        items.append(f"- [ ] {words} {{#{key}}}")
        if children:
            parts += [_closed(items), write_list(children)]
            items = []
    if items:
        parts.append(_closed(items))
    return "\n\n".join(parts)


def _closed(items: list[str]) -> str:
    return "\n".join(["::: checklist", *items, ":::"])


def split_groups(nodes: Sequence[Node]) -> list[list[Node]]:
    """Split marked rows where bullets turn to numbers, a count starts again, or a close list turns to a loose one."""
    groups: list[list[Node]] = []
    for node in nodes:
        if groups and _is_same_list(groups[-1], node):
            groups[-1].append(node)
        else:
            groups.append([node])
    return groups


def _is_same_list(group: list[Node], node: Node) -> bool:
    before = group[-1].row
    if before.is_bullet != node.row.is_bullet or before.is_numbered != node.row.is_numbered:
        return not node.row.mark and is_wrapped(before, node.row)
    if node.row.mark == before.mark == group[0].row.mark == "1.":
        return True  # Markdown counts by itself
    if node.row.mark in ("1.", "1)", "(1)", "a)", "a.", "A.", "I.", "i.") and len(group) > 1:
        return False
    if node.row.gap <= 0 or len(group) == 1:
        return True
    # From the end, so that a long list is not read for each of its items.
    if any(other.row.gap != 0 for other in islice(reversed(group), len(group) - 1)):
        return True
    return any(other.children for other in group)


def split_chains(group: Sequence[Node]) -> list[list[Node]]:
    """Split a list after an item whose last line below it is a chain of arrows, which is no item itself."""
    parts: list[list[Node]] = [[]]
    for node in group:
        last = node.children[-1] if node.children else None
        if last and not last.children and not last.row.mark and find_chain([last], 0):
            parts[-1].append(Node(node.row, node.children[:-1]))
            parts += [[last], []]
        else:
            parts[-1].append(node)
    return [part for part in parts if part]
