"""Notes as lines of text, whatever file they came from."""

import re
from dataclasses import dataclass, field

from lessons.texts.problem import Problem

# No reader sees them, and the portal refuses them; colours of a terminal are the usual ones. A notebook may have
# half of a pair of surrogates, which no database takes.
CONTROL = re.compile(r"\x1b\[[0-9;]{0,20}m|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
MAX_BYTES = 10_000_000
MAX_LINES = 200_000
MAX_LINE = 20_000  # characters; a longer line is no note, and a page could not show it


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its line break.

    `path` and `path_line` (from 1) are its position in the file that it came from; `path` is the member in an archive.
    Formats without lines (docx, ipynb, html) are converted, and count the lines of the converted text.
    `is_markdown`: its emphasis, links and code spans are Markdown, otherwise its characters mean themselves.
    """

    text: str
    path: str
    path_line: int
    is_markdown: bool = False


@dataclass(frozen=True)
class Source:
    """`lines[n - 1]` is line n of the notes; everything else counts lines in this way.

    `pictures`: content by the path that the lines use. `encoding` reads the same file again; it is "" if the
    format has its own, and in an archive the one that was chosen for files that do not say theirs.
    `problems`: what was left out and why, such as a picture that is missing.
    """

    lines: tuple[Line, ...]
    pictures: dict[str, bytes] = field(default_factory=dict)
    encoding: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def text(self) -> str:
        return "".join(f"{line.text}\n" for line in self.lines)


class NotesError(ValueError):
    """The notes cannot be read. The message says what to do; `problem` has path and line."""

    def __init__(self, message: str, *, path: str = "", line: int = 1) -> None:
        self.problem = Problem(line, "", message, path=path)
        super().__init__(str(self.problem) if path else message)


@dataclass(frozen=True)
class Candidate:
    """`sample` is a few lines of the file as `encoding` reads them."""

    encoding: str
    sample: str


class EncodingUnsureError(NotesError):
    """Several encodings fit. Ask with the samples, then read again with the encoding that was chosen."""

    def __init__(self, candidates: tuple[Candidate, ...], *, path: str = "") -> None:
        self.candidates = candidates
        names = ", ".join(candidate.encoding for candidate in candidates) or "utf-8"
        super().__init__(
            f"The encoding of this file is unclear. Save it as UTF-8, or choose one of: {names}.", path=path
        )


def split_lines(text: str, path: str, *, is_markdown: bool = False) -> tuple[Line, ...]:
    """Return the lines of one file. Raises NotesError for a line or a file that is too long."""
    text = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n"))
    parts = text.split("\n")
    if parts and not parts[-1]:
        parts.pop()
    if len(parts) > MAX_LINES:
        raise NotesError(
            f"The file has {len(parts):,} lines. The limit is {MAX_LINES:,}. Split it.", path=path
        )
    for number, part in enumerate(parts, start=1):
        if len(part) > MAX_LINE:
            message = (
                f"This line has {len(part):,} characters. The limit is {MAX_LINE:,}. Break it into lines."
            )
            raise NotesError(message, path=path, line=number)
    return tuple(Line(part, path, number, is_markdown) for number, part in enumerate(parts, start=1))
