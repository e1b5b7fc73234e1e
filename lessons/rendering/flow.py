"""Parse the `::: flow` language: lines such as `build -> test -> deploy`, optionally after `title: The pipeline`."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from lessons.texts.problem import Problem

MAX_STEPS = 40
MAX_ARROWS = 80
MAX_LABEL = 60
MANY_ARROWS = f"This flow has more than {MAX_ARROWS} arrows. Split it into two."
TITLE = re.compile(r"title:\s*(.+)", re.IGNORECASE)


@dataclass
class Flow:
    """Steps in order of first appearance; each arrow is a pair of step indexes, without duplicates."""

    title: str = ""
    steps: list[str] = field(default_factory=list)
    arrows: list[tuple[int, int]] = field(default_factory=list)


def read_flow(source: str, first: int) -> tuple[Flow, list[Problem]]:
    """Return the flow and its problems. `first` is the line number of the first line of `source`.

    The flow is usable only if there are no problems.
    """
    flow = Flow()
    problems: list[Problem] = []
    for number, line in enumerate(source.split("\n"), first):
        found = TITLE.fullmatch(line.strip())
        if found and not flow.title and not flow.steps:
            flow.title = found[1]
        elif line.strip():
            problems += [Problem(number, "", message) for message in _read_line(line, flow)]
        if excess := _excess(flow):
            return flow, [*problems, Problem(number, "", excess)]
    if not flow.steps and not problems:
        problems.append(Problem(first, "", "This flow has no steps. Write lines such as build -> test"))
    return flow, problems


def _read_line(line: str, flow: Flow) -> list[str]:
    labels = [" ".join(label.split()) for label in line.split("->")]
    if len(labels) > MAX_ARROWS + 1:
        return [MANY_ARROWS]
    if faults := [fault for label in labels if (fault := _label_fault(label))]:
        return faults
    chain = [_step(label, flow) for label in labels]
    for arrow in pairwise(chain):
        if arrow[0] == arrow[1]:
            return [f"“{flow.steps[arrow[0]]}” leads to itself. Name the step in between."]
        if arrow not in flow.arrows:
            flow.arrows.append(arrow)
    return []


def _label_fault(label: str) -> str:
    if not label:
        return "An arrow has no step on one side. Write build -> test"
    if len(label) > MAX_LABEL:
        return f"“{label[:20]}…” has {len(label)} characters. The limit for a step is {MAX_LABEL}."
    return ""


def _step(label: str, flow: Flow) -> int:
    if label not in flow.steps:
        flow.steps.append(label)
    return flow.steps.index(label)


def _excess(flow: Flow) -> str:
    if len(flow.steps) > MAX_STEPS:
        return f"This flow has more than {MAX_STEPS} steps. Split it into two."
    return MANY_ARROWS if len(flow.arrows) > MAX_ARROWS else ""
