"""Flows: chains of arrows in one line or several, and arrows that point down."""

import re
from collections.abc import Sequence

from lessons.rendering.flow import read_flow

from .pieces import Node
from .rows import Row
from .signs import ARROW, ONLY_ARROW, words_of

MAX_WORDS = 7  # of a step
RIGHT = re.compile(r"\s*(?:-{1,40}>{1,3}|={1,40}>{1,3}|~>|[→⇒➜➔⟶])\s*")


def chain_end(nodes: Sequence[Node], at: int) -> int:
    """Return the position after rows that are one chain, `at` if there is none."""
    end = at
    while end < len(nodes) and not nodes[end].children and not nodes[end].row.is_numbered:
        text = nodes[end].row.text
        starts, goes_on = bool(RIGHT.match(text)), _ends_with_arrow(nodes[end - 1].row) if end > at else False
        if end > at and not (starts or goes_on):
            break
        if end == at and (not ARROW.search(text) and not _next_starts(nodes, at)):
            break
        end += 1
    return end


def _next_starts(nodes: Sequence[Node], at: int) -> bool:
    return (
        at + 1 < len(nodes) and bool(RIGHT.match(nodes[at + 1].row.text)) and len(nodes[at + 1].row.text) > 3
    )


def _ends_with_arrow(row: Row) -> bool:
    found = list(ARROW.finditer(row.text))[-1:]
    return bool(found) and found[0].end() == len(row.text.rstrip())


def chain_steps(rows: Sequence[Row]) -> list[str]:
    """Return the steps of a chain, none if it is no flow: too long, too few, an arrow that points back."""
    text = " ".join(row.text for row in rows)
    if re.search(r"<[-=]|[←⇐]", text):
        return []
    steps = [step.strip() for step in RIGHT.split(text)]
    if not steps[0] and len(rows) == 1:
        return []
    steps = [" ".join(step.split()) for step in steps if step]
    if len(steps) < 3 or any(len(words_of(step)) > MAX_WORDS or not words_of(step) for step in steps):
        return []
    return steps


def down_end(nodes: Sequence[Node], at: int) -> int:
    """Return the position after steps with arrows between them that point down, `at` if there are none."""
    end, steps = at, 0
    while (
        end + 1 < len(nodes)
        and not ONLY_ARROW.match(nodes[end].row.text)
        and ONLY_ARROW.match(nodes[end + 1].row.text)
    ):
        end += 1
        while end < len(nodes) and ONLY_ARROW.match(nodes[end].row.text):
            end += 1
        steps += 1
    if steps and end < len(nodes) and not ONLY_ARROW.match(nodes[end].row.text):
        end += 1
    return end if steps else at


def down_steps(rows: Sequence[Row]) -> list[str]:
    steps = [" ".join(row.text.split()) for row in rows if not ONLY_ARROW.match(row.text)]
    return steps if len(steps) > 1 and all(0 < len(words_of(step)) <= MAX_WORDS for step in steps) else []


def graph_end(nodes: Sequence[Node], at: int) -> int:
    """Return the position after rows `A -> B` of which one leads to the next, `at` if there are none."""
    end, known, linked = at, set[str](), 0
    while end < len(nodes) and not nodes[end].children and not nodes[end].row.is_numbered:
        steps = [step.strip().lower() for step in RIGHT.split(nodes[end].row.text)]
        if len(steps) < 2 or not all(steps):
            break
        linked += steps[0] in known
        known.update(steps)
        end += 1
    return end if end - at > 1 and linked * 2 >= end - at - 1 else at


def write_flow(chains: Sequence[Sequence[str]], title: str = "") -> str:
    """Return a flow block, "" if it cannot be drawn."""
    lines = [" -> ".join(chain) for chain in chains]
    if title:
        lines.insert(0, f"title: {title}")
    elif re.match(r"title:", lines[0], re.IGNORECASE):
        return ""
    if any(line.strip().startswith(":::") for line in lines) or any(
        "->" in step for chain in chains for step in chain
    ):
        return ""
    _, problems = read_flow("\n".join(lines), 1)
    return "" if problems else "\n".join(["::: flow", *lines, ":::"])
