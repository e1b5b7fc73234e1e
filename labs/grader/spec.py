"""lab.yaml as frozen dataclasses; all that is wrong with a file is said at once, each with its line."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Literal

from .checks import KINDS, Kind
from .checks.withheld import Withheld
from .parameters import (
    Identifier,
    LessonAddress,
    ObjectId,
    Percent,
    Points,
    Requirement,
    did_you_mean,
    read_fields,
)
from .public import checks_digest, is_withheld
from .public import public_text as _public_text
from .scenarios import Scenario, read_scenarios
from .words import listed, quoted
from .yaml_values import Problem, Value, read_yaml

__all__ = ["CheckSpec", "LabSpec", "Problem", "SpecError", "load_spec", "public_text"]


MOST_CODE_SECONDS = 180


class SpecError(Exception):
    """lab.yaml needs mending. `problems` are in the order of their lines."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class _Common:
    """What every check may say, whatever its kind."""

    id: Identifier
    says: str
    points: Points
    needs: tuple[Identifier, ...] = ()
    teaches: Literal["plumbing", "skill"] = "plumbing"
    fix: str | None = None
    hint: str | None = None
    lesson: LessonAddress | None = None


@dataclass(frozen=True, kw_only=True)
class CheckSpec(_Common):
    """One check. `parameters` is an instance of the kind's own dataclass, `line` where the check begins."""

    kind: str
    parameters: Kind
    line: int


@dataclass(frozen=True)
class Python:
    """What learners' code finds installed: packages, each with its exact version."""

    requirements: tuple[Requirement, ...]


@dataclass(frozen=True)
class _File:
    schema: Literal[1]
    title: str
    pass_mark: Percent
    checks: Value
    starter: ObjectId | None = None
    scenarios: Value | None = None
    python: Python | None = None
    lessons: str = ""


@dataclass(frozen=True)
class LabSpec:
    """One lab. `pass_mark` is in percent; `digest` is the SHA-256 of the text in hexadecimal digits.

    `checks_digest` is the same for the text that learners may have, see `public`.
    `lessons` is the address below which lessons are read, where the portal that serves the text has put it there.
    `scenarios` are repositories by which the lab proves its checks, see `proof`.
    """

    schema: int
    title: str
    pass_mark: int
    starter: str | None
    checks: tuple[CheckSpec, ...]
    scenarios: tuple[Scenario, ...]
    digest: str
    checks_digest: str
    python: Python | None = None
    lessons: str = ""

    def lesson_address(self, name: str) -> str:
        """Where a lesson that a check names is read, as far as this text says."""
        slug, hash_sign, heading = name.partition("#")
        return f"{self.lessons}{slug}/{hash_sign}{heading}" if self.lessons else name


def load_spec(text: str) -> LabSpec:
    """The lab that a lab.yaml describes. Raises SpecError with every problem that could be found."""
    root, problems = read_yaml(text)
    if root is None:
        raise SpecError(problems)
    if not isinstance(root.data, dict):
        raise SpecError([*problems, Problem(root.line, "", "keys such as title and checks are expected")])
    file = read_fields(_File, root.data, root.line, "", problems)
    checks = _read_checks(root.data.get("checks"), problems)
    scenarios = read_scenarios(root.data.get("scenarios"), _ids(root.data.get("checks")), problems)
    if problems:
        raise SpecError(problems)
    return LabSpec(
        schema=file.schema,
        title=file.title,
        pass_mark=file.pass_mark,
        starter=file.starter,
        checks=tuple(checks),
        scenarios=scenarios,
        digest=sha256(text.encode()).hexdigest(),
        python=file.python,
        checks_digest=checks_digest(root),
        lessons=file.lessons,
    )


def public_text(source: str, lessons: str = "") -> str:
    """The lab.yaml that learners may have, see `public`. Raises SpecError."""
    load_spec(source)
    return _public_text(source, lessons)


def _read_checks(value: Value | None, problems: list[Problem]) -> list[CheckSpec]:
    if value is None:
        return []
    if not isinstance(value.data, list) or not value.data:
        problems.append(Problem(value.line, "checks", "a list of at least one check is expected"))
        return []
    checks = [check for item in value.data if (check := _read_check(item, problems))]
    problems.extend(_order_problems(value.data))
    if len(checks) == len(value.data) and not any(check.points for check in checks):
        problems.append(Problem(value.line, "checks", "no check has points: one has to have more than 0"))
    problems.extend(_time_problems(value, checks))
    return checks


def _time_problems(value: Value, checks: list[CheckSpec]) -> Iterator[Problem]:
    total = sum(check.parameters.limit() for check in checks if check.parameters.confined)
    if total > MOST_CODE_SECONDS:
        message = f"those that run code may take {total:g} seconds together; {MOST_CODE_SECONDS} are there"
        yield Problem(value.line, "checks", message)


def _read_check(item: Value, problems: list[Problem]) -> CheckSpec | None:
    if not isinstance(item.data, dict):
        problems.append(Problem(item.line, "checks", "a check with keys such as id and says is expected"))
        return None
    before = len(problems)
    kinds = [key for key in item.data if key in KINDS]
    common = {key: value for key, value in item.data.items() if key in _COMMON_KEYS}
    problems.extend(_kind_problems(item, item.data, kinds))
    base = read_fields(_Common, common, item.line, "", problems)
    parameters = [_read_parameters(kind, item.data[kind], problems) for kind in kinds]
    if len(problems) > before or parameters[0] is None:
        return None
    return CheckSpec(**vars(base), kind=kinds[0], parameters=parameters[0], line=item.line)


def _kind_problems(item: Value, data: dict[str, Value], kinds: list[str]) -> Iterator[Problem]:
    others = [key for key in data if key not in KINDS and key not in _COMMON_KEYS]
    known = [*_COMMON_KEYS, *KINDS]
    for key in others:
        noun = "is not a key or a kind of check" if not kinds else "is not a key of a check"
        yield Problem(data[key].line, key, f"{noun}. {did_you_mean(key, known)}")
    if not kinds and not others:
        yield Problem(item.line, "", f"a check needs a kind: {listed(KINDS, most=len(KINDS))}")
    if len(kinds) > 1:
        yield Problem(data[kinds[1]].line, kinds[1], f"a check has one kind, and {kinds[0]} is there already")


def _read_parameters(kind: str, value: Value, problems: list[Problem]) -> Kind | None:
    if value.data is not None and not isinstance(value.data, dict):
        problems.append(
            Problem(value.line, kind, "parameters in braces are expected, such as {branch: main}")
        )
        return None
    if value.data and is_withheld(kind, value.data):
        return Withheld()
    parameters = read_fields(KINDS[kind], value.data or {}, value.line, f"{kind}.", problems)
    if isinstance(parameters, Kind):
        for key, message in parameters.problems():
            problems.append(Problem(value.line, f"{kind}.{key}".rstrip("."), message))
        return parameters
    return None


def _ids(checks: Value | None) -> list[str]:
    items = checks.data if checks and isinstance(checks.data, list) else []
    return [str(item.data["id"].data) for item in items if isinstance(item.data, dict) and "id" in item.data]


def _order_problems(items: list[Value]) -> Iterator[Problem]:
    """Ids that are taken, and needs that no earlier check meets; so no circle can be written."""
    keyed = [item.data for item in items if isinstance(item.data, dict)]
    ids = [str(data["id"].data) for data in keyed if "id" in data]
    earlier: list[str] = []
    for data in keyed:
        needs = data.get("needs")
        for need in needs.data if needs and isinstance(needs.data, list) else []:
            name = str(need.data)
            if name not in earlier:
                later = f"{quoted(name)} does not come before this check: move it up"
                unknown = f"no check has the id {quoted(name)}. {did_you_mean(name, ids)}"
                yield Problem(need.line, "needs", later if name in ids else unknown)
        if "id" in data:
            name = str(data["id"].data)
            if name in earlier:
                yield Problem(data["id"].line, "id", f"{quoted(name)} is the id of an earlier check")
            earlier.append(name)


_COMMON_KEYS = [field.name for field in fields(_Common)]
