from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from labs.authoring.course_files import check_proofs, read_labs, write_labs
from lessons.course_files.loading import Changes, check_markdown, entries_of, open_course, write_course
from lessons.course_files.matching import FilesGoneError, follow_renames, plan_load, settle_removed
from lessons.course_files.reading import CourseFiles, read_course
from lessons.course_files.source import LoadError


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
            changes = load(files, removed)
        except LoadError as error:
            raise CommandError(f"{error}\nNothing was loaded. Problems: {len(error.problems)}") from error
        except FilesGoneError as error:
            raise CommandError(f"{error}\n{WHAT_BECOMES}") from error
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


WORDS = {
    "created": "created",
    "updated": "updated",
    "renamed": "renamed; the old URL redirects",
    "kept": "kept as changed in the portal",
    "conflicts": "CONFLICT, kept as changed in the portal",
}


WHAT_BECOMES = (
    "The files of these items are gone. Nothing was loaded. If you renamed a file, give it a key (docs/production.md)."
    " Otherwise, run this again with --removed=draft to hide them from learners, or --removed=keep to leave them"
    " unchanged. Learners' work is kept either way."
)


def load(files: CourseFiles, removed: str = "") -> Changes:
    """Load all of a course or nothing. Raises LoadError with everything that is wrong, and FilesGoneError."""
    labs = read_labs(files)
    check_markdown(files)
    check_proofs(labs)
    files.fail_on_problems()
    changes = Changes()
    with transaction.atomic():
        plan = plan_load(open_course(files, changes), files, labs)
        files.fail_on_problems()
        settle_removed(plan, removed)
        changes.renamed += follow_renames(plan, entries_of(files, labs))
        write_course(files, plan, changes)
        write_labs(files, labs, plan, changes)
    return changes


def summary(changes: Changes) -> str:
    counts = [f"{len(getattr(changes, word))} {word}" for word in WORDS if getattr(changes, word)]
    return f"Course loaded: {', '.join(counts) or 'nothing changed'}."
