"""The rubric of a lab.yaml: criteria that a person marks. The engine only reads it, and adds up its points."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from .formats.yaml_values import Value
from .parameters import Identifier, Points, read_fields
from .problem import Problem
from .words import quoted

MAX_CRITERIA = 30
MAX_LEVELS = 10
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Level:
    """A degree to which a criterion is met. No two levels of a criterion have the same points."""

    says: str
    points: Points


@dataclass(frozen=True)
class _Fields:
    id: Identifier
    says: str
    points: Points | None = None
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True)
class Criterion:
    """A statement that a person judges. With `levels`, one is chosen; else any points up to `points` are given."""

    id: str
    says: str
    points: Decimal
    levels: tuple[Level, ...] = ()

    def allows(self, given: Decimal) -> bool:
        """Return True if these points may be given: those of a level, or up to all with at most two decimals."""
        if self.levels:
            return any(level.points == given for level in self.levels)
        return 0 <= given <= self.points and given == round(given, 2)


Rubric = tuple[Criterion, ...]


def read_rubric(
    value: Value | None, taken: Iterable[str], problems: list[Problem], key: str = "rubric"
) -> Rubric:
    """Return the criteria that could be read. `taken` are the IDs of the checks, `key` is named in problems."""
    if value is None:
        return ()
    if not isinstance(value.data, list) or not value.data:
        problems.append(Problem(value.line, key, "expected a list of at least one criterion"))
        return ()
    if len(value.data) > MAX_CRITERIA:
        problems.append(Problem(value.line, key, f"{len(value.data)} criteria; the limit is {MAX_CRITERIA}"))
    found = [criterion for item in value.data if (criterion := _read_criterion(item, problems, key))]
    problems.extend(_id_problems(value.data, set(taken), key))
    return tuple(found)


def _read_criterion(item: Value, problems: list[Problem], key: str) -> Criterion | None:
    if not isinstance(item.data, dict):
        message = "expected a criterion: a mapping with the keys id, says, and points or levels"
        problems.append(Problem(item.line, key, message))
        return None
    own: list[Problem] = []
    read = read_fields(_Fields, item.data, item.line, f"{key}.", own)
    if read:
        own.extend(_points_problems(item, read, key))
    problems.extend(own)
    if own:
        return None
    points = read.points if read.points is not None else max(level.points for level in read.levels)
    return Criterion(read.id, read.says, points, read.levels)


def _points_problems(item: Value, read: _Fields, key: str) -> Iterator[Problem]:
    if (read.points is None) == (not read.levels):
        yield Problem(item.line, key, "a criterion has either points or levels, and exactly one of them")
        return
    if read.points is not None:
        if not read.points:
            yield Problem(item.line, f"{key}.points", "expected more than 0 points")
        return
    points = [level.points for level in read.levels]
    if not 2 <= len(points) <= MAX_LEVELS:
        yield Problem(item.line, f"{key}.levels", f"expected 2 to {MAX_LEVELS} levels, found {len(points)}")
    if len(set(points)) < len(points):
        yield Problem(
            item.line, f"{key}.levels", "two levels have the same points: merge them, or change one"
        )


def _id_problems(items: list[Value], taken: set[str], key: str) -> Iterator[Problem]:
    for item in items:
        name = item.data.get("id") if isinstance(item.data, dict) else None
        if name is None:
            continue
        if str(name.data) in taken:
            message = f"a check or an earlier criterion already has the ID {quoted(str(name.data))}"
            yield Problem(name.line, f"{key}.id", message)
        taken.add(str(name.data))


def points_of(rubric: Rubric) -> Decimal:
    return sum((criterion.points for criterion in rubric), NOTHING)


def given_points(rubric: Rubric, marks: Mapping[str, Decimal]) -> Decimal:
    """Return the points of marks by criterion ID. Marks for other criteria are ignored, higher ones cut."""
    return sum((min(marks[each.id], each.points) for each in rubric if each.id in marks), NOTHING)


def waiting_points(rubric: Rubric, marks: Mapping[str, Decimal]) -> Decimal:
    """Return the points of the criteria without a mark."""
    return points_of(tuple(each for each in rubric if each.id not in marks))
