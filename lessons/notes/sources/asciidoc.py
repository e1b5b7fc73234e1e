"""AsciiDoc."""

import re
from collections.abc import Sequence

from ..source import Source
from .dialect import Writer, convert_each, read_as

HEADING = re.compile(r"(?P<signs>={1,5})\s+(?P<words>\S.*)$")
ATTRIBUTE = re.compile(r":!?(?P<key>[\w-]+):\s*(?P<value>.*)$")
STYLE = re.compile(r"\[(?:(?:source|listing)\s*,\s*)?(?P<words>[^\[\]]*)\]$")
ITEM = re.compile(r"(?P<signs>\*{1,5}|\.{1,5}|-)\s+(?P<words>\S.*)$")
TITLE = re.compile(r"\.(?P<words>[^\s.].*)$")
FENCES = ("----", "....", "```")
BOXES = ("====", "****", "____", "--", "++++")
SIGNATURE = re.compile(
    r"^(?:={1,2} \w.*\n(?:.*\n){0,40}?(?:\[source|----$|:\w+:|\|===)|\[source,)", re.MULTILINE
)
HEAD = ("date", "author", "revdate")


def is_like(text: str) -> bool:
    return bool(SIGNATURE.search(text[:5_000]))


def read(data: bytes, path: str, encoding: str) -> Source:
    return read_as(convert, data, path, encoding)


def convert(texts: Sequence[str]) -> list[tuple[int, str]]:
    return convert_each(_Reader(), texts)


class _Reader:
    def __init__(self) -> None:
        self.language = ""
        self.columns = -1  # of the open table; 0 before its first row, -1 outside

    def line(self, out: Writer, text: str) -> None:
        bare = text.rstrip()
        if out.fence and bare == out.fence:
            out.end_code()
        elif out.fence:
            out.add(text)
        elif bare in FENCES:
            out.begin_code(bare, self.language if bare != "...." else "text")
            self.language = ""
        elif bare == "|===":
            self.columns = 0 if self.columns < 0 else -1
            out.add("")
        elif self.columns >= 0:
            self._row(out, bare)
        else:
            self._text(out, bare)

    def _row(self, out: Writer, bare: str) -> None:
        cells = [cell.strip() for cell in bare.lstrip("|").split("|")] if bare else []
        if cells:
            out.add(f"| {' | '.join(cells)} |")
            if self.columns == 0:
                out.add(f"|{'---|' * len(cells)}")
            self.columns = len(cells)

    def _text(self, out: Writer, bare: str) -> None:
        if bare in BOXES:
            out.add("")
        elif found := ATTRIBUTE.match(bare):
            if found["key"] in HEAD:
                out.add(bare[1:])
            elif found["value"]:
                out.comment(bare)
        elif found := STYLE.match(bare):
            self.language = found["words"].split(",")[0].strip() if bare.startswith("[source") else ""
            if not bare.startswith("[source"):
                out.comment(found["words"])
        elif bare.startswith("//"):
            out.comment(bare.lstrip("/"))
        elif found := HEADING.match(bare):
            out.add("", f"{'#' * len(found['signs'])} {found['words']}", "")
        elif found := ITEM.match(bare):
            mark = "1." if found["signs"][0] == "." else "-"
            out.add(f"{'   ' * (len(found['signs']) - 1)}{mark} {found['words']}")
        elif found := TITLE.match(bare):
            out.add("", f"**{found['words']}**", "")
        else:
            out.add(bare)
