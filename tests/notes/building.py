"""Make the file that the import gets from what is committed: a document, a notebook, a zip, another encoding."""

import json
import re
import struct
import zipfile
import zlib
from html.parser import HTMLParser
from pathlib import Path

from .case_files import NEWLINES, Case

# Signs of Org mode, AsciiDoc, reStructuredText and LaTeX that are no words of the notes.
MARKUP = re.compile(
    r"^\s*#\+(?:begin|end)_\w+(?: python)?|\[source,\w+\]|^:toc:|\.\. (?:code-block:: python|note::|warning::)"
    r"|\\(?:begin|end)\{\w+\}|\\(?:(?:sub)?section|emph|textbf|item)\b",
    re.IGNORECASE | re.MULTILINE,
)
BOMS = {"utf-16-le-bom": ("utf-16-le", b"\xff\xfe"), "utf-16-be-bom": ("utf-16-be", b"\xfe\xff")}


def build(case: Case, folder: Path) -> Path:
    kind = case.expected.get("built")
    if kind == "docx":
        return _document(case.path.read_text("utf-8"), folder / "notes.docx")
    if kind == "ipynb":
        return _copy(case.path.read_bytes(), folder / "notes.ipynb")
    if kind == "zip":
        return _zip(case, folder / "notes.zip")
    return _copy(case.path.read_bytes(), folder / case.path.name)


def convert(case: Case, folder: Path, encoding: str, newline: str) -> Path:
    name, bom = BOMS.get(encoding, (encoding, b""))
    text = case.path.read_text("utf-8").replace("\n", NEWLINES[newline])
    return _copy(bom + text.encode(name), folder / case.path.name)


def source_text(case: Case) -> str:
    """Return the text of the notes that must not be lost, in order."""
    raw = case.path.read_text("utf-8")
    kind = case.expected.get("built")
    if kind == "docx":
        return "\n".join(line.partition("|")[2].replace(";", "\n") for line in raw.splitlines())
    if kind == "ipynb":
        return "\n".join("".join(cell["source"]) for cell in json.loads(raw)["cells"])
    if kind == "html":
        reader = _Text()
        reader.feed(raw)
        return "".join(reader.found)
    return MARKUP.sub(" ", raw) if kind == "markup" else raw


def _copy(data: bytes, path: Path) -> Path:
    path.write_bytes(data)
    return path


def _document(source: str, path: Path) -> Path:
    from docx import Document  # the tests of other formats need no python-docx

    document = Document()
    table = None
    for line in source.splitlines():
        style, _, text = line.partition("|")
        if style == "Table":
            cells = text.split(";")
            table = table or document.add_table(0, len(cells))
            for cell, content in zip(table.add_row().cells, cells, strict=True):
                cell.text = content
            continue
        table = None
        if style == "Code":
            document.add_paragraph().add_run(text).font.name = "Courier New"
        else:
            document.add_paragraph(text, style=style)
    document.save(str(path))
    return path


def _zip(case: Case, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.md", case.path.read_bytes())
        for name in case.of("has"):
            archive.writestr(name, _picture())
    return path


def _picture() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0\xff\0\0\0\xff\0" * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in ("script", "style", "head")
        if tag not in ("b", "i", "a", "code"):
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style", "head")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.found.append(data)
