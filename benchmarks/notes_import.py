"""Target 15: notes of 100,000 lines to lessons, as `import_notes --dry-run --json` does it."""

import re
import time
from pathlib import Path

from benchmarks.benchmark import Benchmark, Goal
from benchmarks.site import Site
from lessons.notes import import_notes, read_source
from lessons.rendering import render

NOTES = Path(__file__).parents[1] / "tests" / "notes" / "mlops-edu.txt"
LINES = 100_000


def make_notes(lines: int) -> bytes:
    """Return real notes again and again, each time with days of their own."""
    text = NOTES.read_text("utf-8")
    copies = lines // text.count("\n") + 1
    return "".join(_with_days(text, 2 * number) for number in range(copies)).encode()


def _with_days(text: str, later: int) -> str:
    return re.sub(r"Day(\d)", lambda found: f"Day{int(found[1]) + later}", text)


def seconds_for(data: bytes) -> float:
    started = time.perf_counter()
    for lesson in import_notes(read_source("notes.txt", data)).lessons:
        render(lesson.markdown, link=lambda *_: None)
    return time.perf_counter() - started


class NotesImport(Benchmark):
    target, work, unit = 15, "import of notes of 100,000 lines", "s"
    goals = (Goal("product", at_most=10), Goal("growth", at_most=1.3))

    def __init__(self, site: Site) -> None:
        self.whole, self.tenth = make_notes(LINES), make_notes(LINES // 10)
        self.took = 0.0

    def product(self) -> float:
        """The seconds from bytes to HTML, in one process."""
        self.took = seconds_for(self.whole)
        return self.took

    def facts(self) -> dict[str, float]:
        """`growth` is the time for a line of the whole by that for a line of a tenth; 1 is linear."""
        return {"growth": round(self.took / (10 * seconds_for(self.tenth)), 2)}
