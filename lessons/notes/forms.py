"""Give the rows below a heading their form: list, table, flow, checklist, definition, example, paragraph."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from .asides import aside_end, boxed_end, opens_aside, write_aside, write_box
from .decisions import Decisions
from .flows import find_chain, lift_arrows, write_flow
from .habits import CHECKLIST, PARAGRAPH, Habits
from .levels import Item
from .lists import is_wrapped, split_chains, split_groups, write_checklist, write_list
from .pieces import Node, Piece, make_tree, piece_of
from .prose import (
    definitions,
    is_prose,
    is_wrapped_text,
    markdown_terms_end,
    paragraph,
    paragraphs,
    sentences,
    write_markdown_terms,
    write_quote,
)
from .regions import Region
from .rows import Row
from .shapes import MAX_BLOCK, Shapes
from .signs import ADDRESS, ARROW, NEXT, PROCESS, words_of
from .source import Line
from .tables import bar_rows_end, is_quote, mark_columns, mark_corners, write_bar_table
from .verbatim import write_region
from .writing import defined_parts, inline, is_single_definition

MAX_NESTED = 4


class Former:
    """Makes pieces of one evening; `title` is the heading above."""

    def __init__(self, lines: Sequence[Line], habits: Habits, decisions: Decisions) -> None:
        self.lines, self.habits, self.decisions = lines, habits, decisions
        self.shapes = Shapes(habits, decisions)
        self.keys: dict[str, int] = {}
        self.title = ""
        self.has_list = False  # below this title
        self.depth = 0
        self._may_be_aside = habits.form("example") == "note"

    def make(self, items: Sequence[Item], title: str) -> list[Piece]:
        """Return pieces in order. Their lines need not touch: the blanks between belong to the piece above."""
        self.title = title
        self.has_list = False
        pieces: list[Piece] = []
        rows: list[Row] = []
        at = 0
        while at < len(items):
            item = items[at]
            if isinstance(item, Region):
                pieces += self._rows(rows)
                rows = []
                pieces.append(write_region(self.lines, item))
                at += 1
            elif self.depth < MAX_NESTED and (end := boxed_end(items, at)):
                pieces += [*self._rows(rows), write_box(items[at:end], self._inside)]
                rows = []
                at = end
            elif self.depth < MAX_NESTED and self._may_be_aside and opens_aside(item, items, at):
                pieces += self._rows(rows)
                rows = []
                end = aside_end(item, items, at)
                pieces.append(write_aside(item, items[at:end], self._inside))
                at = end
            else:
                rows.append(item)
                at += 1
        return pieces + self._rows(rows)

    def _inside(self, items: Sequence[Item]) -> str:
        self.depth += 1
        pieces = self.make(items, self.title)
        self.depth -= 1
        return "\n\n".join(piece.text for piece in pieces if piece.text)

    def _rows(self, rows: Sequence[Row]) -> list[Piece]:
        mark_columns(rows)
        mark_corners(rows)
        lift_arrows(rows)
        pieces: list[Piece] = []
        at = start = 0
        while at < len(rows):
            end, make = self._block_of_rows(rows, at)
            if end == at:
                at += 1
                continue
            pieces += [*self._nodes(make_tree(rows[start:at])), make(rows[at:end])]
            at = start = end
        return pieces + self._nodes(make_tree(rows[start:]))

    @staticmethod
    def _block_of_rows(rows: Sequence[Row], at: int) -> tuple[int, Callable[[Sequence[Row]], Piece]]:
        # Tables with bars and quotes have no indentation of their own.
        if end := bar_rows_end(rows, at) - at:
            return at + end, lambda part: piece_of("table", part, write_bar_table(part))
        if end := markdown_terms_end(rows, at):
            return end, write_markdown_terms
        end = at
        while end < len(rows) and is_quote(rows, end) and not (end > at and rows[end].gap):
            end += 1
        return end, write_quote

    def _nodes(self, nodes: Sequence[Node]) -> list[Piece]:
        pieces: list[Piece] = []
        at = 0
        while at < len(nodes):
            found = self.shapes.find(nodes, at)
            if found:
                piece, end = found
                pieces.append(piece)
                if piece.last < last_row(nodes[end - 1]):
                    pieces += self._nodes(nodes[end - 1].children)
                at = end
                continue
            end = at + 1
            is_list = bool(nodes[at].row.mark)
            while (
                end < len(nodes)
                and not self.shapes.starts(nodes, end)
                and (
                    bool(nodes[end].row.mark) == is_list
                    or (is_list and is_wrapped(nodes[end - 1].row, nodes[end].row))
                )
            ):
                end += 1
            pieces += self._lists(nodes[at:end]) if is_list else self._plain(nodes[at:end])
            at = end
        return pieces

    def _lists(self, nodes: Sequence[Node]) -> list[Piece]:
        pieces: list[Piece] = []
        groups = [part for whole in split_groups(nodes) for part in split_chains(whole)]
        for group in groups:
            chain = find_chain(group, 0) if len(group) == 1 and not group[0].row.mark else None
            if chain and (piece := self.shapes.flow(chain, [group[0].row])):
                pieces.append(piece)
                continue
            for start in range(0, len(group), MAX_BLOCK):
                part = group[start : start + MAX_BLOCK]
                bullet = (
                    "*" if pieces and pieces[-1].kind == "list" and pieces[-1].text.startswith("-") else "-"
                )
                pieces.append(self._list(part, bullet))
        return pieces

    def _list(self, group: Sequence[Node], bullet: str) -> Piece:
        rows = [row for node in group for row in node.walk()]
        self.has_list = True
        first, last = rows[0].number, rows[-1].number
        plain = tuple(row.text.strip() for row in rows)
        is_flat = not any(node.children for node in group)
        ordered = tuple(node.row.text for node in group) if is_flat and self._is_process(group) else ()
        is_next = self._is_next() and self.habits.form("next") == CHECKLIST
        has_boxes = all(node.row.box for node in group)
        if self.depth == 0 and (has_boxes or self._is_next()):
            says = "Let learners tick these items off?"
            if self.decisions.offer("checklist", first, last, says, default=is_next or has_boxes):
                return piece_of("checklist", rows, write_checklist(group, self.keys), rows=plain)
        if ordered and self._can_flow(group):
            text = write_flow([[" ".join(step.split()) for step in ordered]])
            if text and self.decisions.offer(
                "flow", first, last, "Draw these phases as a flow?", default=False
            ):
                return piece_of("flow", rows, text, rows=plain, ordered=ordered)
        terms = tuple((parts[0], parts[2]) for node in group if (parts := defined_parts(node.row)))
        return piece_of("list", rows, write_list(group, bullet), rows=plain, ordered=ordered, terms=terms)

    def _are_tasks(self, nodes: Sequence[Node]) -> bool:
        # Lines without bullets, right below Homework.
        is_first = not self.has_list and len(nodes) > 1 and self._is_next()
        return is_first and not any(is_prose([node.row]) or ADDRESS.match(node.row.text) for node in nodes)

    def _is_next(self) -> bool:
        return bool(NEXT.match(self.title))

    def _is_process(self, group: Sequence[Node]) -> bool:
        is_counted = all(re.match(r"\d", node.row.mark) for node in group)
        return 3 <= len(group) <= 12 and (is_counted or bool(PROCESS.search(self.title)))

    @staticmethod
    def _can_flow(group: Sequence[Node]) -> bool:
        return all(
            0 < len(words_of(node.row.text)) <= 7 and not ARROW.search(node.row.text) for node in group
        )

    def _plain(self, nodes: Sequence[Node]) -> list[Piece]:
        if self._are_tasks(nodes):
            for before, node in pairwise([None, *nodes]):
                if node and not (before and len(before.row.text) > 75):
                    node.row.mark = "-"  # a line is a task, unless it goes on with the one above
            return self._lists(nodes)
        pieces: list[Piece] = []
        at = 0
        while at < len(nodes):
            end = self._run_end(nodes, at)
            part = nodes[at:end]
            if part[-1].children and _is_one_sentence(part):
                pieces.append(paragraph([node.row for node in part]))
                pieces += self._below(part[-1].children)
            else:
                pieces.append(self._text(part))
            at = end
        return pieces

    def _below(self, nodes: Sequence[Node]) -> list[Piece]:
        # What is indented below a line is its list, bullets or not, unless it is prose or has a form of its own.
        rows = [row for node in nodes for row in node.walk()]
        is_short = all(len(row.text) < 90 and not row.mark for row in rows) and len(rows) > 1
        if self.habits.form("indent") == PARAGRAPH or not is_short or any(defined_parts(row) for row in rows):
            return self._nodes(nodes)
        if any(self.shapes.starts(nodes, at) for at in range(len(nodes))):
            return self._nodes(nodes)
        return [_plain_list(nodes)]

    @staticmethod
    def _run_end(nodes: Sequence[Node], at: int) -> int:
        # Rows close together are one block; definitions may have blank lines between them.
        end = at + 1
        is_defined = bool(defined_parts(nodes[at].row)) and not nodes[at].children
        while end < len(nodes) and end - at < MAX_BLOCK:
            goes_on = bool(defined_parts(nodes[end].row)) if is_defined else nodes[end].row.gap == 0
            if end == at + 1 and not is_defined and _is_above_terms(nodes, at):
                break
            if not goes_on or (is_defined and nodes[end].children):
                break
            if nodes[at].children and any(child.row.mark for child in nodes[at].children):
                break
            end += 1
        return end

    def _text(self, nodes: Sequence[Node]) -> Piece:
        rows = [row for node in nodes for row in node.walk()]
        if len(nodes) > 1 and all(ARROW.match(node.row.text) for node in nodes):
            for node in nodes:  # arrows as bullets
                node.row.text = ARROW.sub("", node.row.text, count=1).strip()
            return _plain_list(nodes)
        terms = [parts for node in nodes if not node.children and (parts := defined_parts(node.row))]
        if len(terms) == len(nodes) and (len(terms) > 1 or is_single_definition(rows[0])):
            return definitions(rows, terms)
        if all(ADDRESS.match(row.text) for row in rows):
            return piece_of("address", rows, "\n\n".join(inline(row.text, row) for row in rows))
        if all(re.match(r"!\[", row.text) and row.line.is_markdown for row in rows):
            return piece_of("picture", rows, "\n\n".join(inline(row.text, row) for row in rows))
        if any(node.children for node in nodes):
            return _plain_list(nodes)
        found = sentences(rows)
        is_text = len(found) == 1 or all(is_prose(part) for part in found)
        if is_text or rows[0].line.is_markdown or self.habits.form("indent") == PARAGRAPH:
            return paragraphs(found, as_one=rows[0].line.is_markdown or is_wrapped_text(found))
        return _plain_list(nodes)


def _plain_list(nodes: Sequence[Node]) -> Piece:
    rows = [row for node in nodes for row in node.walk()]
    return piece_of("list", rows, write_list(nodes), rows=tuple(row.text for row in rows))


def _is_above_terms(nodes: Sequence[Node], at: int) -> bool:
    # `files to remember` above two terms or more with their meanings.
    below = nodes[at + 1 : at + 3]
    is_short = len(nodes[at].row.text) < 60 and not nodes[at].children
    return is_short and len(below) == 2 and all(defined_parts(n.row) and not n.row.gap for n in below)


def _is_one_sentence(nodes: Sequence[Node]) -> bool:
    # One line, or lines that the editor wrapped; only the last has something below it.
    return all(is_wrapped(before.row, node.row) and not before.children for before, node in pairwise(nodes))


def last_row(node: Node) -> int:
    return max(row.number for row in node.walk())
