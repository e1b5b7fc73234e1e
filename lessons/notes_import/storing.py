"""Store notes, and the answers of a trainer about them. Each function is one transaction."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath

from django.db import transaction
from django.db.models import F

from lessons.models import Course, Notes
from lessons.notes import EncodingUnsureError, NotesError, Source, read_source
from lessons.notes_import.pictures import store_pictures
from lessons.texts.problem import Problem

DELETED = "The notes to update were deleted in the meantime. Bring the file as new notes."


@dataclass(frozen=True)
class Origin:
    """The repository and the file in it that notes were fetched from; all "" for an upload."""

    address: str = ""
    branch: str = ""
    path: str = ""
    commit: str = ""


def store_notes(
    *,
    course: Course,
    name: str,
    data: bytes,
    encoding: str = "",
    into: Notes | None = None,
    origin: Origin | None = None,
) -> tuple[Notes, list[Problem]]:
    """Store a file of notes in place of its earlier state: that of `into`, or of the same name. No lesson changes yet.

    Return the row and the pictures that were left out. Raises NotesError if it cannot be read.
    """
    require_present(into)
    earlier = into or course.notes.filter(name=name).only("encoding").first()
    source = read_as_before(name, data, encoding, earlier)
    with transaction.atomic():
        notes = _row_for(course, name, data, into)
        notes.data, notes.encoding = data, source.encoding
        for field_name, value in asdict(origin or Origin()).items():
            setattr(notes, field_name, value)
        problems = store_pictures(notes, source)
        notes.version += 1
        notes.save()
    return notes, problems


def require_present(into: Notes | None) -> None:
    """Raise NotesError if somebody deleted the notes that are to be updated."""
    if into is not None and not Notes.objects.filter(pk=into.pk).exists():
        raise NotesError(DELETED)


def read_as_before(name: str, data: bytes, encoding: str, earlier: Notes | None) -> Source:
    """Read a file, if in doubt in the encoding that was chosen for its earlier state. Raises NotesError."""
    try:
        return read_source(name, data, encoding=encoding)
    except EncodingUnsureError as unsure:
        if earlier is None or not earlier.encoding:
            raise
        try:
            return read_source(name, data, encoding=earlier.encoding)
        except NotesError:
            raise unsure from None


def _row_for(course: Course, name: str, data: bytes, into: Notes | None) -> Notes:
    rows = Notes.objects.select_for_update()
    if into is None:
        return rows.get_or_create(course=course, name=name, defaults={"data": data})[0]
    notes = rows.filter(pk=into.pk).first()
    if notes is None:
        raise NotesError(DELETED)
    if PurePosixPath(name).suffix.lower() != PurePosixPath(notes.name).suffix.lower():
        # the format is read from the name
        if rows.filter(course=course, name=name).exclude(pk=notes.pk).exists():
            raise NotesError(f"This course has other notes that are called {name}. Rename the file.")
        notes.name = name
    return notes


def decide(*, notes: Notes, answers: Mapping[str, bool | None]) -> None:
    """Store answers to suggestions by their id; None takes one back."""
    with transaction.atomic():
        row = Notes.objects.select_for_update().get(pk=notes.pk)
        for suggestion, accepted in answers.items():
            row.decisions.pop(suggestion, None)
            if accepted is not None:
                row.decisions[suggestion] = accepted
        row.version += 1
        row.save()
    notes.refresh_from_db()


def keep_habits(*, course: Course, habits: Mapping[str, object]) -> None:
    """Store the habits of a course, and make pages of its notes that are open start again."""
    with transaction.atomic():
        course.notes_habits = dict(habits)
        course.save(update_fields=["notes_habits"])
        course.notes.update(version=F("version") + 1)
