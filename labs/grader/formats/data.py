"""Read YAML, JSON, TOML and INI from a stranger's repository, and find values by path: `model.layers[0].size`.

All become None, bool, int, Decimal, str, lists and dicts; dates are text. Duplicate keys, YAML tags and merge keys,
aliases that expand too much and too-deep nesting are refused.
"""

import json
import posixpath
import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from ..words import count, cut, listed, nearest, quoted
from .ini import IniError, read_ini
from .yaml_values import MAX_BYTES, Value, read_yaml

__all__ = ["MAX_BYTES", "Absent", "Format", "UnparsableError", "find", "format_of", "read_data", "steps"]

Format = Literal["yaml", "json", "toml", "ini"]
Steps = tuple[str | int, ...]
_ENDINGS: dict[str, Format] = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".toml": "toml",
    ".ini": "ini",
    ".cfg": "ini",
}
_STEP = re.compile(r"""(?:^|(?<=.)\.)([^.\[\]"]+)|\[(\d{1,6})\]|\["([^"]+)"\]""")
MAX_ALIASED = 10_000  # values that the aliases of one YAML file expand to
_LIMITS = re.compile(
    "not supported|too many aliases|contains itself|nested too deeply|must be a plain string"
    "|a tag is too long|larger than"
)  # of `read_yaml`
_LONG_NUMBER = "an integer has more than 4,300 digits"  # the most that Python reads
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
# `tomllib` walks every prefix of a dotted key, which takes quadratic time in the number of its parts
_TOML_LONG_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){100}""")


class UnparsableError(Exception):
    """The text is not valid in its format; `line` and `column` count from 1, None if unknown."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


class BeyondLimitError(UnparsableError):
    """The format allows it, but a limit of this reader does not, so the contents are unknown."""


@dataclass(frozen=True)
class Absent:
    """A path without a value: `way` ends at its first missing part, `found` says what is there instead."""

    way: str
    found: str


def format_of(path: str) -> Format | None:
    return _ENDINGS.get(posixpath.splitext(path)[1].lower())


def steps(place: str) -> Steps | None:
    """Return keys and indexes of a path such as `a.b[0]["c.d"]`; None if it is invalid."""
    found: list[str | int] = []
    end = 0
    while match := _STEP.match(place, end):
        key, position, quoted_key = match.groups()
        found.append(int(position) if position else key or quoted_key)
        end = match.end()
    return tuple(found) if found and end == len(place) else None


def read_data(text: str, format: Format) -> Value:
    """Return the whole text as values; `line` is 0 except for YAML, whose parser reports it. Raises UnparsableError."""
    try:
        return {"yaml": _yaml, "json": _json, "toml": _toml, "ini": _ini}[format](text)
    except RecursionError:
        raise BeyondLimitError("lists or mappings are nested too deeply") from None


def find(root: Value, way: Steps) -> Value | Absent:
    value = root
    for done, step in enumerate(way, start=1):
        below = _below(value.data, step)
        if below is None:
            return Absent(_written(way[:done]), _met(value, step))
        value = below
    return value


def _below(data: object, step: str | int) -> Value | None:
    if isinstance(data, list) and isinstance(step, int):
        return data[step] if step < len(data) else None
    return data.get(step) if isinstance(data, dict) else None


def _written(way: Steps) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in way)
    return text.removeprefix(".")


def _met(value: Value, step: str | int) -> str:
    if isinstance(value.data, dict):
        if near := nearest(step, value.data) if isinstance(step, str) else None:
            return f"a key {quoted(near)}"
        return f"the keys {listed(map(quoted, value.data), 5)}" if value.data else "an empty mapping"
    return f"a list of {count(len(value.data), 'item')}" if isinstance(value.data, list) else "a single value"


def _yaml(text: str) -> Value:
    value, problems = read_yaml(text, aliased=MAX_ALIASED)
    for problem in problems:
        key = f"{quoted(problem.key)}: " if problem.key else ""
        error = BeyondLimitError if _LIMITS.search(problem.message) else UnparsableError
        raise error(key + problem.message, problem.line, problem.column)
    return value or Value(1, None)


def _json(text: str) -> Value:
    try:
        data = json.loads(
            text,
            parse_float=_decimal,
            parse_constant=_refused_constant,
            object_pairs_hook=_without_duplicates,
        )
    except json.JSONDecodeError as error:
        raise UnparsableError(error.msg, error.lineno, error.colno) from None
    except ValueError:
        raise BeyondLimitError(_LONG_NUMBER) from None
    return _as_value(data)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise BeyondLimitError(f"the number {cut(text, 40)} is out of range") from None


def _refused_constant(name: str) -> None:
    raise UnparsableError(f"{name} is not valid JSON")


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise UnparsableError(f"duplicate key {quoted(key)}")
        found[key] = value
    return found


def _toml(text: str) -> Value:
    if long := _TOML_LONG_KEY.search(text):
        raise BeyondLimitError("a key has more than 100 parts", text.count("\n", 0, long.start()) + 1)
    try:
        return _as_value(tomllib.loads(text, parse_float=_decimal))
    except tomllib.TOMLDecodeError as error:
        message, place = str(error), _TOML_PLACE.search(str(error))
        line, column = place.groups() if place else (None, None)
        at_end = len(text.splitlines()) or 1
        raise UnparsableError(
            _TOML_PLACE.sub("", message), int(line or at_end), int(column) if column else None
        ) from None
    except ValueError:
        raise BeyondLimitError(_LONG_NUMBER) from None


def _ini(text: str) -> Value:
    try:
        return _as_value(read_ini(text))
    except IniError as error:
        raise UnparsableError(error.message, error.line) from None


def _as_value(data: object) -> Value:
    if isinstance(data, dict):
        return Value(0, {key: _as_value(item) for key, item in data.items()})
    if isinstance(data, list):
        return Value(0, [_as_value(item) for item in data])
    if isinstance(data, Decimal) and data.is_nan():  # NaN cannot be compared with any number
        return Value(0, "nan")
    return Value(0, data if data is None or isinstance(data, bool | int | Decimal | str) else str(data))
