"""The pipeline as SVG, with one job below the next, and as the same content in lines of text."""

import textwrap
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from ..report import Drawing
from ..words import count, cut, visible
from .graph import Pipeline
from .model import Job

MAX_DRAWN = 24
WIDTH, LEFT, GAP, LINE, LANE = 286, 50, 26, 18, 9  # px; the arrows that pass a box run left of it
LANES = 5
_CHARACTERS = 27  # of a line in a box


@dataclass(frozen=True)
class Box:
    """The drawn box of a job: its lines of text and its top edge."""

    job: Job
    lines: tuple[str, ...]
    top: float
    gate: bool
    wrong: bool

    @property
    def height(self) -> float:
        return len(self.lines) * LINE + 14

    @property
    def bottom(self) -> float:
        return self.top + self.height


def draw_pipeline(pipeline: Pipeline, *, wrong: Collection[str] = ()) -> Drawing:
    """Draw at most 24 jobs and say how many are not shown. Jobs in `wrong` are marked."""
    names = sorted(pipeline.jobs, key=pipeline.layer().__getitem__)
    boxes = list(_boxes(pipeline, names[:MAX_DRAWN], wrong))
    left_out = [f"{count(len(names) - MAX_DRAWN, 'more job is', 'more jobs are')} not shown."] * (
        len(names) > MAX_DRAWN
    )
    title = f"Pipeline in {visible(pipeline.workflow.path)}"
    return Drawing(
        title, _svg(title, boxes, _arrows(pipeline), left_out), (*_text(pipeline, boxes), *left_out)
    )


def stages_of(pipeline: Pipeline, name: str) -> list[str]:
    return list(dict.fromkeys(act.stage for act in pipeline.acts[name]))


def _boxes(pipeline: Pipeline, names: list[str], wrong: Collection[str]) -> Iterator[Box]:
    top = 2.0
    for name in names:
        job, mark = pipeline.jobs[name], name in wrong
        lines = [cut(visible(name), _CHARACTERS)]
        lines += textwrap.wrap(", ".join(stages_of(pipeline, name)), _CHARACTERS)[:3]
        lines += [cut(f"[environment {visible(job.environment)}]", _CHARACTERS)] if job.environment else []
        lines += ["✘ needs work"] if mark else []
        box = Box(job, tuple(lines), top, bool(job.environment), mark)
        yield box
        top = box.bottom + GAP


def _arrows(pipeline: Pipeline) -> list[tuple[str, str]]:
    # without arrows that are implied by others
    behind: dict[str, set[str]] = {}
    for name in sorted(pipeline.jobs, key=pipeline.layer().__getitem__):
        needed = pipeline.jobs[name].needed
        behind[name] = set(needed).union(*(behind[other] for other in needed))
    return [
        (other, name)
        for name, job in pipeline.jobs.items()
        for other in dict.fromkeys(job.needed)
        if not any(other in behind[one] for one in job.needed)
    ]


def _svg(title: str, boxes: list[Box], arrows: list[tuple[str, str]], left_out: list[str]) -> str:
    rows = {box.job.id: row for row, box in enumerate(boxes)}
    shown = [(rows[a], rows[b]) for a, b in arrows if a in rows and b in rows]
    height = (boxes[-1].bottom if boxes else 0) + 4 + LINE * len(left_out)
    note = "".join(_label([text], height - 8) for text in left_out)
    return (
        f'<svg role="img" width="{WIDTH}" height="{height:g}" viewBox="0 0 {WIDTH} {height:g}" font-size="14" '
        f'text-anchor="middle"><title>{escape(title)}</title>'
        + "".join(_ways(boxes, shown))
        + "".join(map(_box, boxes))
        + f"{note}</svg>"
    )


def _ways(boxes: list[Box], arrows: list[tuple[int, int]]) -> Iterator[str]:
    # straight down to the next box, along a lane on the left to a later one
    ends: list[int] = [-1] * LANES
    for start, end in sorted(arrows):
        if end == start + 1:
            yield _arrow(
                f"M{LEFT + 110},{boxes[start].bottom:g}V{boxes[end].top - 8:g}", LEFT + 110, boxes[end].top
            )
            continue
        lane = next((i for i, used in enumerate(ends) if used <= start), LANES - 1)
        ends[lane] = end
        x, from_y = LEFT - 8 - lane * LANE, boxes[start].top + boxes[start].height / 2
        to_y = boxes[end].top + 12 + lane
        path = f"M{LEFT},{from_y:g}H{x}V{to_y:g}H{LEFT - 7}"
        yield _path(path) + _head(f"M{LEFT - 7},{to_y - 4:g}L{LEFT},{to_y:g}L{LEFT - 7},{to_y + 4:g}Z")


def _arrow(path: str, x: float, y: float) -> str:
    return _path(path) + _head(f"M{x - 4:g},{y - 8:g}L{x:g},{y:g}L{x + 4:g},{y - 8:g}Z")


def _path(path: str) -> str:
    return f'<path class="flow-arrow" d="{path}" fill="none" stroke="currentColor"/>'


def _head(path: str) -> str:
    return f'<path class="flow-head" d="{path}" fill="currentColor"/>'


def _box(box: Box) -> str:
    names = "flow-box" + " flow-gate" * box.gate + " flow-wrong" * box.wrong
    looks = ' stroke-dasharray="6 3"' * box.gate + ' stroke-width="3"' * box.wrong
    return (
        f'<rect class="{names}" x="{LEFT}" y="{box.top:g}" width="{WIDTH - LEFT - 2}" height="{box.height:g}" rx="6" '
        f'fill="none" stroke="currentColor"{looks}/>' + _label(box.lines, box.top + LINE + 2)
    )


def _label(lines: Collection[str], top: float) -> str:
    middle = LEFT + (WIDTH - LEFT - 2) / 2
    spans = "".join(
        f'<tspan x="{middle:g}" y="{top + number * LINE:g}">{escape(line)}</tspan>'
        for number, line in enumerate(lines)
    )
    return f'<text class="flow-label" fill="currentColor">{spans}</text>'


def _text(pipeline: Pipeline, boxes: list[Box]) -> Iterator[str]:
    # `build (checkout, build) -> test -> deploy [environment production]`, or one line per job if they branch
    said = {box.job.id: _said(pipeline, box) for box in boxes}
    ids = list(said)
    arrows = [pair for pair in _arrows(pipeline) if set(pair) <= said.keys()]
    if arrows == list(pairwise(ids)):
        yield " -> ".join(said.values())
        return
    for name, words in said.items():
        needed = [visible(a) for a, b in arrows if b == name]
        yield f"{', '.join(needed)} -> {words}" if needed else words


def _said(pipeline: Pipeline, box: Box) -> str:
    stages, job = stages_of(pipeline, box.job.id), box.job
    words = f"{visible(job.id)} ({', '.join(stages)})" if stages else visible(job.id)
    words += f" [environment {visible(job.environment)}]" if job.environment else ""
    return f"{words} ✘ needs work" if box.wrong else words
