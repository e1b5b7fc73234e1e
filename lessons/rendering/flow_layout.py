"""Position the boxes and arrows of a flow.

An arrow that skips layers runs in a lane outside of them, forward on one side and back on the other, so that
no arrow crosses a box. Coordinates are along the flow and across it (0 is its middle) and become x and y at
the end. Lengths are in px, for text of 14 px.
"""

import textwrap
import unicodedata
from dataclasses import dataclass

from .flow import Flow
from .flow_layers import Layers

LINE = 18
GAP = 40  # between layers
BESIDE = 16  # between boxes of one layer, between lanes, and the maximum between arrows at one side of a box
PADDING = 11
HEAD = 8  # length of an arrowhead
MARGIN = 2
WRAP, WORD = 14, 24  # characters per line of a label; a longer word widens the box, up to WORD
AHEAD, STRAIGHT, BACK = -1, 0, 1  # the side of a box on which an arrow leaves or arrives

Point = tuple[float, float]
Ends = tuple[int, int]


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    lines: list[str]


@dataclass(frozen=True)
class Arrow:
    """`points` end at the base of the arrowhead; `tip` is its point."""

    points: list[Point]
    tip: Point
    back: bool


@dataclass(frozen=True)
class Layout:
    down: bool
    width: float
    height: float
    boxes: list[Box]
    arrows: list[Arrow]


def lay_out(flow: Flow, layers: Layers, *, down: bool) -> Layout:
    return _Grid(flow, layers, down).layout()


class _Grid:
    """Positions along and across. All boxes have the same breadth, those of one layer the same thickness."""

    def __init__(self, flow: Flow, layers: Layers, down: bool) -> None:
        self.flow, self.layers, self.down = flow, layers, down
        self.lines = [_wrap(step) for step in flow.steps]
        widths = [max(map(_width, lines)) + 2 * PADDING for lines in self.lines]
        heights = [len(lines) * LINE + 2 * PADDING for lines in self.lines]
        along, across = (heights, widths) if down else (widths, heights)
        self.breadth = max(across)
        self.thickness = [max(along[step] for step in row) for row in layers.rows]
        self.start = [MARGIN + sum(self.thickness[:row]) + GAP * row for row in range(len(layers.rows))]
        self.end = [start + thick for start, thick in zip(self.start, self.thickness, strict=True)]
        self.middle = {
            step: (place - (len(row) - 1) / 2) * (self.breadth + BESIDE)
            for row in layers.rows
            for place, step in enumerate(row)
        }
        self.lanes = self._lanes()
        self.ports = self._ports()
        edge = max(self.middle.values()) + self.breadth / 2
        self.low = min(-edge, *self.lanes.values(), 0) - MARGIN
        self.high = max(edge, *self.lanes.values(), 0) + MARGIN

    def layout(self) -> Layout:
        width, height = self._turn(self.end[-1] + MARGIN, self.high)
        boxes = [self._box(step) for step in range(len(self.flow.steps))]
        return Layout(self.down, width, height, boxes, [self._arrow(arrow) for arrow in self.flow.arrows])

    def _turn(self, along: float, across: float) -> Point:
        return (across - self.low, along) if self.down else (along, across - self.low)

    def _box(self, step: int) -> Box:
        row = self.layers.rank[step]
        x, y = self._turn(self.start[row], self.middle[step] - self.breadth / 2)
        sizes = (self.thickness[row], self.breadth)
        width, height = sizes[::-1] if self.down else sizes
        return Box(x, y, width, height, self.lines[step])

    def _arrow(self, arrow: Ends) -> Arrow:
        back = arrow in self.layers.back
        upper, lower = self._upper_lower(arrow)
        points = [(self.end[upper], self.ports[arrow, upper])]
        if arrow in self.lanes:
            points += [(self.start[upper + 1], self.lanes[arrow]), (self.end[lower - 1], self.lanes[arrow])]
        points.append((self.start[lower], self.ports[arrow, lower]))
        if back:
            points.reverse()
        tip = points[-1]
        points[-1] = (tip[0] + (HEAD if back else -HEAD), tip[1])
        return Arrow([self._turn(*point) for point in points], self._turn(*tip), back)

    def _upper_lower(self, arrow: Ends) -> Ends:
        first, second = sorted(self.layers.rank[step] for step in arrow)
        return first, second

    def _side(self, arrow: Ends) -> int:
        if arrow in self.layers.back:
            return BACK
        return AHEAD if arrow in self.lanes else STRAIGHT

    def _lanes(self) -> dict[Ends, float]:
        # The position across of each arrow that skips a layer. Overlapping lanes are placed side by side.
        lanes: dict[Ends, float] = {}
        for arrow in sorted(self.flow.arrows, key=self._span):
            upper, lower = self._upper_lower(arrow)
            if lower - upper < 2:
                continue
            side = BACK if arrow in self.layers.back else AHEAD
            widest = max(len(row) for row in self.layers.rows[upper + 1 : lower])
            lane = side * (widest * (self.breadth + BESIDE) + BESIDE) / 2
            while any(abs(lane - lanes[other]) < BESIDE and self._overlap(arrow, other) for other in lanes):
                lane += side * BESIDE
            lanes[arrow] = lane
        return lanes

    def _span(self, arrow: Ends) -> int:
        upper, lower = self._upper_lower(arrow)
        return lower - upper

    def _overlap(self, one: Ends, other: Ends) -> bool:
        (start, end), (other_start, other_end) = self._upper_lower(one), self._upper_lower(other)
        return start < other_end and other_start < end

    def _ports(self) -> dict[tuple[Ends, int], float]:
        # The position across where each arrow meets a box: straight arrows in the middle, others beside them.
        ports: dict[tuple[Ends, int], float] = {}
        for step, row in enumerate(self.layers.rank):
            for at_end in (True, False):
                here = [
                    a for a in self.flow.arrows if step in a and (self._upper_lower(a)[0] == row) == at_end
                ]
                for arrow, place in self._places(step, here).items():
                    ports[arrow, row] = self.middle[step] + place
        return ports

    def _places(self, step: int, arrows: list[Ends]) -> dict[Ends, float]:
        def far(arrow: Ends) -> tuple[int, float]:
            other = arrow[0] if arrow[1] == step else arrow[1]
            return self._side(arrow), self.lanes.get(arrow, self.middle[other])

        ordered = sorted(arrows, key=far)
        straight = [place for place, arrow in enumerate(ordered) if self._side(arrow) == STRAIGHT]
        zero = (straight[0] + straight[-1]) / 2 if straight else (len(ordered) - 1) / 2
        furthest = max((abs(place - zero) for place in range(len(ordered))), default=0)
        apart = min(BESIDE, (self.breadth / 2 - BESIDE / 2) / max(furthest, 1))
        return {arrow: (place - zero) * apart for place, arrow in enumerate(ordered)}


def _wrap(label: str) -> list[str]:
    longest = max(map(len, label.split()))
    return textwrap.wrap(label, max(WRAP, min(longest, WORD)))


def _width(text: str) -> float:
    # Approximate width in px: the reader's fonts are not known here.
    return sum(map(_letter_width, text))


def _letter_width(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 14.5
    if letter in "iljtfrI.,:;'|()[]! ":
        return 5
    return 11 if letter.isupper() or letter in "mw@%—" else 8
