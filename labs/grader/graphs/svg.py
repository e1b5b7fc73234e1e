"""Draw a commit graph as SVG, from escaped text only. Colours come from the style sheet, shapes tell the rows apart.

A commit is a disc, a marked one a square with a cross, folded commits a dashed circle. The drawing never scales: its
width is the minimum, so that it fits a phone, and a style sheet may widen it for longer subjects.
"""

from collections.abc import Sequence
from html import escape
from itertools import accumulate, pairwise

from ..words import cut
from .lanes import Edge, Lanes, Row

LANE, LEFT, GAP = 14, 12, 6  # px between two lanes, from the edge to the first, from the last to the words
LINE, BESIDE_REFS = 24, 20  # px from row to row, and extra if refs are above the subject
LETTER = 7.4  # px of a letter of an ID
MAX_ID = 12
WORDS = 180  # px: the least room for words


def svg(title: str, about: str, rows: Sequence[Row], lanes: Lanes, note: str = "") -> str:
    """Draw laid-out rows; `about` is the description for screen readers, `note` is printed below."""
    *heights, end = _heights(rows)
    ids = max((len(cut(row.id, MAX_ID)) for row in rows), default=0)
    words = LEFT + lanes.width * LANE + GAP
    subjects = words + (round(ids * LETTER) + GAP if ids else 0)
    edges = "".join(f'<path d="{path(edge, lanes, heights)}"/>' for edge in lanes.edges)
    nodes = "".join(
        _node(row, _x(column), y) for row, column, y in zip(rows, lanes.columns, heights, strict=True)
    )
    texts = "".join(_text(row, words, subjects, y) for row, y in zip(rows, heights, strict=True))
    below = f'<text class="graph-folded" x="{LEFT - 5}" y="{end + 5}">{escape(note)}</text>' if note else ""
    height = end + (LINE // 2 if note else -LINE // 2)
    return (
        f'<svg class="graph" role="img" width="{words + WORDS}" height="{height}">'
        f"<title>{escape(title)}</title><desc>{escape(about)}</desc>"
        f'<g class="graph-edges" fill="none" stroke="currentColor" stroke-width="2">{edges}</g>'
        f'<g class="graph-nodes" fill="currentColor">{nodes}</g>'
        f'<g class="graph-words" fill="currentColor" font-size="13">{texts}{below}</g></svg>'
    )


def path(edge: Edge, lanes: Lanes, heights: Sequence[int]) -> str:
    # from the child down to the parent: bent into its lane, along it, and bent out of it
    points = [(_x(lanes.columns[edge.child]), heights[edge.child])]
    if edge.parent - edge.child > 1:
        lane = _x(edge.lane)
        points += [(lane, heights[edge.child + 1]), (lane, heights[edge.parent - 1])]
    points.append((_x(lanes.columns[edge.parent]), heights[edge.parent]))
    curve = "M{},{}".format(*points[0])
    for (x1, y1), (x2, y2) in pairwise(points):
        middle = (y1 + y2) // 2
        if (x1, y1) != (x2, y2):
            curve += f"V{y2}" if x1 == x2 else f"C{x1},{middle} {x2},{middle} {x2},{y2}"
    return curve


def _heights(rows: Sequence[Row]) -> list[int]:
    # the middle of the first line of each row, and of one more below
    steps = (LINE + (BESIDE_REFS if row.refs and row.words else 0) for row in rows)
    return list(accumulate(steps, initial=LINE // 2))


def _x(column: int) -> int:
    return LEFT + column * LANE


def _node(row: Row, x: int, y: int) -> str:
    if row.marked:
        return (
            f'<g class="graph-bad"><rect x="{x - 7}" y="{y - 7}" width="14" height="14" rx="2"/>'
            f'<path class="graph-cross" d="M{x - 3},{y - 3}l6,6m0,-6l-6,6" stroke="#fff" stroke-width="2"/></g>'
        )
    if row.folded:
        return f'<circle class="graph-fold" cx="{x}" cy="{y}" r="5" stroke="currentColor"/>'
    return f'<circle cx="{x}" cy="{y}" r="5"/>'


def _text(row: Row, words: int, subjects: int, y: int) -> str:
    foot = y + 5  # from the middle of the letters to their baseline
    name = f'<tspan class="graph-id">{escape(cut(row.id, MAX_ID))}</tspan>' if row.id else ""
    refs = f'<tspan class="graph-refs" x="{subjects}">{escape(row.refs)}</tspan>' if row.refs else ""
    below = f' y="{foot + BESIDE_REFS - 2}"' if row.refs else ""
    subject = (
        f'<tspan x="{subjects if row.id else words}"{below}>{escape(row.words)}</tspan>' if row.words else ""
    )
    kind = ' class="graph-folded"' if row.folded else ""
    return f'<text{kind} x="{words}" y="{foot}">{name}{refs}{subject}</text>'
