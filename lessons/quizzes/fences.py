"""Fenced parts of an answer, such as ```free-text words=150."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .lines import SourceLine, Syntax

_TICKS = re.compile(r"(?m)^ {0,3}(`{3,})")


@dataclass(frozen=True)
class Fence:
    """`word` is the first word after the opening, `rest` what follows it; `line` is the line of the opening."""

    word: str
    rest: str
    text: str
    line: int


def read_fences(answers: Iterable[SourceLine]) -> list[Fence]:
    found: list[tuple[SourceLine, list[str]]] = []
    for line in answers:
        if line.syntax is Syntax.PART:
            found.append((line, []))
        elif line.syntax is Syntax.PART_TEXT and found:
            found[-1][1].append(line.text)
    return [_fence(opening, lines) for opening, lines in found]


def _fence(opening: SourceLine, lines: list[str]) -> Fence:
    word, _, rest = opening.content.partition(" ")
    return Fence(word, rest.strip(), "\n".join(lines), opening.number)


def write_fence(words: str, text: str) -> list[str]:
    """Return the lines of a fence that is longer than any in the text."""
    ticks = "`" * max(3, 1 + max((len(found[1]) for found in _TICKS.finditer(text)), default=0))
    return [f"{ticks}{words}", *(text.split("\n") if text else []), ticks]
