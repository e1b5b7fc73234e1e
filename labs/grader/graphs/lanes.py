"""Lay out the rows of a commit graph and the lanes between them, as numbers: positions of rows and edges."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One row: a commit, or `folded` commits drawn as one. Its parents are names of rows further down.

    `id` is the displayed name, `refs` the branches and tags here, `words` the subject or a description of the fold.
    """

    name: str
    parents: tuple[str, ...]
    id: str = ""
    refs: str = ""
    words: str = ""
    marked: bool = False
    folded: int = 0


@dataclass(frozen=True)
class Edge:
    """From the row of a child to the row of its parent; between them it stays in `lane`."""

    child: int
    parent: int
    lane: int


@dataclass(frozen=True)
class Lanes:
    """The column of each row, and the edges. No row between the ends of an edge is in its lane."""

    columns: tuple[int, ...]
    edges: tuple[Edge, ...]

    @property
    def width(self) -> int:
        return 1 + max([*self.columns, *(edge.lane for edge in self.edges)], default=0)

    def column(self, edge: Edge, row: int) -> int:
        """Return the column of an edge on one of its rows, ends included."""
        return edge.lane if edge.child < row < edge.parent else self.columns[row]


def lay_out(rows: Sequence[Row], leftmost: str = "") -> Lanes:
    """Return lanes for rows that come before their parents. The row named `leftmost` is in the leftmost lane."""
    place = {row.name: number for number, row in enumerate(rows)}
    # the row that each lane leads to
    waiting: list[str | None] = [_top(rows, leftmost)] if leftmost in place else []
    columns: list[int] = []
    edges: list[Edge] = []
    for number, row in enumerate(rows):
        column = _lane_of(row.name, waiting)
        waiting = [None if name == row.name else name for name in waiting]
        columns.append(column)
        for parent in row.parents:
            # The first parent continues in this lane, the others in one that leads there already, else in a free one
            lane = column if parent == row.parents[0] else _lane_of(parent, waiting)
            waiting[lane:] = [parent, *waiting[lane + 1 :]]
            edges.append(Edge(number, place[parent], lane))
    return Lanes(tuple(columns), tuple(edges))


def _top(rows: Sequence[Row], name: str) -> str:
    # the start of the first-parent line through this row, as far up as there is only one child
    above = [row.name for row in rows if row.parents[:1] == (name,)]
    return _top(rows, above[0]) if len(above) == 1 else name


def _lane_of(name: str, waiting: list[str | None]) -> int:
    # the lane that leads to this row, else a free one, else a new one
    for wanted in (name, None):
        if wanted in waiting:
            return waiting.index(wanted)
    waiting.append(None)
    return len(waiting) - 1
