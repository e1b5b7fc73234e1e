"""The route of a learner as a drawing: the course is a line, and each lab a side branch with its submissions.

No queries and no colours here. `svg` and `pdf` paint the same drawing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from math import ceil
from typing import Any

WIDTH, ROW = 900, 110  # of the drawing, in its own units
LINE, BRANCH, LABEL = 78, 40, 104  # heights in a row
MAX_ROWS = 3
MAX_DRAWN = 8  # submissions of one lab; the label has their number
DOT, TRY, RISE, GAP = 20, 24, 36, 16
CHARACTER = 6.5  # average width of a character of a label
MIN_LABEL = 4  # characters: a shorter label says nothing


@dataclass(frozen=True)
class Stretch:
    """Items in one stretch of the line: lessons and quizzes of a session, or the submissions of a lab.

    `tries` has True for a submission that passed; without it the stretch has `dots` points on the line.
    """

    label: str
    dots: int = 0
    tries: tuple[bool, ...] = ()

    @property
    def is_branch(self) -> bool:
        return len(self.tries) > 1

    @property
    def drawn(self) -> tuple[bool, ...]:
        return self.tries[-MAX_DRAWN:]

    @property
    def length(self) -> int:
        if self.is_branch:
            return 2 * RISE + TRY * (len(self.drawn) - 1) + GAP
        return DOT * max(self.dots, len(self.tries)) + GAP


@dataclass(frozen=True)
class Node:
    x: float
    y: float
    radius: float
    passed: bool


@dataclass(frozen=True)
class Label:
    x: float
    y: float
    text: str


@dataclass
class Drawing:
    """Lines from the left to the right of each row, branches as points of cubic curves, nodes and labels."""

    height: int
    lines: list[float] = field(default_factory=list)
    branches: list[list[tuple[float, float]]] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


# Any: JSON
def store(stretches: Iterable[Stretch]) -> list[dict[str, Any]]:
    """Return the stretches as JSON."""
    return [asdict(stretch) for stretch in stretches]


# Any: JSON
def load(rows: Iterable[dict[str, Any]]) -> list[Stretch]:
    return [Stretch(row["label"], row["dots"], tuple(row["tries"])) for row in rows]


def draw(stretches: Sequence[Stretch]) -> Drawing:
    """Lay the route out in at most MAX_ROWS rows. A long route is drawn smaller."""
    whole = sum(stretch.length for stretch in stretches)
    rows = _in_rows(stretches, min(MAX_ROWS, max(1, ceil(whole / WIDTH))))
    drawing = Drawing(height=ROW * len(rows))
    for number, row in enumerate(rows):
        top = number * ROW
        drawing.lines.append(top + LINE)
        scale = min(1.0, WIDTH / max(1, sum(stretch.length for stretch in row)))
        x = 0.0
        for stretch in row:
            _add(drawing, stretch, x, top, scale)
            x += stretch.length * scale
    return drawing


def _in_rows(stretches: Sequence[Stretch], count: int) -> list[list[Stretch]]:
    # Rows of about the same length; a stretch is not divided.
    limit = sum(stretch.length for stretch in stretches) / count
    rows: list[list[Stretch]] = [[]]
    for stretch in stretches:
        length = sum(each.length for each in rows[-1])
        if length and length + stretch.length / 2 > limit and len(rows) < count:
            rows.append([])
        rows[-1].append(stretch)
    return rows


def _add(drawing: Drawing, stretch: Stretch, x: float, top: float, scale: float) -> None:
    if stretch.is_branch:
        _add_branch(drawing, stretch, x, top, scale)
    else:
        passed = stretch.tries or (True,) * stretch.dots
        radius = 6 if stretch.tries else 4
        for place, is_passed in enumerate(passed):
            at = x + (place + 0.5) * DOT * scale
            drawing.nodes.append(Node(at, top + LINE, max(1.5, radius * scale), is_passed))
    width = (stretch.length - GAP) * scale
    text = _shorten(stretch.label, int((width + GAP) / CHARACTER))
    if text:
        drawing.labels.append(Label(x + width / 2, top + LABEL, text))


def _add_branch(drawing: Drawing, stretch: Stretch, x: float, top: float, scale: float) -> None:
    rise, step = RISE * scale, TRY * scale
    first, last = x + rise, x + rise + step * (len(stretch.drawn) - 1)
    low, high, end = top + LINE, top + BRANCH, last + rise
    curve = [(x, low), (x + rise / 2, low), (first - rise / 2, high), (first, high)]
    curve += [(first, high), (last, high), (last, high)]
    if stretch.tries[-1]:  # a branch that did not pass does not come back to the line
        curve += [(last + rise / 2, high), (end - rise / 2, low), (end, low)]
    drawing.branches.append(curve)
    radius = max(1.5, 5.5 * scale)
    for place, passed in enumerate(stretch.drawn):
        drawing.nodes.append(Node(first + place * step, high, radius, passed))


def _shorten(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return "" if limit < MIN_LABEL else f"{text[: limit - 1].rstrip()}…"


def describe(stretches: Sequence[Stretch]) -> str:
    """Return the route in words, for those who do not see the drawing."""
    labs = [stretch for stretch in stretches if stretch.tries]
    dots = sum(stretch.dots for stretch in stretches)
    parts = [f"{dots} lessons and quizzes on the line"] if dots else []
    for lab in labs:
        word = "submission" if len(lab.tries) == 1 else "submissions"
        parts.append(
            f"{lab.label}: {'passed' if lab.tries[-1] else 'not passed'} after {len(lab.tries)} {word}"
        )
    return ". ".join(parts) + "." if parts else ""
