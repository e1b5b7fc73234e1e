"""Blocks for staff alone, and lists that the notes call objectives or key points."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from lessons.rendering.hidden import part

from .decisions import Decisions, fingerprint
from .fences import box, fence
from .inline import hide
from .model import Block
from .signs import words_of
from .source import Line

STAFF, LINE = "staff", "staffline"
MAX_MARKED = 500  # lines of a block
# These have no text of their own, or are what others are below.
NEVER = ("head", "banner", "topic", "section", "label", "fold", "title")
OUTCOMES = {
    "objectives": ("objectives", ("objective", "objectives", "learning objectives", "agenda")),
    "keypoints": ("key-points", ("key point", "key points", "summary")),
}
SAYS = {
    "objectives": "Show this list as the objectives, at the top of the lesson?",
    "keypoints": "Show this list as the key points, at the end of the lesson?",
}
ITEM = re.compile(r"(?:[-*]|\d{1,9}[.)]) |\s+\S")


# --- staff ----------------------------------------------------------------------------------------------------------


def may_be_for_staff(block: Block) -> bool:
    return block.kind not in NEVER and bool(block.markdown)


def staff_marks(lines: Sequence[Line], block: Block, *, is_for_staff: bool | None) -> dict[str, bool | None]:
    """Return the decisions to store for a block.

    Each line is marked too, so that the block stays with staff when it grows or some of its lines change.
    """
    marked = is_for_staff or None
    return {_name(block): is_for_staff, **dict.fromkeys(_lines_of(lines, block), marked)}


def mark_for_staff(lines: Sequence[Line], block: Block, given: Mapping[str, bool]) -> Block:
    """Return the block, marked if the trainer said so of it, or of one of its lines."""
    if not may_be_for_staff(block):
        return block
    said = given.get(_name(block))
    if said is None:
        said = any(given.get(name) for name in _lines_of(lines, block))
    return replace(block, for_staff=True) if said else block


def _name(block: Block) -> str:
    return f"{STAFF}-{block.id.partition('-')[2]}"


def _lines_of(lines: Sequence[Line], block: Block) -> list[str]:
    numbers = range(block.first, min(block.last, block.first + MAX_MARKED) + 1)
    return [f"{LINE}-{fingerprint(lines, n, n)}" for n in numbers if words_of(lines[n - 1].text)]


def wrap_for_staff(block: Block) -> str:
    """Return the text of the block as `::: staff`, with enough colons for what is inside."""
    text = _as_list(block.markdown) if block.kind == "checklist" else block.markdown
    wrapped = box(STAFF, text)
    # What could end the block early is shown as it is typed.
    return wrapped if _is_whole(wrapped) else box(STAFF, fence(text, "text"))


def _is_whole(wrapped: str) -> bool:
    parted = part(wrapped)
    return not parted.problems and len(parted.blocks) == 1 and not parted.learners.strip()


def _as_list(markdown: str) -> str:
    # Only pages for learners have boxes to tick.
    rows = [row for row in markdown.split("\n") if not row.startswith(":::")]
    return "\n".join(re.sub(r" \{#[a-z0-9-]{1,50}\}$", "", row.replace("- [ ] ", "- ", 1)) for row in rows)


# --- objectives and key points --------------------------------------------------------------------------------------


def offer_outcomes(
    lines: Sequence[Line], blocks: Sequence[Block], named: Block | None, decisions: Decisions
) -> list[Block]:
    """Return the blocks, with the lists that the trainer accepted in the blocks of their kind, word by word."""
    found, taken = list(blocks), set[str]()
    for place, (heading, block) in enumerate(pairwise(blocks)):
        kind = _kind_of(heading)
        if not kind or block.kind != "list" or block.for_staff or not _is_one_list(block.markdown):
            continue
        accepted = decisions.offer(kind, heading.first, block.last, SAYS[kind], default=False)
        if accepted and kind not in taken:
            taken.add(kind)
            title = " ".join(heading.title.split()).strip(" :?#*")
            name = f"{OUTCOMES[kind][0]} {title}"
            found[place + 1] = replace(block, markdown=f"::: {name}\n{block.markdown}\n:::")
            if heading is not named:
                words = f"{heading.number} {heading.title}".strip()
                found[place] = replace(heading, kind="title", level=0, markdown=hide(words))
    return found


def _kind_of(heading: Block) -> str:
    if heading.kind not in ("topic", "section", "label"):
        return ""
    words = " ".join(words_of(heading.title)).casefold()
    return next((kind for kind, (_, titles) in OUTCOMES.items() if words in titles), "")


def _is_one_list(markdown: str) -> bool:
    rows = markdown.split("\n")
    is_plain = ":::" not in markdown and "|--" not in markdown
    return is_plain and not rows[0].startswith(" ") and all(ITEM.match(row) for row in rows)
