"""Read the checks of a lab.yaml, each with its kind's parameters; see `spec`."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, replace
from typing import Literal

from .checks import KINDS, Kind
from .checks._shared.withheld import Withheld
from .checks.branch import BranchCheck
from .checks.tag import TagCheck
from .formats.yaml_values import Value
from .parameters import Identifier, LessonAddress, Points, did_you_mean, read_fields
from .problem import Problem
from .redaction import is_withheld
from .schema_1.branch_or_tag import BranchOrTagCheck
from .schema_1.rewriting import Rewriting, in_old_words
from .schema_1.words import KINDS as OLD_KINDS
from .words import quoted

MAX_CODE_SECONDS = 180


@dataclass(frozen=True)
class _Common:
    """Fields of every check, whatever its kind."""

    id: Identifier
    says: str
    points: Points
    needs: tuple[Identifier, ...] = ()
    teaches: Literal["plumbing", "skill"] = "plumbing"
    fix: str | None = None
    hint: str | None = None
    lesson: LessonAddress | None = None
    skills: tuple[Identifier, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CheckSpec(_Common):
    """One check. `parameters` is an instance of the kind's own dataclass, `line` the first line of the check."""

    kind: str
    parameters: Kind
    line: int


def read_checks(value: Value | None, old: Rewriting | None, problems: list[Problem]) -> list[CheckSpec]:
    """Return the checks that could be read. `old` describes the rewriting of a schema 1 text."""
    if value is None:
        return []
    if not isinstance(value.data, list) or not value.data:
        problems.append(Problem(value.line, "checks", "expected a list of at least one check"))
        return []
    kinds = KINDS if old is None else OLD_KINDS
    checks = []
    for place, item in enumerate(value.data):
        found: list[Problem] = []
        check = _read_check(item, kinds, found)
        names = old.names.get(place, {}) if old else {}
        problems.extend(in_old_words(problem, names) for problem in found)
        if check:
            either = old is not None and place in old.either
            checks.append(replace(check, parameters=_branch_or_tag(check)) if either else check)
    problems.extend(_order_problems(value.data))
    if len(checks) == len(value.data) and not any(check.points for check in checks):
        problems.append(
            Problem(value.line, "checks", "no check has points: give at least one check more than 0")
        )
    problems.extend(_time_problems(value, checks))
    return checks


def _branch_or_tag(check: CheckSpec) -> Kind:
    asked = check.parameters
    assert isinstance(asked, BranchCheck | TagCheck) and asked.at  # noqa: S101 - as they were rewritten
    return BranchOrTagCheck(asked.name, asked.at)


def _time_problems(value: Value, checks: list[CheckSpec]) -> Iterator[Problem]:
    total = sum(check.parameters.limit() for check in checks if check.parameters.confined)
    if total > MAX_CODE_SECONDS:
        message = (
            f"the checks that run code may take {total:g} seconds in total; the limit is {MAX_CODE_SECONDS}"
        )
        yield Problem(value.line, "checks", message)


def _read_check(item: Value, known: Collection[str], problems: list[Problem]) -> CheckSpec | None:
    if not isinstance(item.data, dict):
        problems.append(
            Problem(item.line, "checks", "expected a check: a mapping with keys such as id and says")
        )
        return None
    before = len(problems)
    kinds = [key for key in item.data if key in KINDS]
    common = {key: value for key, value in item.data.items() if key in COMMON_KEYS}
    problems.extend(_kind_problems(item, item.data, kinds, known))
    base = read_fields(_Common, common, item.line, "", problems)
    parameters = [_read_parameters(kind, item.data[kind], problems) for kind in kinds]
    if len(problems) > before or parameters[0] is None:
        return None
    return CheckSpec(**vars(base), kind=kinds[0], parameters=parameters[0], line=item.line)


def _kind_problems(
    item: Value, data: dict[str, Value], kinds: list[str], known: Collection[str]
) -> Iterator[Problem]:
    others = [key for key in data if key not in KINDS and key not in COMMON_KEYS]
    for key in others:
        noun = "unknown kind of check or key" if not kinds else "unknown key"
        yield Problem(data[key].line, key, f"{noun}. {did_you_mean(key, [*COMMON_KEYS, *known])}")
    if not kinds and not others:
        yield Problem(item.line, "", f"the check has no kind. Use one of: {', '.join(known)}.")
    if len(kinds) > 1:
        yield Problem(
            data[kinds[1]].line,
            kinds[1],
            f"a check has exactly one kind, and this one already has {kinds[0]}",
        )


def _read_parameters(kind: str, value: Value, problems: list[Problem]) -> Kind | None:
    if value.data is not None and not isinstance(value.data, dict):
        problems.append(Problem(value.line, kind, "expected parameters in braces, such as {name: main}"))
        return None
    if value.data and is_withheld(kind, value.data):
        return Withheld()
    parameters = read_fields(KINDS[kind], value.data or {}, value.line, f"{kind}.", problems)
    if isinstance(parameters, Kind):
        for key, message in parameters.problems():
            problems.append(Problem(value.line, f"{kind}.{key}".rstrip("."), message))
        return parameters
    return None


def texts_of(items: Value | None, key: str) -> list[str]:
    """Return the texts of a key in a list of mappings, such as the IDs of checks."""
    listed = items.data if items and isinstance(items.data, list) else []
    return [str(item.data[key].data) for item in listed if isinstance(item.data, dict) and key in item.data]


def _order_problems(items: list[Value]) -> Iterator[Problem]:
    # Needs may only name earlier checks, so no cycle is possible.
    keyed = [item.data for item in items if isinstance(item.data, dict)]
    ids = [str(data["id"].data) for data in keyed if "id" in data]
    earlier: list[str] = []
    for data in keyed:
        needs = data.get("needs")
        for need in needs.data if needs and isinstance(needs.data, list) else []:
            name = str(need.data)
            if name not in earlier:
                later = f"{quoted(name)} is defined below this check: move it up"
                unknown = f"no check has the ID {quoted(name)}. {did_you_mean(name, ids)}".rstrip()
                yield Problem(need.line, "needs", later if name in ids else unknown)
        if "id" in data:
            name = str(data["id"].data)
            if name in earlier:
                yield Problem(data["id"].line, "id", f"an earlier check already has the ID {quoted(name)}")
            earlier.append(name)


COMMON_KEYS = [field.name for field in fields(_Common)]
