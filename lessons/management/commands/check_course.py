import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand

from lessons.course_files.lab_files import CannotCheckError
from lessons.course_files.reading import read_course
from lessons.course_files.source import LoadError
from lessons.course_files.whole import check_course
from lessons.texts.problem import Problem

GOOD, HAS_PROBLEMS, COULD_NOT = 0, 1, 2


class Command(BaseCommand):
    help = (
        "Check the folder of a course as load_course does, without a database. "
        "Exit status: 0 it can be loaded, 1 it has problems, 2 it could not be checked."
    )
    requires_system_checks = ()  # the settings of a portal do not matter here

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the folder that contains course.yaml")
        parser.add_argument("--json", action="store_true", help="print the problems as JSON")

    def handle(self, *, path: Path, json: bool, **options: object) -> None:
        if not (path / "course.yaml").is_file():
            self.stderr.write(f"{path / 'course.yaml'} is missing. Give the folder of a course.")
            sys.exit(COULD_NOT)
        try:
            problems, warnings = _check(path)
        except CannotCheckError as error:
            self.stderr.write(str(error))
            sys.exit(COULD_NOT)
        if json:
            self.stdout.write(_as_json(path, problems, warnings))
        else:
            self._print(path, problems, warnings)
        sys.exit(HAS_PROBLEMS if problems else GOOD)

    def _print(self, path: Path, problems: list[Problem], warnings: list[Problem]) -> None:
        for problem in problems:
            self.stdout.write(str(problem))
        for warning in warnings:
            self.stdout.write(f"warning: {warning}")
        found = f"Problems: {len(problems)}, warnings: {len(warnings)}."
        self.stdout.write(
            f"{path} can be loaded. {found}" if not problems else f"{path} cannot be loaded. {found}"
        )


def _check(path: Path) -> tuple[list[Problem], list[Problem]]:
    try:
        files = read_course(path, checks_images=False)
    except LoadError as error:
        return sorted(error.problems), []
    check_course(files, stored=False)
    return sorted(files.problems), sorted(files.warnings)


def _as_json(path: Path, problems: list[Problem], warnings: list[Problem]) -> str:
    found = {
        "course": str(path),
        "problems": list(map(asdict, problems)),
        "warnings": list(map(asdict, warnings)),
    }
    return json.dumps(found, indent=2, ensure_ascii=False)
