"""Gather classrooms from exported files: who, which assignments, which tests and which marks."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from labs.classroom import exports, marks, people, tests, trees
from labs.classroom.attaching import Attacher
from labs.classroom.documents import (
    DocumentError,
    Record,
    line_of,
    read_json,
    read_yaml_file,
    record,
    records,
)
from labs.classroom.model import Assignment, Classroom, ClassroomTest, Files, Reading
from labs.classroom.tables import Table, TableError, read_table

MAX_CLASSROOMS = 50
MAX_NAMED = 20
_RESULTS = ("result.json", "results.json")


def read_classrooms(files: Files, reading: Reading | None = None, title: str = "") -> Reading:
    """Return the classrooms that the files describe, with findings. `title` is for files that name no classroom."""
    gatherer = _Gatherer(files, reading or Reading(), title)
    gatherer.gather()
    return gatherer.reading


class _Gatherer:
    def __init__(self, files: Files, reading: Reading, title: str) -> None:
        self.files, self.reading = files, reading
        self.attacher = Attacher(reading, title)
        self.roots = trees.marked_roots(files)
        self.used: set[str] = set()
        self.tables = dict(self._tables())

    def gather(self) -> None:
        # Definitions first, so that marks and rosters find what they belong to.
        for path in self._named("classrooms.json"):
            for value in records(self._json(path))[:MAX_CLASSROOMS]:
                self.attacher.add_classroom(exports.read_classroom(value), self._folder_of(path, value))
        for path in self._named("classroom.json"):
            value = record(self._json(path))
            if exports.is_classroom(value):
                self.attacher.add_classroom(exports.read_classroom(value), str(PurePosixPath(path).parent))
        for path in (*self._named("assignments.json"), *self._named("assignment.json")):
            self._read_assignments(path)
        self._read_repositories()
        self._read_tests_files()
        # Rosters last: marks may say which classroom this is.
        rosters = {path: table for path, table in self.tables.items() if not self._read_marks(path, table)}
        for path, table in rosters.items():
            if people.is_roster(table):
                self.used.add(path)
                self.attacher.add_people(path, people.read_roster(table, path, self.reading))
        self._read_results()
        self.reading.classrooms = self.attacher.finish()
        self._name_unused()

    def _folder_of(self, path: str, value: Record) -> str:
        folder = PurePosixPath(path).parent / f"classroom-{line_of(value, 'id')}"
        return str(folder)

    def _named(self, name: str) -> list[str]:
        return [
            path
            for path in sorted(self.files)
            if path.endswith(f"/{name}") and not self._is_in_repository(path)
        ]

    def _is_in_repository(self, path: str) -> bool:
        return trees.is_inside(path, self.roots)

    def _tables(self) -> Iterator[tuple[str, Table]]:
        # A repository may have tables as data; one with learners in it must not become part of a starter.
        for path in (path for path in sorted(self.files) if path.lower().endswith((".csv", ".txt"))):
            in_repository = self._is_in_repository(path)
            try:
                table = read_table(self.files[path])
            except TableError as error:
                if not in_repository:
                    self.used.add(path)
                    self.reading.add(
                        path, "the file was not read", str(error), "Correct it, and import again"
                    )
                continue
            if not in_repository or _has_learners(table):
                yield path, table

    # Any: values of JSON
    def _json(self, path: str) -> Any:
        self.used.add(path)
        try:
            return read_json(self.files[path])
        except DocumentError as error:
            self.reading.add(path, "the file was not read", str(error), "Export it again")
            return None

    def _read_assignments(self, path: str) -> None:
        value = self._json(path)
        items = [value] if exports.is_assignment(record(value)) else exports.read_assignments(value)
        for item in items:
            home = self.attacher.classroom_for(path, record(item.get("classroom")))
            made = self.attacher.add_assignment(home, exports.read_assignment(item, self.reading))
            self._read_declared(made, item, path)
            self._read_accepted(path, made, home)

    def _read_declared(self, made: Assignment, item: Record, path: str) -> None:
        # the tests that Classroom 50 keeps with the assignment
        if records(item.get("tests")) and not made.tests:
            folder = f"{PurePosixPath(path).parent}/autograders/{made.slug}"
            made.tests = tests.read_classroom50(item["tests"], path, self.reading, self._fixture_in(folder))

    def _fixture_in(self, folder: str) -> tests.Fixture:
        return lambda name: self.files.get(str(PurePosixPath(folder) / name))

    def _read_accepted(self, path: str, made: Assignment, home: Classroom) -> None:
        beside = f"{PurePosixPath(path).parent}/accepted-assignments.json"
        if not path.endswith("/assignment.json") or beside not in self.files:
            return
        value = self._json(beside)
        home.people += marks.read_students(value)
        for mark, group in marks.read_accepted(value, beside, self.reading):
            name = "group" if made.is_group or len(group) > 1 else ""
            self.attacher.add_marks(made, [replace(mark, person=person, group=name) for person in group])

    # --- repositories -----------------------------------------------------------------------------------------------

    def _read_repositories(self) -> None:
        marked = list(self.roots)
        for root in marked:
            if not trees.solved_name(root):
                self._read_repository(root)
        named = trees.named_roots(self.files, self.attacher.names())
        others = [root for root in named if not _overlaps(root, marked)]
        for root in [*others, *filter(trees.solved_name, marked)]:
            self._read_files(root, trees.solved_name(root) or trees.name_of(root))
        self.roots += others

    def _read_repository(self, root: str) -> None:
        own = trees.files_below(self.files, root)
        made = self.attacher.assignment_for(root, trees.name_of(root))
        found = self._tests_of(own, root)
        if made.tests and found:
            why = "Its tests were already read from a different file"
            self.reading.add(
                root, "its tests were not imported", why, "Remove one of the two, and import again"
            )
        made.tests = made.tests or found
        self._read_files(root, trees.name_of(root))

    def _tests_of(self, own: dict[str, bytes], root: str) -> list[ClassroomTest]:
        # A repository that moved to the workflow may still have the old file, which no longer counted.
        for path in trees.WORKFLOWS:
            if path in own and (found := self._workflow(own[path], f"{root}/{path}")):
                return found
        for path in (trees.OLD_TESTS, *trees.CLASSMOJI_TESTS):
            if path in own:
                value, where = self._json(f"{root}/{path}"), f"{root}/{path}"
                if path == trees.OLD_TESTS:
                    return tests.read_autograding(value, where, self.reading)
                listed = value if isinstance(value, list) else record(value).get("tests")
                return tests.read_classmoji(listed, where, self.reading)
        return []

    def _workflow(self, data: bytes, where: str) -> list[ClassroomTest]:
        self.used.add(where)
        try:
            return tests.read_workflow(read_yaml_file(data), where, self.reading)
        except DocumentError as error:
            self.reading.add(where, "the file was not read", str(error), "Correct it, and import again")
            return []

    def _read_files(self, root: str, name: str) -> None:
        personal = {
            path.removeprefix(f"{root}/") for path, table in self.tables.items() if _has_learners(table)
        }
        own = trees.without_classroom(trees.files_below(self.files, root), personal)
        made = self.attacher.assignment_for(root, name)
        self.used.update(f"{root}/{path}" for path in trees.files_below(self.files, root))
        if trees.solved_name(root):
            made.solution = made.solution or own
        elif made.files and made.files != own:
            self.reading.add(
                root, "the folder was not imported", "A different one has the same name", "Remove one"
            )
        else:
            made.files = own

    def _read_tests_files(self) -> None:
        for path in self._named("tests.json"):
            value, folder = self._json(path), PurePosixPath(path).parent
            listed = value if isinstance(value, list) else record(value).get("tests")
            made = self.attacher.assignment_for(path, folder.name)
            if made.tests:
                continue  # Classroom 50 makes this file from its assignments
            if any("method" in item for item in records(listed)):
                made.tests = tests.read_classmoji(listed, path, self.reading)
            else:
                made.tests = tests.read_classroom50(listed, path, self.reading, self._fixture_in(str(folder)))

    # --- tables and results -----------------------------------------------------------------------------------------

    def _read_marks(self, path: str, table: Table) -> bool:
        # False for a table of something else
        if marks.is_grades(table):
            self.attacher.add_named(path, marks.read_grades(table, path, self.reading))
        elif marks.is_scores(table):
            found = list(marks.read_score_rows(table, path, self.reading))
            self.attacher.add_marks(self.attacher.assignment_for(path, PurePosixPath(path).stem), found)
        else:
            return False
        self.used.add(path)
        return True

    def _read_results(self) -> None:
        for path in self._named("scores.json"):
            self.attacher.add_named(path, list(marks.read_scores(self._json(path), path, self.reading)))
        for path in (path for name in _RESULTS for path in self._named(name)):
            self.attacher.add_named(path, list(marks.read_result(self._json(path), path, self.reading)))

    def _name_unused(self) -> None:
        unused = [
            path for path in sorted(self.files) if path not in self.used and not self._is_in_repository(path)
        ]
        rest = len(unused) - MAX_NAMED
        for path in unused[:MAX_NAMED]:
            why = "Not a known file of GitHub Classroom, Classroom 50 or classmoji"
            self.reading.add(
                path, "the file was not used", why, "Nothing to do, unless you expected it to be used"
            )
        if rest > 0:
            self.reading.add("Files", f"{rest:,} more files were not used", "See above", "Nothing to do")


def _overlaps(root: str, others: list[str]) -> bool:
    return trees.is_inside(root, others) or any(trees.is_inside(each, [root]) for each in others)


def _has_learners(table: Table) -> bool:
    return marks.is_grades(table) or marks.is_scores(table) or table.has(*people.CLASSROOM)
