"""Shared by the readers of other markup: lines of Markdown, each with the line of the file that it came from."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from ..source import Line, Source, split_lines
from .encodings import decode

Converter = Callable[[Sequence[str]], Iterable[tuple[int, str]]]
ROLE_WORDS = re.compile(r"[^\W_]")


class Writer:
    """A collector of lines. `at` is the number of the line that is read, `fence` the sign of the open block of code."""

    def __init__(self) -> None:
        self.at = 1
        self.fence = ""
        self.found: list[tuple[int, str]] = []

    def begin_code(self, fence: str, language: str) -> None:
        self.fence = fence
        self.add("", f"```{language}")

    def end_code(self) -> None:
        self.fence = ""
        self.add("```", "")

    def add(self, *texts: str) -> None:
        self.found += [(self.at, text) for text in texts]

    def comment(self, text: str) -> None:
        """Keep words that readers do not see."""
        if ROLE_WORDS.search(text):
            self.add("", f"<!-- {text.strip().replace('--', '- -')} -->", "")


class LineReader(Protocol):
    def line(self, out: Writer, text: str) -> None: ...


def convert_each(reader: LineReader, texts: Sequence[str]) -> list[tuple[int, str]]:
    """Return what the reader makes of the lines, one by one; a block of code without an end is closed."""
    out = Writer()
    for number, text in enumerate(texts, start=1):
        out.at = number
        reader.line(out, text)
    if out.fence:
        out.end_code()
    return out.found


def read_as(convert: Converter, data: bytes, path: str, encoding: str) -> Source:
    text, used = decode(data, path, encoding)
    lines = split_lines(text, path)
    return Source(convert_lines(convert, lines), encoding=used)


def convert_lines(convert: Converter, lines: Sequence[Line]) -> tuple[Line, ...]:
    path = lines[0].path if lines else ""
    return tuple(Line(text, path, number, True) for number, text in convert([line.text for line in lines]))


def indent_of(text: str) -> int:
    return len(text) - len(text.lstrip())


def block_end(texts: Sequence[str], at: int, indent: int) -> int:
    """Return the position after lines that are blank or deeper than `indent`, without blank lines at the end."""
    end = last = at
    while end < len(texts) and (not texts[end].strip() or indent_of(texts[end]) > indent):
        end += 1
        if texts[end - 1].strip():
            last = end
    return last
