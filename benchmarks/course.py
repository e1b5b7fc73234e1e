"""The course of several counts over time, taken while a benchmark runs, as a table of values and as a picture."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape

from django.db import connections

LEFT, WIDTH, HEIGHT, GAP, TOP = 60, 640, 70, 46, 40
INK, QUIET, LINE = "#1b1f24", "#8a929c", "#2f6f4f"


@dataclass
class Course:
    """`values` has a list for each name, as long as `seconds`."""

    seconds: list[float] = field(default_factory=list)
    values: dict[str, list[int]] = field(default_factory=dict)

    def add(self, seconds: float, counts: dict[str, int]) -> None:
        self.seconds.append(round(seconds, 1))
        for name, count in counts.items():
            self.values.setdefault(name, []).append(count)


@contextmanager
def course_of(count: Callable[[], dict[str, int]], *, every: float) -> Iterator[Course]:
    """Count every so many seconds in a thread, until the block ends, and once more then."""
    course, over, started = Course(), threading.Event(), time.monotonic()
    counted = connections["default"]

    def sample() -> None:
        connections["default"] = counted.copy()
        while not over.wait(every):
            course.add(time.monotonic() - started, count())
        connections["default"].close()

    course.add(0, count())
    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield course
    finally:
        over.set()
        thread.join()
    course.add(time.monotonic() - started, count())


def draw(course: Course, title: str) -> str:
    """Draw one small chart for each name, above each other, with the same time from left to right."""
    names = list(course.values)
    width, height = LEFT + WIDTH + 30, TOP + (HEIGHT + GAP) * len(names) + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="sans-serif" font-size="13" role="img" aria-label="{escape(title)}">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="22" fill="{INK}">{escape(title)}</text>',
    ]
    for number, name in enumerate(names):
        top = TOP + (HEIGHT + GAP) * number + 22
        parts += _chart(course.seconds, course.values[name], name, top)
    return "\n".join([*parts, "</svg>", ""])


def _chart(seconds: Sequence[float], counts: Sequence[int], name: str, top: int) -> list[str]:
    end, most = max(seconds[-1], 1), max(*counts, 1)
    points = " ".join(
        f"{LEFT + WIDTH * at / end:.1f},{top + HEIGHT * (1 - count / most):.1f}"
        for at, count in zip(seconds, counts, strict=True)
    )
    floor = top + HEIGHT
    minutes = range(0, int(end // 60) + 1, max(1, int(end // 600)))
    return [
        f'<text x="{LEFT}" y="{top - 6}" fill="{INK}">{escape(name)}: at most {max(counts):,}</text>',
        f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{floor}" y2="{floor}" stroke="{QUIET}"/>',
        f'<polyline points="{points}" fill="none" stroke="{LINE}" stroke-width="1.5"/>',
        f'<text x="{LEFT - 6}" y="{top + 10}" fill="{QUIET}" text-anchor="end">{max(counts):,}</text>',
        f'<text x="{LEFT - 6}" y="{floor}" fill="{QUIET}" text-anchor="end">0</text>',
        *(
            f'<text x="{LEFT + WIDTH * 60 * minute / end:.1f}" y="{floor + 14}" fill="{QUIET}" '
            f'text-anchor="middle">{minute} min</text>'
            for minute in minutes
        ),
    ]
