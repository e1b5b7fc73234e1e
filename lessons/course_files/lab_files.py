"""The labs of a course folder, which `labs` reads, checks and writes: it registers how."""

from typing import Any, Protocol

from lessons.course_files.loading import Changes
from lessons.course_files.matching import Plan
from lessons.course_files.reading import CourseEntry, CourseFiles
from lessons.links import Links
from lessons.models import Course
from lessons.texts.problem import Problem


class CannotCheckError(Exception):
    """Scenarios cannot run on this machine; the message says why."""


class LabFiles(Protocol):
    """`read` and `check_proofs` add problems to the files.

    `check_proofs` needs no database unless `stored`. Raises CannotCheckError.
    """

    def read(self, files: CourseFiles) -> list[CourseEntry]: ...

    def check_proofs(self, files: CourseFiles, entries: list[CourseEntry], *, stored: bool) -> None: ...

    def write(self, files: CourseFiles, entries: list[CourseEntry], plan: Plan, changes: Changes) -> None: ...

    # Any: a row of labs. The lessons that its checks name and that are not in the course
    def broken_lessons(self, lab: Any, links: Links) -> list[Problem]: ...

    # Any: rows of labs, in order
    def rows(self, course: Course) -> list[Any]: ...

    def starters(self, course: Course) -> dict[str, bytes]:
        """Return the files of folders that labs start from, by their paths in the course folder."""
        ...


class _NoLabs:
    # A course without labs is complete.
    def read(self, files: CourseFiles) -> list[CourseEntry]:
        return []

    def check_proofs(self, files: CourseFiles, entries: list[CourseEntry], *, stored: bool) -> None:
        pass

    def write(self, files: CourseFiles, entries: list[CourseEntry], plan: Plan, changes: Changes) -> None:
        pass

    def broken_lessons(self, lab: Any, links: Links) -> list[Problem]:
        return []

    def rows(self, course: Course) -> list[Any]:
        return []

    def starters(self, course: Course) -> dict[str, bytes]:
        return {}


_registered: list[LabFiles] = [_NoLabs()]


def register_lab_files(labs: LabFiles) -> None:
    _registered[:] = [labs]


def lab_files() -> LabFiles:
    return _registered[0]
