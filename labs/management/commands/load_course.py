from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from labs.course_files import check_proofs, read_labs, write_labs
from lessons.course_files import CourseFiles, read_course
from lessons.course_loading import Changes, check_markdown, write_course
from lessons.files import LoadError


class Command(BaseCommand):
    help = "Load a course from its folder. Nothing is written when anything in it is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the folder that holds course.yaml")

    def handle(self, *, path: Path, verbosity: int, **options) -> None:
        try:
            changes = load(read_course(path))
        except LoadError as error:
            raise CommandError(f"{error}\nNothing was loaded. Problems: {len(error.problems)}") from error
        for word in WORDS if verbosity > 1 else ("kept", "conflicts"):
            for item in getattr(changes, word):
                self.stdout.write(f"{WORDS[word]}: {item}")
        self.stdout.write(summary(changes))
        if changes.conflicts:
            raise CommandError(
                "Changed in the portal and in the file: the portal's text was kept, see above."
            )


WORDS = {
    "created": "created",
    "updated": "updated",
    "kept": "kept as changed in the portal",
    "conflicts": "CONFLICT, kept as changed in the portal",
}


def load(files: CourseFiles) -> Changes:
    """Load all of a course or nothing. Raises LoadError with everything that is wrong."""
    labs = read_labs(files)
    check_markdown(files)
    check_proofs(labs)
    files.fail_on_problems()
    changes = Changes()
    with transaction.atomic():
        course = write_course(files, changes)
        write_labs(course, files, labs, changes)
    return changes


def summary(changes: Changes) -> str:
    counts = [f"{len(getattr(changes, word))} {word}" for word in WORDS if getattr(changes, word)]
    return f"Course loaded: {', '.join(counts) or 'nothing changed'}."
