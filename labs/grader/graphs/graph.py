"""Draw the commit graph as lanes: a whole repository, the surroundings of some commits, or a wanted shape."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from ..git.repository import Repository
from ..report import Drawing
from ..words import count, cut, visible
from .lanes import Row, lay_out
from .letters import letters
from .outline import Outline, Outliner
from .shapes import Node, Shape
from .svg import svg

MAX_ROWS = 40
MAX_ROWS_AROUND = 12
MAX_LABEL = 60


class Graph:
    """Draw one repository whose history can be walked. Raises the errors of `Repository.history`."""

    def __init__(self, repository: Repository) -> None:
        self._outliner = Outliner(repository)
        self._all = len(repository.history)

    def whole(self, marked: Collection[str]) -> Drawing:
        """Draw everything, or the most important part, in at most 40 rows. `marked` are IDs of commits."""
        outline = self._outliner.outline(marked, MAX_ROWS)
        shown = sum(not row.folded for row in outline.rows)
        rest = f", {shown:,} of {count(self._all, 'commit')}" if shown < self._all else ""
        return _drawing(f"Commit graph{rest}", outline)

    def around(self, marked: Collection[str], tips: Collection[str]) -> Drawing:
        """Draw the marked commits and their neighbours, in at most 12 rows, as far as main or `tips` reach them."""
        return _drawing("Found", self._outliner.outline(marked, MAX_ROWS_AROUND, tips))


def draw_shape(shape: Shape) -> Drawing:
    """Draw a wanted shape the way found commits are drawn. Parents that are not nodes are left out."""
    names = {node.name for node in shape.nodes}
    rows = tuple(_row(node, names) for node in shape.nodes)
    main = next((row.name for row in rows if row.words.startswith("main")), rows[0].name if rows else "")
    drawing = _drawing(f"Expected: {visible(shape.title)}", Outline(rows, main), alone="")
    return replace(drawing, letters=letters(rows, main))


def _row(node: Node, names: Collection[str]) -> Row:
    parents = tuple(parent for parent in node.parents if parent in names)
    return Row(node.name, parents, visible(node.name), words=cut(visible(node.label), MAX_LABEL))


def _drawing(title: str, outline: Outline, alone: str = "; no parents") -> Drawing:
    rows = outline.rows
    names = {row.name: _named(row) for row in rows}
    lines = [_sentence(row, names, alone) for row in rows]
    picture = svg(title, _about(outline), rows, lay_out(rows, outline.leftmost), outline.left_out)
    return Drawing(title, picture, (*lines, *filter(None, [outline.left_out])))


def _about(outline: Outline) -> str:
    marked = [row.id for row in outline.rows if row.marked]
    needs = f" A square with a cross marks a commit that needs work: {', '.join(marked)}." if marked else ""
    return f"Each commit is a disc above its parents. The list below says the same.{needs} {outline.left_out}".strip()


def _named(row: Row) -> str:
    return count(row.folded, "commit") if row.folded else row.id


def _sentence(row: Row, names: dict[str, str], alone: str) -> str:
    # `Needs work: a1b2c3d Merge branch side, on main, v1.0; parents b2c3d4e and c3d4e5f`
    below: Sequence[str] = [names[parent] for parent in row.parents if parent in names]
    noun = "then" if row.folded else "parent" if len(below) == 1 else "parents"
    parents = f"; {noun} {', '.join(below)}" if below else alone
    refs = f", on {row.refs}" if row.refs else ""
    return f"{'Needs work: ' if row.marked else ''}{f'{row.id} {row.words}'.strip()}{refs}{parents}"
