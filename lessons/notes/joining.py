"""Write a lesson from its blocks, and keep where each is in the Markdown."""

import re
from collections.abc import Sequence
from datetime import date

from .audience import wrap_for_staff
from .inline import hide
from .model import Block, LessonDraft, Place, Question
from .signs import words_of

MAX_LEVEL = 4
HEADINGS = ("topic", "section", "label")


def write_lesson(
    key: str,
    session: int,
    when: date | None,
    title: str,
    blocks: Sequence[Block],
    questions: tuple[Question, ...],
) -> LessonDraft:
    """Return the draft. The topic that names the lesson is not repeated below its title."""
    named = naming_block(blocks, title)
    texts: list[tuple[Block, str]] = []
    shift, above = 0, 1  # `above` is the level of the heading before; none is left out
    for block in blocks:
        if block.kind == "topic":
            shift = 0 if block is named else 1
        if block is named:
            texts.append((block, hide(f"{block.number} {block.title}".strip())))
        elif block.kind not in HEADINGS:
            texts.append((block, wrap_for_staff(block) if block.for_staff else block.markdown))
        else:
            level = min(max(block.level + shift, 2), above + 1)
            is_label = block.kind == "label" or level > MAX_LEVEL
            above = above if is_label else level
            texts.append((block, _label(block) if is_label else _heading(block, level)))
    markdown, places = _join(texts)
    words = sum(block.words for block in blocks)
    first, last = blocks[0].first, blocks[-1].last
    return LessonDraft(key, session, when, title, first, last, markdown, words, places, questions)


def naming_block(blocks: Sequence[Block], title: str) -> Block | None:
    """Return the first heading, if nothing is shown above it and the title says the same."""
    for block in blocks:
        if block.kind in ("topic", "section"):
            return block if _is_said(block.title, re.sub(r", part \d+$", "", title)) else None
        if block.kind not in ("head", "banner") and block.markdown:
            return None
    return None


def _is_said(heading: str, title: str) -> bool:
    mine, theirs = [[word.casefold() for word in words_of(text)] for text in (heading, title)]
    return bool(theirs) and mine[-len(theirs) :] == theirs


def _label(block: Block) -> str:
    return f"**{block.markdown}**" if "**" not in block.markdown else block.markdown


def _heading(block: Block, level: int) -> str:
    above = f"{hide(block.number)}\n" if block.number else ""
    return f"{above}{'#' * level} {block.markdown}"


def _join(texts: Sequence[tuple[Block, str]]) -> tuple[str, tuple[Place, ...]]:
    parts: list[str] = []
    places: list[Place] = []
    line, before = 1, ""
    for block, text in texts:
        if not text:
            places.append(Place(block, 0, 0))
            continue
        text = keep_apart(before, text)
        count = text.count("\n") + 1
        places.append(Place(block, line, line + count - 1))
        line += count + 1
        parts.append(text)
        before = text
    return "\n\n".join(parts) + "\n" if parts else "", tuple(places)


def keep_apart(before: str, text: str) -> str:
    """Change the bullet of a list that would go on with the list before it."""
    last = (
        next((line for line in reversed(before.split("\n")) if re.match(r"[-*] |\d+[.)] ", line)), "")
        if before
        else ""
    )
    is_list = (bool(last) and before.split("\n")[-1][:1] in ("-", "*", " ")) or bool(
        re.match(r"\d+[.)] ", before.split("\n")[-1])
    )
    if not is_list:
        return text
    for bullet, other in (("-", "*"), ("*", "-")):
        if last.startswith(f"{bullet} ") and text.startswith(f"{bullet} "):
            return re.sub(rf"^{re.escape(bullet)} ", f"{other} ", text, flags=re.MULTILINE)
    if re.match(r"\d+\. ", last) and re.match(r"\d+\. ", text):
        return re.sub(r"^(\d+)\. ", r"\1) ", text, flags=re.MULTILINE)
    return text
