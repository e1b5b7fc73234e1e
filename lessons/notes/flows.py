"""Flows: chains of arrows in one line or several, and arrows that point down."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lessons.rendering.flow import read_flow

from .pieces import Node
from .rows import Row
from .signs import ARROW, ONLY_ARROW, words_of
from .tables import pairs

MAX_WORDS = 8  # of a step
MAX_STEPS = 40
LABELLED = re.compile(r"(?P<label>[^:>]{1,50}?)\s*:\s+(?P<rest>.+)$")
RIGHT = re.compile(
    r"\s*(?:-{1,40}>{1,3}|={1,40}>{1,3}|~>|[→⇒➜➔⟶➡]\ufe0f?)\s*|\s+-{2,5}(?=[^\s>-][^>-]{0,30}-{2,5}>)"
)


@dataclass(frozen=True)
class Found:
    """Chains of steps that end before position `end`."""

    chains: list[list[str]]
    end: int
    title: str = ""


def find_chain(nodes: Sequence[Node], at: int) -> Found | None:
    """Find `A -> B -> C`, in one row or in several that start or end with an arrow."""
    text = nodes[at].row.text
    if nodes[at].row.box or (";" in text and pairs(nodes[at].row)):
        return None
    if not ARROW.search(text) and not (at + 1 < len(nodes) and RIGHT.match(nodes[at + 1].row.text)):
        return None
    if RIGHT.match(text) and at + 1 < len(nodes) and RIGHT.match(nodes[at + 1].row.text):
        return None  # arrows as bullets
    end = _chain_end(nodes, at)
    rows = [node.row for node in nodes[at:end]]
    if not rows:
        return None
    label = LABELLED.match(text)
    if (
        label
        and RIGHT.search(label["rest"])
        and (steps := _steps([label["rest"], *(row.text for row in rows[1:])]))
    ):
        return Found([steps], end, label["label"].strip())
    steps = _steps([row.text for row in rows])
    return Found([steps], end) if steps else None


def _chain_end(nodes: Sequence[Node], at: int) -> int:
    end = at
    while end < len(nodes) and not nodes[end].row.is_numbered:
        text = nodes[end].row.text
        goes_on = end > at and (bool(RIGHT.match(text)) or _ends_with_arrow(nodes[end - 1].row))
        if end > at and not goes_on:
            break
        end += 1
        if nodes[end - 1].children:
            break
    return end


def _ends_with_arrow(row: Row) -> bool:
    found = list(ARROW.finditer(row.text))[-1:]
    return bool(found) and found[0].end() == len(row.text.rstrip())


def _steps(texts: Sequence[str]) -> list[str]:
    # None if it is no flow: too long, too few, an arrow that points back.
    text = " ".join(texts)
    if re.search(r"<[-=]|[←⇐]|://", text):
        return []
    steps = [step.strip() for step in RIGHT.split(text)]
    if not steps[0] and len(texts) == 1:
        return []
    steps = [" ".join(step.split()) for step in steps if step]
    if len(steps) < 3 or any(len(words_of(step)) > MAX_WORDS or not words_of(step) for step in steps):
        return []
    return steps


def lift_arrows(rows: Sequence[Row]) -> None:
    """Give arrows that point down the depth of the step above them; they are drawn below its middle."""
    for above, row in pairwise(rows):
        if row.indent > above.indent and not row.mark and ONLY_ARROW.match(row.text):
            row.indent = above.indent


def find_down(nodes: Sequence[Node], at: int) -> Found | None:
    """Find steps with arrows between them that point down."""
    end, steps = at, 0
    while (
        steps < MAX_STEPS
        and end + 1 < len(nodes)
        and not ONLY_ARROW.match(nodes[end].row.text)
        and ONLY_ARROW.match(nodes[end + 1].row.text)
    ):
        end += 1
        while end < min(len(nodes), at + MAX_STEPS * 3) and ONLY_ARROW.match(nodes[end].row.text):
            end += 1
        steps += 1
    if not steps:
        return None
    if end < len(nodes) and not ONLY_ARROW.match(nodes[end].row.text):
        end += 1
    rows = [node.row for node in nodes[at:end]]
    labels = [" ".join(row.text.split()) for row in rows if not ONLY_ARROW.match(row.text)]
    is_flow = len(labels) > 1 and all(0 < len(words_of(label)) <= MAX_WORDS for label in labels)
    return Found([labels], end) if is_flow and not any(node.children for node in nodes[at:end]) else None


def find_graph(nodes: Sequence[Node], at: int) -> Found | None:
    """Find rows `A -> B` of which one leads to the next."""
    end, known, linked = at, set[str](), 0
    chains: list[list[str]] = []
    while end < len(nodes) and not nodes[end].children and not nodes[end].row.is_numbered:
        steps = [" ".join(step.split()) for step in RIGHT.split(nodes[end].row.text)]
        if len(steps) < 2 or not all(0 < len(words_of(step)) <= MAX_WORDS for step in steps):
            break
        linked += steps[0].lower() in known
        known.update(step.lower() for step in steps)
        chains.append(steps)
        end += 1
    return Found(chains, end) if end - at > 1 and linked * 2 >= end - at - 1 and linked else None


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
