from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from labs.classroom.collecting import Collector, UnreadableError
from labs.classroom.course_files import CoursePlan, plan_course
from labs.classroom.gathering import read_classrooms
from labs.classroom.model import Reading
from portal.accounts.models import User, validate_time_zone
from portal.progress.classroom.importing import CannotImportError, Imported, import_course
from portal.progress.classroom.reports import lines_of_preview, lines_of_result, preview_of, result_of

NOTHING = "Nothing was found to import. docs/from-github-classroom.md says which files can be read."


class Command(BaseCommand):
    help = (
        "Import files of GitHub Classroom, Classroom 50 or classmoji. Exit 0: everything was imported unchanged, "
        "1: something differs or was left out (see the report), 2: nothing was imported."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths", nargs="+", type=Path, metavar="FOLDER", help="folders, ZIP archives or single files"
        )
        parser.add_argument("--dry-run", action="store_true", help="print the report and write nothing")
        parser.add_argument("--title", default="", help="the title, if the files do not name the classroom")
        parser.add_argument("--zone", default=settings.TIME_ZONE, help="the time zone of the cohort")
        parser.add_argument("--instructor", default="", help="the email of the instructor of a new course")

    def handle(
        self, *, paths: list[Path], dry_run: bool, title: str, zone: str, instructor: str, **options: object
    ) -> None:
        by = self._person(instructor)
        reading, plans = self._read(paths, title, zone)
        for found in reading.findings:
            self.stdout.write(f"{found.where}: {found.what}\n    {found.why}. {found.to_do}.")
        for plan in plans:
            for line in lines_of_preview(preview_of(plan)):
                self.stdout.write(line)
        done = self._import(plans, zone, by, dry_run=dry_run)
        for imported in done:
            for line in lines_of_result(result_of(imported)):
                self.stdout.write(line)
        self.stdout.write("Nothing was written, because of --dry-run." if dry_run else "Imported.")
        is_incomplete = any(
            plan.findings or imported.marks.waiting or imported.marks.twice
            for plan, imported in zip(plans, done, strict=True)
        )
        if reading.findings or is_incomplete:
            raise CommandError("Not everything was imported unchanged. See the report above.", returncode=1)

    def _person(self, email: str) -> User | None:
        found = User.objects.filter(email__iexact=email, is_active=True).first() if email else None
        if email and found is None:
            raise CommandError(f"No account uses the email {email}.", returncode=2)
        if found is not None and not found.is_staff:
            words = f"{email} is not an instructor. Run “manage.py make_instructor {email}” first."
            raise CommandError(words, returncode=2)
        return found

    def _read(self, paths: list[Path], title: str, zone: str) -> tuple[Reading, list[CoursePlan]]:
        reading = Reading()
        collector = Collector(reading)
        try:
            validate_time_zone(zone)
            for path in paths:
                collector.add_path(path)
        except UnreadableError as error:
            raise CommandError(str(error), returncode=2) from error
        except ValidationError as error:
            raise CommandError(error.messages[0], returncode=2) from error
        read_classrooms(collector.files, reading, title)
        if not reading.classrooms:
            for found in reading.findings:
                self.stderr.write(str(found))
            raise CommandError(NOTHING, returncode=2)
        return reading, [plan_course(each, zone) for each in reading.classrooms]

    def _import(
        self, plans: list[CoursePlan], zone: str, by: User | None, *, dry_run: bool
    ) -> list[Imported]:
        try:
            with transaction.atomic():
                done = [import_course(plan=plan, zone=zone, by=by) for plan in plans]
                transaction.set_rollback(dry_run)
        except CannotImportError as error:
            raise CommandError(str(error), returncode=2) from error
        return done
