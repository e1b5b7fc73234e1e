"""Classify the lines of a quiz file by their role in the grammar."""

import re
from dataclasses import dataclass, replace
from enum import Enum, auto


class Syntax(Enum):
    HEADING = auto()  # ## question
    OPTION = auto()  # - [x] option
    MORE = auto()  # an indented line that continues an option
    MORE_CODE = auto()  # the same, in a fence
    EQUALS = auto()  # = accepted answer
    WRONG = auto()  # != wrong answer, for its explanation
    ITEM = auto()  # 1. item
    ROW = auto()  # | left | right |
    PART = auto()  # opens a fence that is part of the answer; its content is the words after the ```
    PART_TEXT = auto()  # a line in it
    NOTE = auto()  # an indented >, the explanation of one option
    QUOTE = auto()  # > explanation
    BLANK = auto()
    FENCE = auto()  # opens fenced code
    CODE = auto()  # the other lines of fenced code, where nothing is syntax
    TEXT = auto()


ANSWERS = {Syntax.OPTION, Syntax.EQUALS, Syntax.ITEM, Syntax.ROW, Syntax.PART}
# Fences that start with one of these words are parts of an answer. Labs register the kind that uses the last three.
PARTS = ("free-text", "file", "given", "checks", "solution")
OF_OPTION = {Syntax.NOTE, Syntax.MORE, Syntax.MORE_CODE}
OF_TYPED = {Syntax.NOTE, Syntax.WRONG}

PATTERNS = {
    Syntax.BLANK: re.compile(r"(\s*)"),
    Syntax.HEADING: re.compile(r"##(?:\s+(.*))?"),
    Syntax.OPTION: re.compile(r"- \[[ xX]\](?:\s+(.*))?"),
    Syntax.EQUALS: re.compile(r"=(?:\s+(.*))?"),
    Syntax.WRONG: re.compile(r"!=(?:\s+(.*))?"),
    Syntax.ITEM: re.compile(r"[0-9]{1,9}[.)](?:\s+(.*))?"),
    Syntax.ROW: re.compile(r"\|(.*)"),
    Syntax.NOTE: re.compile(r"\s+> ?(.*)"),
    Syntax.QUOTE: re.compile(r"> ?(.*)"),
    Syntax.FENCE: re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,}).*"),
}
PART_START = re.compile(rf"(?:`{{3,}}|~{{3,}})\s*((?:{'|'.join(PARTS)})(?:\s.*)?)")
FENCE_END = re.compile(r" {0,3}(`{3,}|~{3,})\s*")
INDENTED = re.compile(r"(?: {2}|\t)\s*(?=[^\s>])")


@dataclass(frozen=True)
class SourceLine:
    """`number` counts from 1; `text` is the whole line, `content` the part after its marker."""

    number: int
    text: str
    syntax: Syntax
    content: str


def read_lines(texts: list[str], first: int) -> tuple[list[SourceLine], int | None, list[int]]:
    """Return the lines, the number of an unclosed fence (or None), and the numbers of fences that an option cuts off.

    The first line is numbered `first`.
    """
    lines: list[SourceLine] = []
    opened: SourceLine | None = None
    is_part = False
    option: _Option | None = None
    cut_off: list[int] = []
    for number, text in enumerate(texts, first):
        if opened is not None:
            ends = _closes(text, opened.content)
            if is_part:
                lines.append(
                    SourceLine(number, "" if ends else text, Syntax.BLANK if ends else Syntax.PART_TEXT, text)
                )
            else:
                lines.append(SourceLine(number, text, Syntax.CODE, text))
            opened = None if ends else opened
            continue
        if option and (more := option.read_on(number, text)):
            _keep_blank_lines(lines)
            lines.append(more)
            continue
        lines.append(_classify(number, text))
        syntax = lines[-1].syntax
        opened = lines[-1] if syntax is Syntax.FENCE else None
        part = PART_START.fullmatch(text) if opened else None
        is_part = part is not None
        if part:
            lines[-1] = SourceLine(number, text, Syntax.PART, part[1].strip())
        if option and option.fence:
            cut_off.append(option.fence.number)
            option.fence = None
        if syntax is Syntax.OPTION:
            option = _Option()
        elif syntax not in (Syntax.BLANK, Syntax.NOTE):
            option = None
    if option and option.fence:
        cut_off.append(option.fence.number)
    return lines, opened.number if opened else None, cut_off


class _Option:
    """The option being read. `width` is the indent of its second line, `fence` the line that opened code."""

    def __init__(self) -> None:
        self.width = 0
        self.fence: SourceLine | None = None

    def read_on(self, number: int, text: str) -> SourceLine | None:
        """Return the line as part of the option, None if it ends the option."""
        found = INDENTED.match(text)
        if not found and not (self.fence and (not text.strip() or text.startswith("  "))):
            return None
        text = text.expandtabs(4)
        indent = len(text) - len(text.lstrip())
        self.width = self.width or indent
        content = text[min(self.width, indent) :].rstrip()
        line = SourceLine(number, text, Syntax.MORE_CODE if self.fence else Syntax.MORE, content)
        if self.fence:
            self.fence = None if _closes(content, self.fence.content) else self.fence
        elif opening := PATTERNS[Syntax.FENCE].fullmatch(content):
            line = replace(line, syntax=Syntax.MORE_CODE)
            self.fence = replace(line, content=opening[1])
        return line


def _keep_blank_lines(lines: list[SourceLine]) -> None:
    # Blank lines between two lines of an option separate its paragraphs.
    place = len(lines)
    while lines[place - 1].syntax is Syntax.BLANK:
        place -= 1
        lines[place] = replace(lines[place], syntax=Syntax.MORE, content="")


def _classify(number: int, text: str) -> SourceLine:
    for syntax, pattern in PATTERNS.items():
        if match := pattern.fullmatch(text):
            return SourceLine(number, text, syntax, (match[1] or "").rstrip())
    return SourceLine(number, text, Syntax.TEXT, text)


def _closes(text: str, fence: str) -> bool:
    # As in CommonMark: the same character, at least as many, and nothing after them.
    match = FENCE_END.fullmatch(text)
    return match is not None and match[1].startswith(fence)
