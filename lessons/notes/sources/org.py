"""Org mode of Emacs."""

import re
from collections.abc import Sequence

from ..source import Source
from .dialect import Writer, convert_each, read_as

KEYWORD = re.compile(r"#\+(?P<key>\w+):\s*(?P<value>.*)$")
BEGIN = re.compile(r"\s*#\+begin_(?P<kind>\w+)\s*(?P<rest>.*)$", re.IGNORECASE)
END = re.compile(r"\s*#\+end_(?P<kind>\w+)\s*$", re.IGNORECASE)
HEADING = re.compile(r"(?P<stars>\*{1,6})\s+(?P<words>\S.*)$")
STATE = re.compile(r"(?:TODO|DONE|NEXT|WAITING)\s+(?=\S)")
SIGNATURE = re.compile(r"^#\+(?:title|begin_src|author|date|options|startup):?", re.IGNORECASE | re.MULTILINE)
HEAD = ("title", "date", "author")
LINK = re.compile(r"\[\[(?P<target>[^\[\]]{1,300})\](?:\[(?P<words>[^\[\]]{1,200})\])?\]")
SPAN = re.compile(r"(?<![\w=~])([=~])(?=\S)([^=~\n]{1,120})(?<=\S)\1(?!\w)")
BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,120})(?<=\S)\*(?![\w*])")
VERBATIM = ("src", "example", "export")


def is_like(text: str) -> bool:
    return bool(SIGNATURE.search(text[:20_000]))


def read(data: bytes, path: str, encoding: str) -> Source:
    return read_as(convert, data, path, encoding)


def convert(texts: Sequence[str]) -> list[tuple[int, str]]:
    return convert_each(_Reader(), texts)


class _Reader:
    def __init__(self) -> None:
        self.block = ""  # the open one that is not code, such as a quote

    def line(self, out: Writer, text: str) -> None:
        begin, end = BEGIN.match(text), END.match(text)
        inside = out.fence or self.block
        if begin and not inside:
            self._begin(out, begin["kind"].lower(), begin["rest"].split())
        elif end and end["kind"].lower() == inside:
            self._end(out)
        elif out.fence:
            out.add(text)
        else:
            _line(out, text, "> " if self.block == "quote" else "")

    def _begin(self, out: Writer, kind: str, words: Sequence[str]) -> None:
        if kind in VERBATIM:
            out.begin_code(kind, words[0].lower() if words and kind == "src" else "text")
        else:
            self.block = kind

    def _end(self, out: Writer) -> None:
        if out.fence:
            out.end_code()
        else:
            self.block = ""
            out.add("")


def _line(out: Writer, text: str, prefix: str) -> None:
    keyword, heading = KEYWORD.match(text.strip()), HEADING.match(text)
    if keyword and keyword["key"].lower() in HEAD:
        out.add(text.strip()[2:])
    elif keyword or text.startswith("# ") or re.fullmatch(r"\s*:\w+:.*", text):
        out.comment(text.strip().lstrip("#+ "))
    elif heading:
        state = STATE.match(heading["words"])
        if state:
            out.comment(state[0])
        words = heading["words"][state.end() :] if state else heading["words"]
        out.add("", f"{'#' * len(heading['stars'])} {_inline(words)}", "")
    else:
        out.add(prefix + _inline(re.sub(r"^ {1,3}(?=\S)", "", text).replace(" :: ", " : ")))


def _inline(text: str) -> str:
    text = LINK.sub(lambda found: " ".join(part for part in (found["target"], found["words"]) if part), text)
    return SPAN.sub(r"`\2`", BOLD.sub(r"**\1**", text))
