"""Find rows that are a table or a flow, and offer to show them so."""

from collections.abc import Sequence

from .decisions import Decisions
from .flows import Found, find_chain, find_down, find_graph, write_flow
from .habits import RELATION, Habits
from .inline import hide
from .pieces import Node, Piece, piece_of
from .rows import Row
from .signs import ARROW, ONLY_ARROW
from .tables import (
    is_relation_table,
    pairs,
    relation,
    tab_table_end,
    write_figure,
    write_pairs,
    write_relation_table,
    write_tab_table,
)

MAX_BLOCK = 120  # rows: a longer table or list goes on in a new one


class Shapes:
    """Tables and flows of one evening; the trainer may refuse each."""

    def __init__(self, habits: Habits, decisions: Decisions) -> None:
        self.habits, self.decisions = habits, decisions

    def starts(self, nodes: Sequence[Node], at: int) -> bool:
        if tab_table_end(nodes, at) > 0 or find_down(nodes, at):
            return True
        row = nodes[at].row
        if pairs(row) and not nodes[at].children:
            return True
        if row.mark or not ARROW.search(row.text):
            return False
        return bool(find_chain(nodes, at) or find_graph(nodes, at) or self._relation_end(nodes, at))

    def figure(self, rows: Sequence[Row]) -> Piece | None:
        """Offer a figure of columns as a table."""
        says = "Show these columns as a table?"
        if not self.decisions.offer("table", rows[0].number, rows[-1].number, says, default=True):
            return None
        return piece_of("table", rows, write_figure(rows))

    def find(self, nodes: Sequence[Node], at: int) -> tuple[Piece, int] | None:
        """Find a table or a flow that starts here."""
        if self.habits.form("arrow") == RELATION and (end := self._relation_end(nodes, at)):
            rows = [row for node in nodes[at:end] for row in node.walk()]
            says = "Show what is beside the arrows as the second column of a table?"
            if self.decisions.offer("table", rows[0].number, rows[-1].number, says, default=True):
                return piece_of("table", rows, write_relation_table(nodes[at:end])), end
        if paired := self._pairs(nodes, at):
            return paired
        if end := tab_table_end(nodes, at):
            rows = [node.row for node in nodes[at:end]]
            if self.decisions.offer(
                "table", rows[0].number, rows[-1].number, "Show these columns as a table?", default=True
            ):
                return piece_of("table", rows, write_tab_table(nodes[at:end])), end
        for find in (find_down, find_graph, find_chain):
            found = find(nodes, at)
            rows = [node.row for node in nodes[at : found.end]] if found else []
            if found and (piece := self.flow(found, rows)):
                return piece, found.end
        return None

    def _pairs(self, nodes: Sequence[Node], at: int) -> tuple[Piece, int] | None:
        end = at
        while end < len(nodes) and end - at < MAX_BLOCK and pairs(nodes[end].row) and not nodes[end].children:
            end += 1
        rows = [node.row for node in nodes[at:end]]
        says = "Show the pairs of these lines as a table?"
        if not rows or not self.decisions.offer("table", rows[0].number, rows[-1].number, says, default=True):
            return None
        return piece_of("table", rows, write_pairs(rows)), end

    def flow(self, found: Found, rows: Sequence[Row]) -> Piece | None:
        text = write_flow(found.chains, found.title)
        says = "Draw these steps as a flow?"
        if text and self.decisions.offer("flow", rows[0].number, rows[-1].number, says, default=True):
            steps = tuple(step for chain in found.chains for step in chain)
            typed = any(row.text.isalpha() and ONLY_ARROW.match(row.text) for row in rows)
            # `v` as an arrow is a word of the notes; no step has it
            above = f"{hide(' '.join(row.text for row in rows))}\n\n" if typed else ""
            return piece_of("flow", rows, above + text, ordered=steps)
        return None

    def _relation_end(self, nodes: Sequence[Node], at: int) -> int:
        if at and nodes[at - 1].row.mark == nodes[at].row.mark and nodes[at].row.mark:
            return 0  # only from the first row of a list on
        end = at
        while end < len(nodes) and nodes[end].row.mark == nodes[at].row.mark and end - at < MAX_BLOCK:
            row = nodes[end].row
            if not row.mark and (
                not relation(row) or (end > at and row.gap) or len(ARROW.findall(row.text)) > 1
            ):
                break
            end += 1
        return end if nodes[at].row.mark in ("", "-") and is_relation_table(nodes[at:end]) else 0
