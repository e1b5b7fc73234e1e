"""The contents of exported files, in the same form for every system that they may come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

Files = Mapping[str, bytes]  # by path with slashes, below a folder that has the name of the upload
TestKind = Literal["command", "io", "python"]
Comparison = Literal["included", "exact", "regex"]


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that was changed or left out: its place, what it is, why, and what the teacher can do."""

    where: str
    what: str
    why: str
    to_do: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {self.why}. {self.to_do}."


@dataclass(frozen=True)
class Person:
    """A learner as a roster or a mark names them. Every field may be empty."""

    identifier: str = ""
    github_name: str = ""
    github_id: str = ""
    name: str = ""

    @property
    def email(self) -> str:
        return self.identifier.lower() if "@" in self.identifier.strip("@") else ""

    def __str__(self) -> str:
        return self.identifier or self.github_name or self.name or self.github_id


@dataclass(frozen=True)
class Mark:
    """A result of one learner. `group` is the name of the group that they worked in, if any."""

    person: Person
    points: Decimal
    out_of: Decimal
    recorded_at: datetime | None = None
    group: str = ""


@dataclass(frozen=True)
class ClassroomTest:
    """One automatic test. `seconds` is the limit that it had; `points` is None if it had none.

    `expected` is None for a test that looks at the exit status only. `checks_exit` is False if the status did not
    matter.
    """

    name: str
    kind: TestKind
    run: str
    setup: str = ""
    stdin: str = ""
    expected: str | None = None
    comparison: Comparison = "included"
    seconds: int = 60
    points: Decimal | None = None
    exit: int = 0
    checks_exit: bool = True
    where: str = ""


@dataclass
class Assignment:
    """An assignment. `key` names it in its system, if that is known; `starter` is `owner/repository`."""

    slug: str
    title: str
    key: str = ""
    starter: str = ""
    due: datetime | None = None
    is_group: bool = False
    pass_mark: int = 100
    tags: list[str] = field(default_factory=list)
    tests: list[ClassroomTest] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    solution: dict[str, bytes] = field(default_factory=dict)

    @property
    def is_only_named(self) -> bool:
        """True if marks are all that is known about it, so that it says nothing about a lab."""
        return not self.tests and not self.files

    @property
    def origin_key(self) -> str:
        return self.key or self.slug


@dataclass
class Classroom:
    """A classroom: a course with one cohort. `key` names it in its system, if that is known.

    `has_title` is False if the title was guessed, so that it must not replace a better one.
    """

    title: str
    key: str = ""
    has_title: bool = True
    assignments: list[Assignment] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)

    def assignment(self, name: str) -> Assignment | None:
        """Return the assignment with this key, slug or title, in any case."""
        wanted = name.strip().casefold()
        return next(
            (each for each in self.assignments if wanted in names_of(each)),
            None,
        )


def names_of(assignment: Assignment) -> set[str]:
    """Return the names by which files mention an assignment, in lower case."""
    own = (assignment.key, assignment.slug, assignment.title, assignment.starter.rpartition("/")[2])
    return {name.strip().casefold() for name in own} - {""}


@dataclass
class Reading:
    """All classrooms of some files, and what could not be read of them."""

    classrooms: list[Classroom] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, where: str, what: str, why: str, to_do: str) -> None:
        found = Finding(where, what, why, to_do)
        if found not in self.findings:
            self.findings.append(found)
