import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lessons.notes import (
    EncodingUnsureError,
    Import,
    LessonDraft,
    NotesError,
    Source,
    import_notes,
    read_source,
)
from lessons.rendering import TooComplexError, render


class Command(BaseCommand):
    help = "Turn a file of raw notes into lessons. So far, it shows them (--dry-run or --json) and stores nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="notes in .txt, .md, .html, .ipynb, .docx, or a .zip of these"
        )
        parser.add_argument("--course", required=True, help="the slug of the course that the lessons are for")
        parser.add_argument(
            "--dry-run", action="store_true", help="show the lessons and problems, and store nothing"
        )
        parser.add_argument("--json", action="store_true", help="print the lessons as JSON")
        parser.add_argument(
            "--encoding", default="", help="the encoding of the file, if it is not found by itself"
        )

    def handle(self, *, file: Path, dry_run: bool, encoding: str, **options: object) -> None:
        if not (dry_run or options["json"]):
            raise CommandError("Storing is not possible yet. Add --dry-run or --json.")
        notes = import_notes(read_notes(file, encoding))
        if options["json"]:
            self.stdout.write(
                json.dumps([lesson_as_dict(lesson) for lesson in notes.lessons], ensure_ascii=False)
            )
            return
        for line in summary(notes):
            self.stdout.write(line)


def read_notes(file: Path, encoding: str) -> Source:
    """Raises CommandError."""
    try:
        return read_source(file.name, file.read_bytes(), encoding=encoding)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
    except EncodingUnsureError as error:
        samples = "\n".join(f"--encoding={each.encoding}\n{each.sample}\n" for each in error.candidates)
        raise CommandError(f"{error}\nChoose the one whose sample you can read:\n\n{samples}") from error
    except NotesError as error:
        raise CommandError(str(error)) from error


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


def summary(notes: Import) -> Iterator[str]:
    for problem in notes.problems:
        yield f"warning: {problem}"
    for lesson in notes.lessons:
        when = f", {lesson.date:%d %B %Y}" if lesson.date else ""
        yield f"{lesson.session}{when}: {lesson.title} (lines {lesson.first}–{lesson.last}, {lesson.words} words)"
    yield f"Lessons: {len(notes.lessons)}. Suggestions: {len(notes.suggestions)}. Nothing was stored."
