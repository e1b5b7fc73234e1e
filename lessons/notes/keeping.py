"""Count the words of notes that the drafts have, in order: the promise that nothing is lost, checked."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .model import Block, Import, LessonDraft

WORD = re.compile(r"[^\W_]+")
# Bullets and numbers at the start of a line become the marks of a list or a heading.
MARKER = re.compile(
    r"\s{0,99}(?:(?:[-*+•>▪◦–—✅☐]|o(?=\s)|#{1,6}(?=\s)|\d{1,9}(?:\.\d{1,9}){0,9}[.)]?(?=\s)"
    r"|[a-zA-Z][.)](?=\s)|[\[(][ xX][\])](?=\s))\s{0,99}){1,20}"
)
MAX_LISTED = 20


@dataclass(frozen=True)
class Kept:
    """`lost` has (line, word) of the first words that no draft has; `kept` of `total` words are there."""

    total: int
    kept: int
    lost: tuple[tuple[int, str], ...] = ()


def count_kept(imported: Import) -> Kept:
    """Compare the lines of each block with its part of the Markdown; folded lines with the block that has them."""
    lines = [line.text for line in imported.source.lines]
    texts = {block.id: text for lesson in imported.lessons for block, text in _texts(lesson)}
    homes = {
        folded: place.block.id
        for lesson in imported.lessons
        for place in lesson.places
        for folded in place.block.folded
    }
    total = missed = 0
    lost: list[tuple[int, str]] = []
    for lesson in imported.lessons:
        for place in lesson.places:
            block = place.block
            finder = _Finder(_words(texts[homes.get((block.first, block.last), block.id)]))
            for number in range(block.first, block.last + 1):
                words = _words(_without_marker(lines[number - 1]))
                total += len(words)
                missing = [(number, word) for word in words if not finder.has(word)]
                missed += len(missing)
                lost += missing[: MAX_LISTED - len(lost)]
    return Kept(total, total - missed, tuple(lost))


def _texts(lesson: LessonDraft) -> Iterator[tuple[Block, str]]:
    rows = lesson.markdown.split("\n")
    for place in lesson.places:
        text = "\n".join(rows[place.first - 1 : place.last]) if place.first else ""
        yield place.block, f"{lesson.title}\n{text}" if place.block.kind == "topic" else text


def _without_marker(line: str) -> str:
    marker = MARKER.match(line)
    return line[marker.end() :] if marker else line


def _words(text: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(text)]


class _Finder:
    """Find words one after the other: each behind the one before, in the time of a binary search."""

    def __init__(self, words: Sequence[str]) -> None:
        self.at = 0
        self.places: dict[str, list[int]] = {}
        for place, word in enumerate(words):
            self.places.setdefault(word, []).append(place)

    def has(self, word: str) -> bool:
        found = self.places.get(word, [])
        following = bisect_left(found, self.at)
        if following == len(found):
            return False
        self.at = found[following] + 1
        return True
