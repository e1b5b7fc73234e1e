"""LaTeX, as far as notes use it."""

import re
from collections.abc import Sequence

from ..source import Source
from .dialect import Writer, convert_each, read_as

HEADINGS = {"part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 4}
HEADING = re.compile(
    rf"\s*\\(?P<kind>{'|'.join(HEADINGS)})\*?\{{(?P<words>.*)\}}\s*(?:\\label\{{[^{{}}]*\}})?$"
)
HEAD = re.compile(r"\s*\\(?P<key>title|date|author)\{(?P<words>.*)\}\s*$")
BEGIN = re.compile(r"\s*\\begin\{(?P<name>[a-z]+\*?)\}(?P<rest>.*)$")
END = re.compile(r"\s*\\end\{(?P<name>[a-z]+\*?)\}\s*$")
ITEM = re.compile(r"\s*\\item(?:\[(?P<term>[^\[\]]*)\])?\s*(?P<words>.*)$")
VERBATIM = ("verbatim", "lstlisting", "minted", "alltt")
MATHS = ("equation", "align", "displaymath", "gather", "math")
LISTS = {"itemize": "-", "enumerate": "1.", "description": "-"}
MAX_DEPTH = 6  # of lists: LaTeX refuses more
SIGNATURE = re.compile(r"^\s*\\(?:documentclass|(?:sub)*section\*?\{|chapter\{|begin\{)", re.MULTILINE)
BOLD, ITALIC, CODE = (
    re.compile(rf"\\(?:{names})\{{([^{{}}]{{1,300}})\}}")
    for names in ("textbf|textsc", "emph|textit|underline", "texttt|verb")
)
FORMULA = re.compile(r"(?<![\\$])\$(?=\S)([^$\n]{1,300})(?<=\S)\$(?!\d)")
LINK = re.compile(r"\\href\{([^{}]{1,300})\}\{([^{}]{1,300})\}|\\url\{([^{}]{1,300})\}")
ESCAPED = re.compile(r"\\([%&_#$])")
LANGUAGE = re.compile(r"language=(\w+)|\{(\w+)\}$")


def is_like(text: str) -> bool:
    return len(SIGNATURE.findall(text[:20_000])) > 1


def read(data: bytes, path: str, encoding: str) -> Source:
    return read_as(convert, data, path, encoding)


def convert(texts: Sequence[str]) -> list[tuple[int, str]]:
    return convert_each(_Reader(), texts)


class _Reader:
    def __init__(self) -> None:
        self.lists: list[str] = []

    def line(self, out: Writer, text: str) -> None:
        begin, end = BEGIN.match(text), END.match(text)
        if out.fence:
            if end and end["name"].rstrip("*") == out.fence:
                out.end_code()
            else:
                out.add(text)
        elif begin:
            self._begin(out, begin["name"].rstrip("*"), begin["rest"])
        elif end:
            if end["name"] in LISTS and self.lists:
                self.lists.pop()
            out.add("")
        else:
            self._text(out, text)

    def _begin(self, out: Writer, name: str, rest: str) -> None:
        if name in LISTS:
            self.lists.append(LISTS[name])
            out.add(*([] if len(self.lists) > 1 else [""]))
        elif name in VERBATIM or name in MATHS:
            found = LANGUAGE.search(rest)
            language = (found[1] or found[2]).lower() if found else ""
            out.begin_code(name, "math" if name in MATHS else language)
        else:
            out.add("")

    def _text(self, out: Writer, text: str) -> None:
        if found := HEADING.match(text):
            out.add("", f"{'#' * HEADINGS[found['kind']]} {_inline(found['words'])}", "")
        elif found := HEAD.match(text):
            out.add(f"{found['key'].capitalize()}: {_inline(found['words'])}")
        elif text.lstrip().startswith("%"):
            out.comment(text.strip().lstrip("% "))
        elif found := ITEM.match(text):
            term = f"{_inline(found['term'])}: " if found["term"] else ""
            mark = self.lists[-1] if self.lists else "-"
            indent = "   " * (min(len(self.lists), MAX_DEPTH) - 1)
            out.add(f"{indent}{mark} {term}{_inline(found['words'])}")
        elif re.match(
            r"\s*\\(?:documentclass|usepackage|maketitle|tableofcontents|label|newpage|centering)\b", text
        ):
            out.comment(text.strip().lstrip("\\"))
        else:
            out.add(_inline(text.strip()))


def _inline(text: str) -> str:
    text = CODE.sub(r"`\1`", ITALIC.sub(r"*\1*", BOLD.sub(r"**\1**", text)))
    text = LINK.sub(lambda found: " ".join(part for part in found.groups() if part), text)
    return ESCAPED.sub(r"\1", FORMULA.sub(r"$`\1`$", text))
