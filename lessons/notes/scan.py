"""The lines of notes as the finders of verbatim regions look at them. Positions count from 0."""

from collections.abc import Sequence

from .rows import width
from .source import Line

BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
MAX_REGION = 5_000  # lines
LOOKS_PER_LINE = 20


class Scan:
    """`bare` are the lines without blanks around them."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.texts = [line.text for line in lines]
        self.bare = [text.strip() for text in self.texts]
        self.size = len(lines)
        self.looks = LOOKS_PER_LINE * (len(lines) + MAX_REGION)  # for what may search far in vain
        self.no_tokens = 0  # up to here, lines were read as lists of paths in vain

    def indent(self, at: int) -> int:
        text = self.texts[at]
        return width(text[: len(text) - len(text.lstrip())])

    def get(self, at: int) -> str:
        """Return a line without blanks around it, "" outside the notes."""
        return self.bare[at] if 0 <= at < self.size else ""

    def next_filled(self, at: int, limit: int = 4) -> int | None:
        """Return the position of the next line with text, from `at` on, among at most `limit` lines."""
        return next((place for place in range(at, min(at + limit, self.size)) if self.bare[place]), None)

    def paragraph_end(self, at: int) -> int:
        """Return the position of the next blank line."""
        while at < self.size and self.bare[at]:
            at += 1
        return at

    def balanced_end(self, at: int) -> int:
        """Return the position after the line that closes all brackets opened from `at` on, 0 if there is none."""
        depth = 0
        for place in range(at, min(at + MAX_REGION, self.size)):
            self.looks -= 1
            if self.looks < 0:
                return 0
            depth += balance(self.bare[place])
            if depth <= 0:
                return place + 1
        return 0


def balance(bare: str) -> int:
    if not any(sign in bare for sign in "()[]{}"):
        return 0
    return sum(BRACKETS.get(sign, 0) for sign in bare)
