"""Word documents: headings by style, lists by level, monospaced text as code, tables, pictures."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from ..fences import fence
from ..inline import code_span, escape
from ..source import Line, NotesError, Source, split_lines

HEADING = re.compile(r"heading (\d)")
LIST = re.compile(r"list (bullet|number|continue|paragraph)? ?(\d)?")
MONOSPACED = re.compile(
    r"courier|consolas|mono|menlo|lucida console|fixed|cascadia|source code|hack|inconsolata|terminal",
    re.IGNORECASE,
)
CODE_STYLE = re.compile(r"code|verbatim|preformatted|macro|source", re.IGNORECASE)
MAX_UNPACKED = 100_000_000
MAX_PARTS = 2_000
MAX_PICTURE = 10_000_000
INDENT_STEP = 457_200  # EMU: half an inch, what Word's Tab key indents a paragraph


def read(data: bytes, path: str, encoding: str) -> Source:
    _check_size(data, path)
    try:
        document = Document(io.BytesIO(data))
        parts = _Reader(document, path)
        parts.read()
    except NotesError:
        raise
    except Exception as error:  # python-docx and lxml raise dozens of kinds on a damaged file
        raise NotesError(
            "This Word document is damaged. Open it in Word and save it again.", path=path
        ) from error
    lines = [
        line
        for text, marked in parts.written
        for line in split_lines(text, path, is_markdown=marked) or _EMPTY
    ]
    return Source(
        tuple(Line(line.text, path, number, line.is_markdown) for number, line in enumerate(lines, start=1)),
        parts.pictures,
    )


_EMPTY = (Line("", "", 1),)


def _check_size(data: bytes, path: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            infos = opened.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise NotesError("This is not a Word document. Save it as .docx.", path=path) from None
    if len(infos) > MAX_PARTS or sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise NotesError("The document is too large. Split it, or leave pictures out.", path=path)


class _Reader:
    def __init__(self, document: Any, path: str) -> None:
        self.document, self.path = document, path
        self.written: list[tuple[str, bool]] = []
        self.pictures: dict[str, bytes] = {}
        self.code: list[str] = []
        self.was_list = False
        self.formats = _numbering(document)
        self.counts: dict[tuple[str, int], int] = {}

    def read(self) -> None:
        for item in self.document.iter_inner_content():
            if isinstance(item, Paragraph):
                self._paragraph(item)
            elif isinstance(item, Table):
                self._end_code()
                self._table(item)
        self._end_code()

    def _paragraph(self, paragraph: Paragraph) -> None:
        style = ((paragraph.style and paragraph.style.name) or "").lower()
        text = paragraph.text
        if text.strip() and (CODE_STYLE.search(style) or _is_monospaced(paragraph)):
            self.code += text.split("\n")
            return
        self._end_code()
        self._end_list(bool(text.strip()))
        for name in self._save_pictures(paragraph):
            self.written.append((f"![{name.rpartition('/')[2]}](<{name}>)", True))
        heading = HEADING.fullmatch(style)
        level = self._list_level(paragraph, style)
        if not text.strip():
            self.written.append(("", False))
        elif heading or style == "title":
            signs = "#" * (min(int(heading[1]), 6) if heading else 1)
            self.written.append((f"{signs} {' '.join(text.split())}", False))
        elif level is not None:
            self._item(paragraph, *level)
        else:
            words, marked = _inline(paragraph)
            self.written += [(f"{_indent(paragraph)}{part}", marked) for part in words.split("\n")]

    def _end_code(self) -> None:
        if self.code:
            self.written += [
                (line, False) for line in fence("\n".join(self.code).rstrip("\n"), "").split("\n")
            ]
            self.code = []

    def _end_list(self, has_text: bool) -> None:
        if not self.was_list and has_text and self.written and self.written[-1][0].startswith("#"):
            self.written.append(("", False))

    def _list_level(self, paragraph: Paragraph, style: str) -> tuple[int, str] | None:
        # Level from 0 and the marker; None outside lists.
        number = paragraph._p.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if number is not None:
            at, key = number.find(qn("w:ilvl")), number.find(qn("w:numId"))
            level = int(at.get(qn("w:val"), "0")) if at is not None else 0
            list_id = str(key.get(qn("w:val"), "")) if key is not None else ""
            if list_id != "0":
                return min(level, 9), self._marker(
                    list_id, level, self.formats.get((list_id, level), "bullet")
                )
        found = LIST.fullmatch(style)
        if not found or found[1] in ("continue", "paragraph"):
            return None
        level = int(found[2] or 1) - 1
        return level, self._marker(style, level, "decimal" if found[1] == "number" else "bullet")

    def _marker(self, list_id: str, level: int, form: str) -> str:
        if form in ("bullet", "none"):
            return "-"
        self.counts = {
            key: count for key, count in self.counts.items() if key[0] != list_id or key[1] <= level
        }
        self.counts[list_id, level] = self.counts.get((list_id, level), 0) + 1
        return f"{self.counts[list_id, level]}."

    def _item(self, paragraph: Paragraph, level: int, marker: str) -> None:
        words, marked = _inline(paragraph)
        first, *others = words.split("\n")
        indent = "    " * level
        self.written.append((f"{indent}{marker} {first.strip()}", marked))
        self.written += [(f"{indent}    {other.strip()}", marked) for other in others]

    def _table(self, table: Table) -> None:
        rows = [[_cell(cell.text) for cell in _distinct(row.cells)] for row in table.rows]
        width = max((len(row) for row in rows), default=0)
        for number, row in enumerate(rows):
            self.written.append((f"| {' | '.join([*row, *[''] * (width - len(row))])} |", True))
            if number == 0:
                self.written.append((f"|{'---|' * width}", True))
        self.written.append(("", False))

    def _save_pictures(self, paragraph: Paragraph) -> Iterator[str]:
        for blip in paragraph._p.iter(qn("a:blip")):
            part = self.document.part.related_parts.get(blip.get(qn("r:embed")))
            if part is not None and len(part.blob) <= MAX_PICTURE:
                name = str(part.partname).rpartition("/")[2]
                self.pictures[name] = part.blob
                yield name


def _distinct(cells: Any) -> Iterator[Any]:
    # A merged cell is listed once for each column that it covers.
    before = None
    for cell in cells:
        if cell._tc is not before:
            yield cell
        before = cell._tc


def _cell(text: str) -> str:
    lines = [escape(" ".join(line.split()), starts_line=False) for line in text.split("\n")]
    return "<br>".join(line for line in lines if line).replace("|", "\\|")


def _numbering(document: Any) -> dict[tuple[str, int], str]:
    try:
        root = document.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return {}
    kinds = {
        (item.get(qn("w:abstractNumId")), int(level.get(qn("w:ilvl"), "0"))): form.get(qn("w:val"))
        for item in root.iter(qn("w:abstractNum"))
        for level in item.iter(qn("w:lvl"))
        if (form := level.find(qn("w:numFmt"))) is not None
    }
    found = {}
    for number in root.iter(qn("w:num")):
        link = number.find(qn("w:abstractNumId"))
        for (key, level), form in kinds.items():
            if link is not None and key == link.get(qn("w:val")):
                found[number.get(qn("w:numId")), level] = form
    return found


def _is_monospaced(paragraph: Paragraph) -> bool:
    runs = [run for run in paragraph.runs if run.text.strip()]
    return bool(runs) and all(_font(run) for run in runs)


def _font(run: Any) -> bool:
    names = [run.font.name, run.style.font.name if run.style else None]
    return any(name and MONOSPACED.search(name) for name in names)


def _inline(paragraph: Paragraph) -> tuple[str, bool]:
    # Text, and a flag if it has code spans and is therefore Markdown.
    runs = [(run.text, bool(run.text.strip()) and _font(run)) for run in paragraph.runs]
    if not any(is_code for _, is_code in runs) or "".join(text for text, _ in runs) != paragraph.text:
        return paragraph.text, False
    return "".join(
        _code(text) if is_code else escape(text, starts_line=False) for text, is_code in runs
    ), True


def _code(text: str) -> str:
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{code_span(text.strip())}{after}"


def _indent(paragraph: Paragraph) -> str:
    left = paragraph.paragraph_format.left_indent
    return "\t" * min(round(left / INDENT_STEP), 12) if left and left > 0 else ""
