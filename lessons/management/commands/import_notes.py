import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from lessons.models import Course, Notes
from lessons.notes import EncodingUnsureError, Import, LessonDraft, NotesError, import_notes
from lessons.notes_import.applying import Stored, apply_notes
from lessons.notes_import.planning import State, habits_of, plan
from lessons.notes_import.reading import read_once
from lessons.notes_import.storing import read_as_before, store_notes
from lessons.rendering import TooComplexError, render


class Command(BaseCommand):
    help = "Turn a file of raw notes into lessons of a course. New lessons are drafts. Edits in the portal are kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="notes in .txt, .md, .html, .ipynb, .docx, or a .zip of these"
        )
        parser.add_argument("--course", required=True, help="the slug of the course that the lessons are for")
        parser.add_argument(
            "--dry-run", action="store_true", help="show what would change, and store nothing"
        )
        parser.add_argument("--json", action="store_true", help="print the lessons as JSON")
        parser.add_argument(
            "--encoding", default="", help="the encoding of the file, if it cannot be detected"
        )

    def handle(
        self, *, file: Path, course: str, dry_run: bool, encoding: str, json: bool, **options: object
    ) -> None:
        to = _course(course, dry_run)
        data = _read(file)
        try:
            if dry_run or to is None:
                notes = Notes.objects.filter(course=to, name=file.name).first() if to else None
                imported, stored = _import(file.name, data, encoding, to, notes), None
            else:
                notes, problems = store_notes(course=to, name=file.name, data=data, encoding=encoding)
                stored = apply_notes(notes=notes)
                stored.problems += problems
                imported = read_once(notes).imported
        except EncodingUnsureError as error:
            samples = "\n".join(f"--encoding={each.encoding}\n{each.sample}\n" for each in error.candidates)
            raise CommandError(f"{error}\nChoose the one whose sample you can read:\n\n{samples}") from error
        except NotesError as error:
            raise CommandError(str(error)) from error
        if json:
            self.stdout.write(as_json(imported))
        else:
            for line in describe(imported, stored) if stored else announce(imported, notes):
                self.stdout.write(line)
        if stored and stored.conflicts:
            raise CommandError(
                "Changed in both the portal and the notes: the portal's version was kept."
                " Merge them on the staff pages."
            )


def _course(slug: str, dry_run: bool) -> Course | None:
    try:
        course = Course.objects.filter(slug=slug).first()
    except DatabaseError:
        if dry_run:
            return None  # a look at the notes needs no database
        raise
    if course is None and not dry_run:
        raise CommandError(f"There is no course {slug}. Create it first, or add --dry-run.")
    return course


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error


def _import(name: str, data: bytes, encoding: str, course: Course | None, notes: Notes | None) -> Import:
    habits = habits_of(course.notes_habits if course else {})
    source = read_as_before(name, data, encoding, notes)
    return import_notes(source, habits, notes.decisions if notes else {})


def as_json(imported: Import) -> str:
    return json.dumps([lesson_as_dict(lesson) for lesson in imported.lessons], ensure_ascii=False)


# Any: JSON
def lesson_as_dict(lesson: LessonDraft) -> dict[str, Any]:
    return {
        "session": lesson.session,
        "title": lesson.title,
        "date": lesson.date.isoformat() if lesson.date else None,
        "lines": [lesson.first, lesson.last],
        "markdown": lesson.markdown,
        "html": html_of(lesson),
    }


def html_of(lesson: LessonDraft) -> str:
    try:
        return render(lesson.markdown, link=lambda kind, slug, fragment: None).html
    except TooComplexError as error:
        raise CommandError(f"“{lesson.title}” (lines {lesson.first} to {lesson.last}): {error}") from error


def announce(imported: Import, notes: Notes | None) -> Iterator[str]:
    states = {change.key: change.state for change in plan(notes or Notes(), imported)}
    for problem in imported.problems:
        yield f"warning: {problem}"
    for lesson in imported.lessons:
        when = f", {lesson.date:%d %B %Y}" if lesson.date else ""
        yield (
            f"{lesson.session}{when}: {lesson.title} (lines {lesson.first}–{lesson.last}, {lesson.words} words):"
            f" {states[lesson.key].value}"
        )
    gone = sum(state is State.GONE for state in states.values())
    yield (
        f"Lessons: {len(imported.lessons)}. Suggestions: {len(imported.suggestions)}."
        f"{f' No longer in the notes: {gone}.' if gone else ''} Nothing was stored."
    )


def describe(imported: Import, stored: Stored) -> Iterator[str]:
    for problem in stored.problems:
        yield f"warning: {problem}"
    for word, lessons in (
        ("created", stored.created),
        ("updated", stored.updated),
        ("kept as changed in the portal", stored.kept),
        ("CONFLICT, kept as changed in the portal", stored.conflicts),
        ("no longer in the notes, kept", stored.gone),
        ("deleted in the portal, not imported", stored.deleted),
    ):
        for lesson in lessons:
            yield f"{word}: {lesson.title}"
    for lesson, why in stored.refused:
        yield f"not updated, because learners see it: {lesson.title}. {why}"
    counts = f"{len(stored.created)} created, {len(stored.updated)} updated"
    yield f"Notes imported: {counts}, {len(imported.lessons)} in all. New lessons are drafts."
