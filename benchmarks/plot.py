"""Draw ratios to the limit as bars in an SVG: the limit is the line at 1, a mark on each row is its target."""

import math
from collections.abc import Sequence
from html import escape

from benchmarks.benchmark import Measured

LEFT, RIGHT, ROW, TOP, FOOT = 300, 420, 34, 56, 34
STEPS = (0.125, 0.25, 0.5, 1, 2, 4, 8)
INK, QUIET, MET, MISSED = "#1b1f24", "#8a929c", "#2f6f4f", "#a8402a"


def drawn(results: Sequence[Measured]) -> str:
    """Draw the results that have a limit, one row each, on a logarithmic scale."""
    shown = [found for found in results if found.ratio]
    width, height = LEFT + RIGHT + 70, TOP + ROW * len(shown) + FOOT
    bottom = TOP + ROW * len(shown)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="sans-serif" font-size="13" role="img" aria-label="Ratios to the limit">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        text(
            16,
            26,
            "The portal beside its limit, which is at 1: requests per second aim at its right, times at its left",
            INK,
        ),
    ]
    for step in STEPS:
        x = across(step)
        parts.append(line(x, TOP - 8, bottom, INK if step == 1 else "#e3e6ea", 1))
        parts.append(text(x, bottom + 20, f"{step:g}×", QUIET, "middle"))
    for number, found in enumerate(shown):
        parts += row(found, TOP + ROW * number)
    return "\n".join([*parts, "</svg>", ""])


def row(found: Measured, y: int) -> list[str]:
    ratio = found.ratio or 1
    goal = next((goal for goal in found.goals if goal.of == "ratio"), None)
    colour = QUIET if goal is None else MET if goal.is_met(ratio) else MISSED
    left, right = sorted((across(1), across(ratio)))
    mark = across((goal and (goal.at_most or goal.at_least)) or 1)
    parts = [
        text(16, y + 18, f"{found.target}  {found.work}", INK),
        f'<rect x="{left:.1f}" y="{y + 6}" width="{max(right - left, 1):.1f}" height="16" fill="{colour}"/>',
        text(max(right, mark) + 6, y + 18, f"{ratio:.2f}", INK),
    ]
    if goal:
        parts.append(line(mark, y + 2, y + 26, INK, 2))
    return parts


def across(ratio: float) -> float:
    low, high = math.log(STEPS[0]), math.log(STEPS[-1])
    part = (math.log(ratio) - low) / (high - low)
    return LEFT + RIGHT * min(max(part, 0), 1)


def text(x: float, y: float, words: str, colour: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y}" fill="{colour}" text-anchor="{anchor}">{escape(words)}</text>'


def line(x: float, top: int, bottom: int, colour: str, width: int) -> str:
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}" stroke="{colour}" stroke-width="{width}"/>'
    )
