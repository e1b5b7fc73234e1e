"""The import as the tests call it: lessons as `manage.py import_notes --json` prints them, and what is offered."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lessons.management.commands.import_notes import lesson_as_dict
from lessons.notes import EncodingUnsureError, Head, Import, Source, import_notes, read_source

from .building import build
from .case_files import load

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


@dataclass(frozen=True)
class Imported:
    """`lessons` as they come, `accepted` with all suggestions accepted; `blocks` are the lines of each block."""

    lessons: list[dict[str, Any]]
    accepted: list[dict[str, Any]]
    offers: list[Offer]
    blocks: list[tuple[int, int]]
    head: Head


@cache
def import_case(name: str, decision: str = "undecided") -> Import:
    """Import a case once for all tests: as it comes, with all suggestions accepted, or with all skipped."""
    if decision == "undecided":
        with TemporaryDirectory() as folder:
            return import_notes(read(build(load(name), Path(folder))))
    notes = import_case(name)
    decisions = {each.id: decision == "accepted" for each in notes.suggestions}
    return import_notes(notes.source, decisions=decisions)


@cache
def import_all(name: str) -> Imported:
    notes = import_case(name)
    offers = [
        (each.kind, *span) for each in notes.suggestions for span in ((each.first, each.last), *each.others)
    ]
    blocks = [(each.block.first, each.block.last) for lesson in notes.lessons for each in lesson.places]
    accepted = lessons_of(import_case(name, "accepted"))
    return Imported(lessons_of(notes), accepted, offers, blocks, notes.head)
