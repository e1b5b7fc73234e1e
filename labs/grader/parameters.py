"""Types of the fields of lab.yaml, and conversion of values to them.

A dataclass declares its fields once: the loader derives names, types, defaults and messages from it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

from .formats.yaml_values import Value
from .problem import Problem
from .words import cut, either, listed, nearest, quoted

RefName = NewType("RefName", str)
TagPattern = NewType("TagPattern", str)
FilePath = NewType("FilePath", str)
Regex = NewType("Regex", str)
Identifier = NewType("Identifier", str)
LessonAddress = NewType("LessonAddress", str)
ObjectId = NewType("ObjectId", str)
Revision = NewType("Revision", str)
Content = NewType("Content", str)
PersonPart = NewType("PersonPart", str)
Percent = NewType("Percent", int)
Count = NewType("Count", int)
Points = NewType("Points", Decimal)
Bytes = NewType("Bytes", int)
Seconds = NewType("Seconds", int)
Module = NewType("Module", str)
Requirement = NewType("Requirement", str)
MAIN = RefName("main")
MAIN_COMMIT = Revision("main")
DEFAULT = "@default"  # means the default branch, wherever a branch is named

_REF_NAME = re.compile(r"(?![-/.])(?!.*(?:\.\.|//|@\{|/\.|\.lock(?:/|$)))[^\x00-\x20\x7f~^:?*\[\\]+(?<![/.])")
_IDENTIFIER = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LESSON = re.compile(r"[a-z0-9-]+(?:#[a-z0-9-]+)?")
_BYTES = re.compile(r"(\d{1,4}) ?(KB|MB)")
_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_REQUIREMENT = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?(?:\[[\w,.-]+\])?==[\w.+!-]+")
OBJECT_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REVISION_BASE = re.compile(r"[^~^]+")
REVISION_STEP = r"~(\d{0,6})|\^\{/(.+?)\}(?=[~^]|$)|\^\{(root)\}|\^(\d{0,2})"
_REVISION_STEPS = re.compile(f"(?:{REVISION_STEP})*")


class MismatchError(Exception):
    """A value does not have the type of its field; the message says which type was expected."""


# Any: an instance of `cls`, which callers use only if there are no problems
def read_fields(
    cls: type[Any], values: dict[str, Value], line: int, prefix: str, problems: list[Problem]
) -> Any:
    """Return an instance of a dataclass from the values of its fields; None if a problem was added.

    `line` is reported for a missing field, `prefix` is put before a field's name in a problem.
    """
    before = len(problems)
    problems.extend(_unknown(values, keys_of(cls), prefix))
    hints, found = get_type_hints(cls), {}
    for field in fields(cls):
        key = key_of(field)
        if key in values:
            found[field.name] = read_value(hints[field.name], values[key], prefix + key, problems)
        elif field.default is MISSING and field.default_factory is MISSING:
            problems.append(Problem(line, prefix + key, "is required"))
    return cls(**found) if len(problems) == before else None


def key_of(field: "Field[object]") -> str:
    # `from` for `from_`: it is a Python keyword
    return field.name.removesuffix("_")


# Any: a dataclass or an instance, for which Python has no public type
def keys_of(cls: Any) -> list[str]:
    return [key_of(field) for field in fields(cls)]


# Any: a value of the annotated type
def read_value(annotation: object, value: Value, key: str, problems: list[Problem]) -> Any:
    """Return the value as the annotated type of a field; None if a problem was added."""
    if annotation is Value:
        return value
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        if value.data is None and NoneType in arguments:
            return None
        return read_value(_fitting(arguments, value.data), value, key, problems)
    try:
        if isinstance(annotation, type) and is_dataclass(annotation):
            data = _mapping(value.data, annotation)
            return read_fields(annotation, data, value.line, f"{key}.", problems)
        if origin is tuple:
            return tuple(read_value(arguments[0], item, key, problems) for item in _list(value.data))
        if origin is dict:
            return dict(_pairs(arguments, _mapping(value.data), f"{key}.", problems))
        return _one_of(arguments, value.data) if origin is Literal else convert(annotation, value)
    except MismatchError as mismatch:
        problems.append(Problem(value.line, key, str(mismatch)))
        return None


def _fitting(options: tuple[Any, ...], data: object) -> Any:
    # of several types, the one with the shape of this value, else the first
    return next((option for option in options if _shape(option) is type(data)), options[0])


def _shape(annotation: Any) -> type | None:
    # the YAML shape of a type that is not a single value
    origin = get_origin(annotation)
    if is_dataclass(annotation) or origin is dict:
        return dict
    return list if origin is tuple else None


def _list(data: object) -> list[Value]:
    if not isinstance(data, list):
        raise MismatchError(f"expected a list, found {described(data)}")
    return data


def _mapping(data: object, cls: Any = None) -> dict[str, Value]:
    if not isinstance(data, dict):
        such = f" (keys: {listed(keys_of(cls), limit=20)})" if cls else ""
        raise MismatchError(f"expected a mapping{such}, found {described(data)}")
    return data


def _pairs(
    types: tuple[Any, ...], data: dict[str, Value], prefix: str, problems: list[Problem]
) -> Iterator[tuple[Any, Any]]:
    for name, value in data.items():
        found = read_value(types[0], Value(value.line, name), prefix + name, problems)
        yield found, read_value(types[1], value, prefix + name, problems)


def _unknown(values: dict[str, Value], names: list[str], prefix: str) -> Iterator[Problem]:
    for name, value in values.items():
        if name not in names:
            told = (
                f"unknown key. {did_you_mean(name, names)}"
                if names
                else "unknown key: no keys are allowed here"
            )
            yield Problem(value.line, prefix + name, told)


def did_you_mean(name: str, names: list[str]) -> str:
    near = nearest(name, names)
    if near:
        return f"Did you mean {quoted(near)}?"
    return f"Use one of: {listed(names, limit=20)}." if names else ""


# Any: a value of the annotated type
def convert(annotation: object, value: Value) -> Any:
    """Return a single value as the annotated type of a field. Raises MismatchError."""
    expected, accept = _TYPES[annotation]
    converted = accept(value.data)
    if converted is None:
        raise MismatchError(f"expected {expected}, found {described(value.data)}")
    return converted


def named(annotation: object) -> str:
    """Return the type of a field in words, as `labcheck explain` prints it."""
    origin, arguments = get_origin(annotation), [it for it in get_args(annotation) if it is not NoneType]
    if origin is Literal:
        return _either(arguments)
    if origin in (Union, UnionType):
        first, *more = arguments
        if [get_args(other)[:1] for other in more] == [(first,)]:
            return f"{named(first)}, or a list of them"
        return ", or ".join(map(named, arguments))
    if origin is tuple:
        return f"a list in which each item is {named(arguments[0])}"
    if origin is dict:
        return f"a mapping. Key: {named(arguments[0])}. Value: {named(arguments[1])}"
    if annotation is Value:
        return "any value"
    if is_dataclass(annotation):
        return f"a mapping with {listed(keys_of(annotation), limit=20)}"
    return _TYPES[annotation][0]


def _one_of(choices: tuple[Any, ...], data: object) -> object:
    for choice in choices:
        if type(choice) is type(data) and choice == data:
            return data
    raise MismatchError(f"expected {_either(choices)}, found {described(data)}")


def _either(choices: Iterable[object]) -> str:
    return either(spelled(choice) for choice in choices)


def spelled(choice: object) -> str:
    """Return a value as it is written in lab.yaml, in backticks if it is only punctuation."""
    text = str(choice).lower() if isinstance(choice, bool) else str(choice)
    return text if any(map(str.isalnum, text)) else f"`{text}`"


def described(data: object) -> str:
    match data:
        case None:
            return "nothing"
        case bool():
            return str(data).lower()
        case list():
            return "a list"
        case dict():
            return "a mapping"
    return quoted(cut(str(data), 60))


def _text(data: object) -> str | None:
    return data if isinstance(data, str) and data.strip() else None


def _content(data: object) -> str | None:
    # any text without NUL that can be encoded; `\udcXX` is the byte XX
    if not isinstance(data, str) or "\0" in data:
        return None
    return data if not re.search("[\ud800-\udc7f\udd00-\udfff]", data) else None


def _moment(data: object) -> datetime | None:
    # whole seconds; UTC if there is no offset. Git stores no year before 1970.
    try:
        moment = datetime.fromisoformat(data) if isinstance(data, str) else None
    except ValueError:
        return None
    if moment is None or not 1970 < moment.year < 2100:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).replace(microsecond=0)


def _flag(data: object) -> bool | None:
    return data if isinstance(data, bool) else None


def _matching(pattern: re.Pattern[str]) -> Callable[[object], str | None]:
    return lambda data: data if isinstance(data, str) and pattern.fullmatch(data) else None


def _whole(limit: int) -> Callable[[object], int | None]:
    return lambda data: data if type(data) is int and 0 <= data <= limit else None


def _seconds(data: object) -> int | None:
    return data if type(data) is int and 1 <= data <= 100 else None


def _points(data: object) -> Decimal | None:
    points = _number(data)
    return points if points is not None and 0 <= points <= 1000 and points == round(points, 2) else None


def _bytes(data: object) -> int | None:
    match = _BYTES.fullmatch(data) if isinstance(data, str) else None
    return int(match[1]) << {"KB": 10, "MB": 20}[match[2]] if match else None


def _number(data: object) -> Decimal | None:
    return Decimal(data) if isinstance(data, int | Decimal) and not isinstance(data, bool) else None


def _tag_pattern(data: object) -> str | None:
    is_name = isinstance(data, str) and "**" not in data and _REF_NAME.fullmatch(data.replace("*", "x"))
    return str(data) if is_name else None


def _path(data: object) -> str | None:
    if not isinstance(data, str) or "\0" in data:
        return None
    parts = data.removesuffix("/").split("/")
    return None if {"", ".", "..", ".git"}.intersection(parts) else data


def _regex(data: object) -> str | None:
    if not isinstance(data, str):
        return None
    try:
        re.compile(data)
    except (re.error, RecursionError, OverflowError) as error:
        raise MismatchError(f"invalid regular expression: {error}") from error
    return data


def _revision(data: object) -> str | None:
    # the base must be a ref name or an object ID; `revision` resolves the steps
    if not isinstance(data, str):
        return None
    base = _REVISION_BASE.match(data)
    if base is None or not (_REF_NAME.fullmatch(base[0]) or OBJECT_ID.fullmatch(base[0])):
        return None
    if not _REVISION_STEPS.fullmatch(data, base.end()):
        return None
    for pattern in re.findall(r"\^\{/(.+?)\}(?=[~^]|$)", data):
        _regex(pattern)
    return data


_TYPES: dict[object, tuple[str, Callable[[object], object]]] = {
    str: ("text", _text),
    bool: ("true or false", _flag),
    Content: ("text", _content),
    datetime: ("a date such as `2025-11-29T20:30:00+05:30`", _moment),
    PersonPart: ("a name or an email without `<` or `>`", _matching(re.compile(r"[^<>\x00-\x1f]+"))),
    RefName: ("the name of a branch or tag", _matching(_REF_NAME)),
    TagPattern: ("the name of a tag, such as `phase-1` or `submit/*`", _tag_pattern),
    FilePath: ("a path in the repository, such as `src/app.py`", _path),
    Regex: ("a regular expression", _regex),
    Identifier: ("a name of lowercase letters, digits and hyphens", _matching(_IDENTIFIER)),
    LessonAddress: ("a lesson, such as `git-basics#committing`", _matching(_LESSON)),
    ObjectId: ("a full commit ID", _matching(OBJECT_ID)),
    Revision: ("a commit, such as `main~2`, `main^2` or `main^{/Fix the sum}`", _revision),
    Percent: ("a whole number from 0 to 100", _whole(100)),
    Count: ("a whole number from 0 to 100,000", _whole(100_000)),
    Seconds: ("a whole number of seconds from 1 to 100", _seconds),
    Module: ("the name of a Python module, such as `shop.cart`", _matching(_MODULE)),
    Requirement: ("a package with an exact version, such as `pytest==8.3.3`", _matching(_REQUIREMENT)),
    Bytes: ("a size, such as `500 KB` or `1 MB`", _bytes),
    Decimal: ("a number", _number),
    Points: ("a number from 0 to 1,000 with at most two decimals", _points),
}
