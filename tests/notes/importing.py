"""The import as the tests call it: lessons as `manage.py import_notes --json` prints them, and what is offered."""

from pathlib import Path
from typing import Any

from lessons.management.commands.import_notes import lesson_as_dict
from lessons.notes import EncodingUnsureError, Import, Source, import_notes, read_source

Offer = tuple[str, int, int]


def read(path: Path, encoding: str = "") -> Source:
    """Read the file; if the import asks for the encoding, answer with `encoding`."""
    try:
        return read_source(path.name, path.read_bytes())
    except EncodingUnsureError as error:
        assert encoding in [each.encoding for each in error.candidates]
        return read_source(path.name, path.read_bytes(), encoding=encoding)


def import_file(path: Path, encoding: str = "") -> list[dict[str, Any]]:
    return lessons_of(import_notes(read(path, encoding)))


def import_text(text: str) -> list[dict[str, Any]]:
    return lessons_of(import_notes(read_source("notes.txt", text.encode())))


def lessons_of(notes: Import) -> list[dict[str, Any]]:
    return [lesson_as_dict(lesson) for lesson in notes.lessons]


def offers_of(path: Path) -> list[Offer]:
    """Return kind, first and last line of each suggestion, also of the other ranges that it is about."""
    return [
        (each.kind, *span)
        for each in import_notes(read(path)).suggestions
        for span in ((each.first, each.last), *each.others)
    ]
