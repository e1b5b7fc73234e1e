from argparse import ArgumentParser
from collections.abc import Collection
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from lessons.course_files.dumping import dump_course
from lessons.models import Course


class Command(BaseCommand):
    help = (
        "Write a course to a folder, as load_course reads it. Files with the same content are left unchanged."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("course", help="the slug of the course")
        parser.add_argument("path", type=Path, help="the folder for course.yaml; created if it is missing")
        parser.add_argument(
            "--delete",
            action="store_true",
            help="delete lessons and quizzes that the portal does not have",
        )

    def handle(self, *, course: str, path: Path, delete: bool, **options: object) -> None:
        found = Course.objects.filter(slug=course).first()
        if found is None:
            known = ", ".join(Course.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no course {course}. Courses: {known}.")
        dump = dump_course(found)
        try:
            files = dump.contents()
            written = [name for name, data in files.items() if _write(path / name, data)]
            foreign = _other_lessons(path, dump.files)
            for name in foreign if delete else ():
                (path / name).unlink()
        except OSError as error:
            raise CommandError(f"Cannot write to {path}: {error.strerror}.") from error
        for warning in dump.warnings:
            self.stdout.write(f"warning: {warning}")
        for name in foreign:
            self.stdout.write(f"{'deleted' if delete else 'not in the portal'}: {path / name}")
        self.stdout.write(f"Course written to {path}. Files: {len(files)}, changed: {len(written)}.")
        if foreign and not delete:
            raise CommandError(
                "load_course would load the files that are not in the portal. Delete them, or run this with --delete."
            )


def _write(path: Path, data: bytes) -> bool:
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return True


def _other_lessons(folder: Path, files: Collection[str]) -> list[str]:
    # Only these are read without being listed.
    sessions = [
        folder / name.removesuffix("/session.yaml") for name in files if name.endswith("/session.yaml")
    ]
    found = {path.relative_to(folder).as_posix() for session in sessions for path in session.glob("*.md")}
    return sorted(found - set(files))
