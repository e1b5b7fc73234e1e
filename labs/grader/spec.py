"""lab.yaml as frozen dataclasses; all problems of a file are reported at once, each with its line."""

from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Literal

from .check_specs import CheckSpec, read_checks, texts_of
from .formats.yaml_values import Value, read_yaml
from .parameters import Percent, Requirement, TagPattern, described, read_fields
from .problem import Problem
from .redaction import checks_digest
from .redaction import public_text as _public_text
from .review import Review, read_review
from .rubric import Rubric, points_of, read_rubric
from .scenarios import Scenario, read_scenarios
from .schema_1.edits import applied
from .schema_1.rewriting import Rewriting, rewriting
from .starters import FolderFiles, Starter, start_of_folder, starter_problems

__all__ = ["CheckSpec", "LabSpec", "SpecError", "load_spec", "public_text"]

SCHEMAS = (1, 2)


class SpecError(Exception):
    """lab.yaml has mistakes. `problems` are in the order of their lines."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Python:
    """Packages installed for learners' code, each with its exact version."""

    requirements: tuple[Requirement, ...]


@dataclass(frozen=True)
class Counts:
    """The pushes that are graded: those that bring or move a tag of one of these names."""

    tags: TagPattern | tuple[TagPattern, ...]


@dataclass(frozen=True)
class _File:
    schema: Literal[2]
    title: str
    pass_mark: Percent
    checks: Value
    starter: Starter | None = None
    rubric: Value | None = None
    review: Value | None = None
    scenarios: Value | None = None
    python: Python | None = None
    lessons: str = ""
    counts: Counts | None = None


@dataclass(frozen=True)
class LabSpec:
    """One lab. `pass_mark` is in percent; `digest` is the SHA-256 of the text in hexadecimal digits.

    `schema` is that of the text. `checks_digest` is like `digest` for the public text, see `redaction`. `lessons` is
    the base URL of the lessons, if the portal that serves the text has put it there. `scenarios` are
    repositories by which the lab proves its checks, see `proof`. `starters` are the commits that learners start from,
    `start` makes them if the text describes them. With `counted_tags`, names in which `*` replaces any text, a push is
    graded only if it brings or moves such a tag. `folder` are the files of a starter that is a folder, if given.
    `rubric` are the criteria that staff mark, and `review` has those that other learners judge.
    """

    schema: int
    title: str
    pass_mark: int
    starters: tuple[str, ...]
    checks: tuple[CheckSpec, ...]
    scenarios: tuple[Scenario, ...]
    digest: str
    checks_digest: str
    python: Python | None = None
    lessons: str = ""
    start: Scenario | None = None
    counted_tags: tuple[str, ...] = ()
    folder: FolderFiles | None = None
    rubric: Rubric = ()
    review: Review | None = None

    @property
    def max_points(self) -> Decimal:
        """The points of the checks and of all criteria."""
        return sum((check.points for check in self.checks), self.rubric_points)

    @property
    def rubric_points(self) -> Decimal:
        """The points that people give: those of the rubric and of the peer review."""
        return points_of(self.rubric) + points_of(self.review.criteria if self.review else ())

    def lesson_address(self, name: str) -> str:
        # the name itself if the text has no base URL
        slug, hash_sign, heading = name.partition("#")
        return f"{self.lessons}{slug}/{hash_sign}{heading}" if self.lessons else name


def load_spec(text: str, folder: FolderFiles | None = None) -> LabSpec:
    """Return the lab that a lab.yaml describes. Raises SpecError with every problem that could be found.

    `folder` are the files of the folder `starter`, for a lab that starts from it.
    """
    root, problems = read_yaml(text)
    if root is None:
        raise SpecError(problems)
    if not isinstance(root.data, dict):
        raise SpecError(
            [*problems, Problem(root.line, "", "expected a mapping with keys such as title and checks")]
        )
    schema = read_schema(root.data, problems)
    old = rewriting(root) if schema == 1 else None
    data = _newest(root.data, root, old, problems)
    if "schema" in data:  # its problems are already reported
        data["schema"] = Value(1, SCHEMAS[-1])
    file = read_fields(_File, data, root.line, "", problems)
    checks = read_checks(data.get("checks"), old, problems)
    starter = (file.starter if file else None) or Starter()
    ids = texts_of(data.get("checks"), "id")
    rubric = read_rubric(data.get("rubric"), ids, problems)
    review = read_review(data.get("review"), (*ids, *(each.id for each in rubric)), problems)
    first = start_of_folder(folder, data["starter"].line) if starter.folder else None
    scenarios = read_scenarios(data.get("scenarios"), ids, problems, starter.scenario, first)
    start = _start(data, starter, scenarios, first, problems) if file else None
    if file and file.counts and not file.counts.tags:
        problems.append(Problem(data["counts"].line, "counts.tags", "expected at least one name of a tag"))
    if problems:
        raise SpecError(problems)
    starters = start.play().starters if start and start.is_complete else starter.commits
    return LabSpec(
        schema=schema,
        title=file.title,
        pass_mark=file.pass_mark,
        starters=starters,
        start=start,
        checks=tuple(checks),
        scenarios=scenarios,
        digest=sha256(text.encode()).hexdigest(),
        python=file.python,
        checks_digest=checks_digest(root, starters),
        lessons=file.lessons,
        counted_tags=_counted_tags(file.counts),
        folder=folder if first else None,
        rubric=rubric,
        review=review,
    )


def public_text(source: str, lessons: str = "") -> str:
    """Return the public lab.yaml, for learners, see `redaction`. Raises SpecError."""
    return _public_text(source, lessons, load_spec(source).starters)


def read_schema(data: dict[str, Value], problems: list[Problem]) -> int:
    # the latest one if a problem was added
    value, newest = data.get("schema"), SCHEMAS[-1]
    number = value.data if value else None
    if type(number) is int and number in SCHEMAS:
        return number
    if value is None:
        return newest  # reported as a missing key
    if type(number) is int and number > newest:
        # the major version of labcheck is one above the latest schema that it reads
        later = f"this lab needs labcheck {number + 1} or later: download it from the lab's page"
        raise SpecError([Problem(value.line, "schema", later)])
    message = f"expected {newest}, or 1 in an older lab.yaml, found {described(number)}"
    problems.append(Problem(value.line, "schema", message))
    return newest


def _newest(
    data: dict[str, Value], root: Value, old: Rewriting | None, problems: list[Problem]
) -> dict[str, Value]:
    if old is None:
        return dict(data)
    problems.extend(old.problems)
    read = applied(root, old.edits).data
    assert isinstance(read, dict)  # noqa: S101 - as it was before
    return read


def _start(
    data: dict[str, Value],
    starter: Starter,
    scenarios: tuple[Scenario, ...],
    first: Scenario | None,
    problems: list[Problem],
) -> Scenario | None:
    # the scenario that makes the starter; its own problems are already reported
    value, names = data.get("starter"), texts_of(data.get("scenarios"), "name")
    if value is None or value.data is None:
        return None
    start = first or next((each for each in scenarios if each.name == starter.scenario), None)
    problems.extend(starter_problems(value, starter, names, start))
    return start


def _counted_tags(counts: Counts | None) -> tuple[str, ...]:
    tags = counts.tags if counts else ()
    return tags if isinstance(tags, tuple) else (tags,)
