"""Formats that notes come in: one file each with a `read(data, path, encoding)`. To add one, list it in `FORMATS`."""

from collections.abc import Callable
from pathlib import PurePosixPath

from ..source import MAX_BYTES, NotesError, Source
from . import archive, asciidoc, docx, html, latex, markdown, notebook, org, plain, rst

Reader = Callable[[bytes, str, str], Source]

FORMATS: dict[str, Reader] = {
    ".txt": plain.read,
    ".text": plain.read,
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".html": html.read,
    ".htm": html.read,
    ".ipynb": notebook.read,
    ".docx": docx.read,
    ".org": org.read,
    ".adoc": asciidoc.read,
    ".asciidoc": asciidoc.read,
    ".rst": rst.read,
    ".tex": latex.read,
}
ARCHIVE = ".zip"
ENDINGS = (*FORMATS, ARCHIVE)


def read_source(name: str, data: bytes, *, encoding: str = "") -> Source:
    """Read a file by the ending of its name; a name without an ending is plain text.

    `encoding` is the answer to an EncodingUnsureError. Raises NotesError.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ARCHIVE:
        return archive.read(data, name, encoding, FORMATS)
    if len(data) > MAX_BYTES:
        raise NotesError(
            f"The file is {len(data) // 1_000_000} MB. The limit is {MAX_BYTES // 1_000_000} MB. Split it.",
            path=name,
        )
    reader = FORMATS.get(suffix, plain.read if not suffix or suffix[1:].isdigit() else None)
    if reader is None:
        known = ", ".join(ENDINGS)
        raise NotesError(f"Files that end in {suffix} are not read. Use one of {known}.", path=name)
    source = reader(data, name, encoding)
    if not any(line.text.strip() for line in source.lines):
        raise NotesError("The file has no text.", path=name)
    return source
