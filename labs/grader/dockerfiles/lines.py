"""Logical lines of a Dockerfile, joined as by BuildKit: directives, continuations, comments and here-documents."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .words import WordError, split_raw, unquote

_DIRECTIVE = re.compile(r"#\s*([a-z][a-z0-9]*)\s*=\s*(.+?)\s*", re.IGNORECASE)
_DIRECTIVES = ("escape", "syntax", "check")
_HERE_DOCUMENT = re.compile(r"\d*<<(-?)([^<]+)")
_TAKES_DOCUMENTS = ("RUN", "COPY", "ADD")


class LineError(Exception):
    """The reason why BuildKit stops reading, and the line (from 1)."""

    def __init__(self, line: int, message: str, expected: str, found: str) -> None:
        super().__init__(message)
        self.line, self.message, self.expected, self.found = line, message, expected, found


@dataclass(frozen=True)
class HereDocument:
    """A here-document; `line` is its first line. Variables are expanded only if it `expands`."""

    name: str
    line: int
    text: str
    expands: bool


@dataclass(frozen=True)
class Line:
    """An instruction with its continued lines joined."""

    number: int
    text: str
    documents: tuple[HereDocument, ...] = ()


def escape_of(lines: list[str]) -> str:
    """Return the character that continues a line. Raises LineError for a directive that BuildKit rejects."""
    seen: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        match = _DIRECTIVE.fullmatch(line.strip())
        name = match[1].lower() if match else ""
        if match is None or name not in _DIRECTIVES:
            break
        if name in seen:
            raise LineError(
                number, f"The directive `{name}` is set twice.", "the directive once", f"`{line}`"
            )
        if name == "escape" and match[2] not in ("\\", "`"):
            says = (
                f"The directive `escape` is `{match[2]}`, but Docker accepts only a backslash or a backtick."
            )
            raise LineError(number, says, "`# escape=\\`", f"`{match[2]}`")
        seen[name] = match[2]
    return seen.get("escape", "\\")


def logical_lines(lines: list[str], escape: str) -> Iterator[Line]:
    """Yield instructions in order. Raises LineError at the line where BuildKit stops."""
    sign = re.escape(escape)
    continued = re.compile(rf"(?:(?<!{sign})|^){sign}[ \t]*$")
    at = 0
    while at < len(lines):
        if not is_instruction(lines[at]):
            at += 1
            continue
        start = at
        text, at = _joined(lines, at, continued)
        if not text.strip():
            says = "The line ends with a continuation character, but no instruction follows."
            raise LineError(start + 1, says, "an instruction such as `RUN`", "nothing")
        documents, at = _documents(text, lines, at)
        yield Line(start + 1, text.strip(), documents)


def is_instruction(line: str) -> bool:
    # blank lines and comments may also be between continued lines
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _joined(lines: list[str], at: int, continued: re.Pattern[str]) -> tuple[str, int]:
    parts: list[str] = []
    while at < len(lines):
        line = lines[at]
        at += 1
        if parts and not is_instruction(line):
            continue
        end = continued.search(line)
        parts.append(line[: end.start()] if end else line)
        if not end:
            break
    return "".join(parts), at


def _documents(text: str, lines: list[str], at: int) -> tuple[tuple[HereDocument, ...], int]:
    name, rest = _command(text)
    if name == "ONBUILD":
        name, rest = _command(rest)
    if name not in _TAKES_DOCUMENTS or "<<" not in rest or _is_list(rest):
        return (), at
    found: list[HereDocument] = []
    for keeps_tabs, end, expands in _opened(rest):
        start = at
        while at < len(lines) and (lines[at] if keeps_tabs else lines[at].lstrip("\t")) != end:
            at += 1
        if at == len(lines):
            says = f"The here-document `<<{end}` is not closed: no line contains only `{end}`."
            raise LineError(start, says, f"a line with only `{end}`", "the end of the file")
        found.append(HereDocument(end, start + 1, "\n".join(lines[start:at]), expands))
        at += 1
    return tuple(found), at


def _command(text: str) -> tuple[str, str]:
    name, rest, *_ = [*text.split(None, 1), "", ""]
    return name.upper(), rest


def _is_list(rest: str) -> bool:
    return re.match(r"(?:--\S+\s+)*\[\s*(?:\"|\])", rest) is not None and rest.rstrip().endswith("]")


def _opened(rest: str) -> Iterator[tuple[bool, str, bool]]:
    # per here-document: whether leading tabs stay, its delimiter, whether it expands variables; only a word that starts
    # with `<<` opens one, not `<<<word`, `"<<A"` or `$((1<<2))`
    try:
        words = split_raw(rest)
    except WordError:
        return
    for word in words:
        match = _HERE_DOCUMENT.fullmatch(word)
        if match:
            end = unquote(match[2])
            if end:
                yield match[1] != "-", end, end == match[2]
