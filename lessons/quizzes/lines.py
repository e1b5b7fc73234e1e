"""Lines of a quiz file, each with the part it plays in the grammar."""

import re
from dataclasses import dataclass
from enum import Enum, auto


class Syntax(Enum):
    HEADING = auto()  # ## question
    OPTION = auto()  # - [x] option
    EQUALS = auto()  # = accepted answer
    ITEM = auto()  # 1. item
    ROW = auto()  # | left | right |
    NOTE = auto()  # an indented >, the explanation of one option
    QUOTE = auto()  # > explanation
    BLANK = auto()
    FENCE = auto()  # opens fenced code
    CODE = auto()  # the rest of it, where nothing is syntax
    TEXT = auto()


ANSWERS = {Syntax.OPTION, Syntax.EQUALS, Syntax.ITEM, Syntax.ROW}

PATTERNS = {
    Syntax.BLANK: re.compile(r"(\s*)"),
    Syntax.HEADING: re.compile(r"##(?:\s+(.*))?"),
    Syntax.OPTION: re.compile(r"- \[[ xX]\](?:\s+(.*))?"),
    Syntax.EQUALS: re.compile(r"=(?:\s+(.*))?"),
    Syntax.ITEM: re.compile(r"[0-9]{1,9}[.)](?:\s+(.*))?"),
    Syntax.ROW: re.compile(r"\|(.*)"),
    Syntax.NOTE: re.compile(r"\s+> ?(.*)"),
    Syntax.QUOTE: re.compile(r"> ?(.*)"),
    Syntax.FENCE: re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,}).*"),
}
FENCE_END = re.compile(r" {0,3}(`{3,}|~{3,})\s*")


@dataclass(frozen=True)
class Line:
    """`number` counts from 1; `text` is the line as written, `content` what follows its marker."""

    number: int
    text: str
    syntax: Syntax
    content: str


def read_lines(texts: list[str], first: int) -> tuple[list[Line], int | None]:
    """The lines, the first numbered `first`; and the number of the fence that is never closed, if any."""
    lines: list[Line] = []
    opened: Line | None = None
    for number, text in enumerate(texts, first):
        if opened is None:
            lines.append(_classify(number, text))
            opened = lines[-1] if lines[-1].syntax is Syntax.FENCE else None
        else:
            lines.append(Line(number, text, Syntax.CODE, text))
            opened = None if _closes(text, opened.content) else opened
    return lines, opened.number if opened else None


def _classify(number: int, text: str) -> Line:
    for syntax, pattern in PATTERNS.items():
        if match := pattern.fullmatch(text):
            return Line(number, text, syntax, (match[1] or "").rstrip())
    return Line(number, text, Syntax.TEXT, text)


def _closes(text: str, fence: str) -> bool:
    """As in CommonMark: the same sign, at least as often, and nothing behind it."""
    match = FENCE_END.fullmatch(text)
    return match is not None and match[1].startswith(fence)
