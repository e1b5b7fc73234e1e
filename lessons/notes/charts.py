"""Find figures that fill a paragraph: a chart on its axes, or names joined by long arrows and arrows down."""

import re

from .scan import Scan

AXIS = re.compile(r"(?:\+|\\|\|)[-_=]{3,}[-_=+|>]*$")
BAR = re.compile(r"\|(?!.*\|$)")
LONG_ARROW = re.compile(r"-{3,}>|<-{3,}|={4,}>")
DOWN = ("|", "v", "V", "▼", "▲", "^", "│")
MIN_ROWS, MAX_ROWS = 3, 60


def figure_end(scan: Scan, at: int) -> int:
    """Return the position after the paragraph that starts here, if it is such a figure; else 0."""
    if scan.get(at - 1):
        return 0
    end = scan.paragraph_end(at)
    if not MIN_ROWS <= end - at <= MAX_ROWS:
        return 0
    return end if _is_chart(scan, at, end) or _has_arrows_down(scan, at, end) else 0


def _is_chart(scan: Scan, at: int, end: int) -> bool:
    # Bars on an axis: lines that start with `|` in one column, and the axis below them.
    axis = next((place for place in range(at, end) if AXIS.match(scan.bare[place])), at)
    bars = [place for place in range(at, axis) if BAR.match(scan.bare[place])]
    columns = {scan.indent(place) for place in [*bars, axis]}
    return len(bars) > 1 and len(columns) == 1 and end - axis <= MIN_ROWS


def _has_arrows_down(scan: Scan, at: int, end: int) -> bool:
    # A long arrow to the right, and below it a line that is an arrow down, right below the line that it goes on with.
    if not any(LONG_ARROW.search(scan.bare[place]) for place in range(at, end)):
        return False
    return any(
        scan.bare[place] in DOWN and scan.texts[place - 1].rstrip()[_start(scan.texts[place]) :] in DOWN
        for place in range(at + 1, end - 1)
    )


def _start(text: str) -> int:
    return len(text) - len(text.lstrip())
