import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lessons.models import Course, Lesson, Session
from lessons.quiz_files import CannotImportError, check_images, describe, save_import
from lessons.quizzes.formats import FORMATS, Imported, QuizFileError, import_questions


class Command(BaseCommand):
    help = (
        "Import questions from another system as a draft quiz. If the file cannot be read, nothing is stored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="GIFT, Moodle XML, Aiken, QTI 1.2 or 2.1, Q:/A) text, or a .zip"
        )
        parser.add_argument("--course", required=True, help="the slug of the course")
        parser.add_argument("--lesson", default="", help="the slug of a draft lesson to add the quiz to")
        parser.add_argument(
            "--session", default="", help="the slug of a session for a new draft (default: the last)"
        )
        parser.add_argument(
            "--format",
            default="",
            choices=sorted(FORMATS),
            help="the format of the file, if it cannot be detected",
        )
        parser.add_argument("--encoding", default="", help="such as cp1252, if the file is not UTF-8")
        parser.add_argument(
            "--replace", action="store_true", help="replace the quiz that the draft lesson has"
        )
        parser.add_argument("--dry-run", action="store_true", help="show the losses, and store nothing")
        parser.add_argument(
            "--json", action="store_true", help="print the quizzes and losses as JSON, store nothing"
        )

    def handle(self, *, file: Path, course: str, **options: Any) -> None:
        found = Course.objects.filter(slug=course).first()
        if found is None:
            raise CommandError(f"There is no course {course}.")
        imported, images = check_images(read_quiz(file, options["format"], options["encoding"]))
        if options["json"]:
            self.stdout.write(json.dumps(as_dict(imported), ensure_ascii=False, indent=1))
            return
        for loss in imported.losses:
            self.stdout.write(f"lost: {loss}")
        if options["dry_run"]:
            parts = ", ".join(f"{part.title}: {len(part.questions)} questions" for part in imported.parts)
            self.stdout.write(f"{FORMATS[imported.format].title}. {parts}. Nothing was stored.")
            return
        lesson = lesson_of(found, options["lesson"])
        session = None if lesson else session_of(found, options["session"])
        try:
            stored = save_import(
                imported=imported,
                images=images,
                by=None,
                lesson=lesson,
                session=session,
                may_replace=options["replace"],
            )
        except CannotImportError as error:
            raise CommandError(f"{error} Nothing was stored. (--replace, --lesson, --session)") from error
        for line in describe(stored):
            self.stdout.write(line)


def read_quiz(file: Path, format: str, encoding: str) -> Imported:
    """Raises CommandError."""
    try:
        return import_questions(file.read_bytes(), name=file.name, format=format, encoding=encoding)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
    except QuizFileError as error:
        problems = "\n".join(f"{file}: {problem}" for problem in error.problems)
        raise CommandError(f"{problems}\nNothing was imported.") from error


def lesson_of(course: Course, slug: str) -> Lesson | None:
    lesson = course.lessons.filter(slug=slug).select_related("quiz", "course").first() if slug else None
    if slug and lesson is None:
        raise CommandError(f"There is no lesson {slug} in {course}.")
    return lesson


def session_of(course: Course, slug: str) -> Session:
    sessions = course.sessions.select_related("course")
    session = sessions.filter(slug=slug).first() if slug else sessions.last()
    if session is None:
        raise CommandError(
            f"There is no session {slug} in {course}." if slug else f"{course} has no session yet."
        )
    return session


# Any: JSON
def as_dict(imported: Imported) -> dict[str, Any]:
    losses = [
        {"path": each.path, "line": each.line, "question": each.key, "message": each.message}
        for each in imported.losses
    ]
    quizzes = [
        {"title": part.title, "keys": [question.key for question in part.questions], "markdown": part.source}
        for part in imported.parts
    ]
    return {"format": imported.format, "quizzes": quizzes, "losses": losses}
