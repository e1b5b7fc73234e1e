import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lessons.models import Quiz
from lessons.quiz_files import export_of
from lessons.quizzes import QuizSyntaxError
from lessons.quizzes.formats import EXPORTS


class Command(BaseCommand):
    help = "Write a quiz in the format of another system, and name what that format cannot hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("quiz", help="the slug of the quiz")
        parser.add_argument("--course", required=True, help="the slug of the course")
        parser.add_argument("--format", required=True, choices=sorted(EXPORTS))
        parser.add_argument(
            "--output", default="", help="the file to write, - for the terminal (default: by the slug)"
        )

    def handle(self, *, quiz: str, course: str, format: str, output: str, **options: Any) -> None:
        found = Quiz.objects.filter(course__slug=course, slug=quiz).first()
        if found is None:
            raise CommandError(f"There is no quiz {quiz} in the course {course}.")
        try:
            exported = export_of(found, format)
        except QuizSyntaxError as error:
            raise CommandError(f"{error}\nFix the quiz first. Nothing was written.") from error
        for loss in exported.losses:
            self.stderr.write(f"lost: {loss}")
        if output == "-":
            sys.stdout.buffer.write(exported.data)
            return
        path = Path(output or f"{quiz}.{exported.ending}")
        try:
            path.write_bytes(exported.data)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        self.stdout.write(f"Wrote {path}.")
