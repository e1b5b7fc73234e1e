from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from lessons.course_files.lab_files import CannotCheckError
from lessons.course_files.matching import FilesGoneError
from lessons.course_files.reading import read_course
from lessons.course_files.source import LoadError
from lessons.course_files.whole import WORDS, load_course, summary


class Command(BaseCommand):
    help = "Load a course from its folder. If anything in it is wrong, nothing is loaded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the folder that contains course.yaml")
        parser.add_argument(
            "--removed",
            choices=["keep", "draft"],
            default="",
            help="if a file is gone, keep its content in the portal (keep) or hide it from learners (draft)",
        )

    def handle(self, *, path: Path, removed: str, verbosity: int, **options: object) -> None:
        try:
            files = read_course(path)
            changes = load_course(files, removed)
        except LoadError as error:
            raise CommandError(f"{error}\nNothing was loaded. Problems: {len(error.problems)}") from error
        except FilesGoneError as error:
            raise CommandError(f"{error}\n{WHAT_BECOMES}") from error
        except CannotCheckError as error:
            raise CommandError(f"{error}\nNothing was loaded.") from error
        for word in WORDS if verbosity > 1 else ("renamed", "kept", "conflicts"):
            for item in getattr(changes, word):
                self.stdout.write(f"{WORDS[word]}: {item}")
        for warning in files.warnings:
            self.stdout.write(f"warning: {warning}")
        self.stdout.write(summary(changes))
        if changes.conflicts:
            raise CommandError(
                "Changed in both the portal and the file: the portal's version was kept. See above."
            )


WHAT_BECOMES = (
    "The files of these items are gone. Nothing was loaded. If you renamed a file, give it a key (docs/production.md)."
    " Otherwise, run this again with --removed=draft to hide them from learners, or --removed=keep to leave them"
    " unchanged. Learners' work is kept either way."
)
