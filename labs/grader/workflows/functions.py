"""Values of GitHub's expressions, their comparison and the functions on them.

Null, booleans, numbers, strings, arrays and objects are Python values. A value that the file does not determine is
`Unknown`, though its truth may be known: `format('a{0}', github.sha)` is always true.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .format_strings import format_pieces
from .numbers import number_of, number_text

MAX_TEXT = 100_000  # characters of a value, against texts that keep doubling


@dataclass(frozen=True)
class Unknown:
    """`truth` says if it counts as true, None if that is unknown too. `path` is the path of a context."""

    truth: bool | None = None
    path: str = ""


class Filtered(list[Any]):
    """The selection of `.*`: access continues in each item."""


Data = Any  # None, bool, float, str, list, dict or Unknown
UNKNOWN = Unknown()


def truth_of(data: Data) -> bool | None:
    if isinstance(data, Unknown):
        return data.truth
    if isinstance(data, float):
        return not (data == 0 or math.isnan(data))
    return isinstance(data, list | dict) or data not in (None, False, "")


def bounded(data: Data) -> Data:
    return Unknown(True) if isinstance(data, str) and len(data) > MAX_TEXT else data


def text_of_data(data: Data) -> str:
    match data:
        case None:
            return ""
        case bool():
            return str(data).lower()
        case float():
            return number_text(data)
        case list():
            return "Array"
        case dict():
            return "Object"
    return str(data)


def as_number(data: Data) -> float:
    if isinstance(data, str):
        return number_of(data)
    return math.nan if isinstance(data, list | dict) else float(data or 0)


def upper(text: str) -> str:
    # uppercase for comparisons; the dotless i stays
    return "ı".join(part.upper() for part in text.split("ı"))


def _alike(left: Data, right: Data) -> tuple[Data, Data]:
    # values of different types are compared as numbers
    kinds = {type(left), type(right)}
    if len(kinds) > 1 and (kinds & {bool, type(None)} or kinds == {float, str}):
        left, right = (data if isinstance(data, list | dict) else as_number(data) for data in (left, right))
    return left, right


def _equal(left: Data, right: Data) -> bool:
    left, right = _alike(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return upper(left) == upper(right)
    if isinstance(left, list | dict):
        return left is right
    return type(left) is type(right) and bool(left == right)


def _less(left: Data, right: Data) -> bool:
    left, right = _alike(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return upper(left) < upper(right)
    return type(left) is type(right) and isinstance(left, bool | float) and left < right


_COMPARED: dict[str, Callable[[Data, Data], bool]] = {
    "==": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<": _less,
    ">": lambda left, right: _less(right, left),
    "<=": lambda left, right: _equal(left, right) or _less(left, right),
    ">=": lambda left, right: _equal(left, right) or _less(right, left),
}


def compare(operator: str, left: Data, right: Data) -> Data:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return UNKNOWN
    return _COMPARED[operator](left, right)


def _contains(data: Data, item: Data) -> bool:
    if isinstance(data, list):
        return any(_equal(item, one) for one in data)
    plain = not isinstance(data, dict) and not isinstance(item, list | dict)
    return plain and text_of_data(item).lower() in text_of_data(data).lower()


def _at_end(test: Callable[[str, str], bool]) -> Callable[[Data, Data], bool]:
    def tested(data: Data, part: Data) -> bool:
        plain = not isinstance(data, list | dict) and not isinstance(part, list | dict)
        return plain and test(upper(text_of_data(data)), upper(text_of_data(part)))

    return tested


def _join(data: Data, separator: Data = ",") -> Data:
    if not isinstance(data, list):
        return "" if isinstance(data, dict) else text_of_data(data)
    between = "," if isinstance(separator, list | dict) else text_of_data(separator)
    return _joined(list(map(text_of_data, data)), between)


def _to_json(data: Data) -> str:
    return json.dumps(_plain(data), indent=2, ensure_ascii=False)


def _plain(data: Data) -> Data:
    # numbers as JSON writes them: 1 for 1.0, null for NaN
    if isinstance(data, list):
        return [_plain(item) for item in data]
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if not isinstance(data, float):
        return data
    return None if not math.isfinite(data) else int(data) if data.is_integer() else data


def _from_json(data: Data) -> Data:
    return json.loads(text_of_data(data), parse_int=float, parse_constant=_refuse)


def _refuse(word: str) -> None:
    raise ValueError(word)


def _case(*arguments: Data) -> Data:
    *pairs, rest = arguments
    for condition, value in zip(pairs[::2], pairs[1::2], strict=True):
        if not isinstance(condition, bool):
            raise ValueError("a condition of `case()` is not a boolean")
        if condition:
            return value
    return rest


FUNCTIONS: dict[str, Callable[..., Data]] = {
    "contains": _contains,
    "startswith": _at_end(str.startswith),
    "endswith": _at_end(str.endswith),
    "join": _join,
    "tojson": _to_json,
    "fromjson": _from_json,
    "case": _case,
}


def format_text(arguments: list[Data]) -> Data:
    """Fill `{0}` and so on. If a value is unknown, the text around it still makes the result true."""
    template, *values = arguments
    if isinstance(template, Unknown):
        return UNKNOWN
    pieces = format_pieces(text_of_data(template))
    if pieces is None or any(isinstance(piece, int) and piece >= len(values) for piece in pieces):
        return UNKNOWN
    filled = [values[piece] if isinstance(piece, int) else piece for piece in pieces]
    if any(isinstance(piece, Unknown) for piece in filled):
        sure = any(piece.truth if isinstance(piece, Unknown) else text_of_data(piece) for piece in filled)
        return Unknown(True) if sure else UNKNOWN
    return _joined(list(map(text_of_data, filled)), "")


def _joined(texts: list[str], between: str) -> Data:
    length = sum(map(len, texts)) + len(between) * max(len(texts) - 1, 0)
    return between.join(texts) if length <= MAX_TEXT else Unknown(True)
