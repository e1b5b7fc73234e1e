"""Building blocks of an evening: rows with the rows below them, and pieces, which become blocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from .model import Block, Day
from .rows import Row

MAX_DEPTH = 8  # lists nested deeper are shown at this depth


@dataclass
class Node:
    row: Row
    children: list["Node"] = field(default_factory=list)

    def walk(self) -> Iterator[Row]:
        yield self.row
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Piece:
    """A block before it has its id. `text` is the Markdown. `rows` are the leaves of a list, for a repeated outline."""

    kind: str
    first: int
    last: int
    text: str
    title: str = ""
    level: int = 0
    language: str = ""
    number: str = ""  # of a heading
    rows: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()  # the items of a list without nesting
    terms: tuple[tuple[str, str], ...] = ()


def piece_of(kind: str, source: Sequence[Row], text: str, /, **more: Any) -> Piece:
    """Return a piece of the rows of `source`."""
    return Piece(kind, source[0].number, source[-1].number, text, **more)


@dataclass(frozen=True)
class EveningBlocks:
    day: Day
    blocks: list[tuple[Block, Piece]]


def depths(indents: Sequence[int]) -> list[int]:
    """Return how many lines above each line it is indented below, whatever the width of a step."""
    found: list[int] = []
    above: list[int] = []
    for indent in indents:
        while above and above[-1] >= indent:
            above.pop()
        found.append(len(above))
        above.append(indent)
    return found


def make_tree(rows: Sequence[Row]) -> list[Node]:
    roots: list[Node] = []
    open_nodes: list[Node] = []
    for row in rows:
        while open_nodes and open_nodes[-1].row.indent >= row.indent:
            open_nodes.pop()
        node = Node(row)
        (open_nodes[-1].children if open_nodes else roots).append(node)
        if len(open_nodes) < MAX_DEPTH - 1:
            open_nodes.append(node)
    return roots
