"""Evaluation of expressions as on GitHub, as far as the file determines their value."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .functions import (
    FUNCTIONS,
    UNKNOWN,
    Data,
    Filtered,
    Unknown,
    as_number,
    bounded,
    compare,
    format_text,
    text_of_data,
    truth_of,
)
from .trees import Access, Call, Chain, Comparison, Literal, Name, Not, Tree


@dataclass(frozen=True)
class Evaluator:
    """`known` has the values of contexts by their lowercase path, such as `github.ref`."""

    known: Mapping[str, Data]
    success: bool = True

    def value(self, tree: Tree) -> Data:
        match tree:
            case Literal(data):
                return data
            case Name(name):
                return self.known.get(name, Unknown(path=name))
            case Access(of, index):
                return self._access(self.value(of), index)
            case Not(of):
                truth = truth_of(self.value(of))
                return UNKNOWN if truth is None else not truth
            case Comparison():
                return self._compared(tree)
            case Chain(operator, operands):
                return self._chain(operator == "||", operands)
            case Call(name, arguments):
                return self._call(name.lower(), [self.value(argument) for argument in arguments])

    def _compared(self, tree: Tree) -> Data:
        # from the left: `a == b == c` compares the result of the first comparison with `c`
        comparisons = list[Comparison]()
        while isinstance(tree, Comparison):
            comparisons.append(tree)
            tree = tree.left
        result = self.value(tree)
        for comparison in reversed(comparisons):
            result = compare(comparison.operator, result, self.value(comparison.right))
        return result

    def _chain(self, decides: bool, operands: Sequence[Tree]) -> Data:
        # `&&` and `||` return one of their operands, not a boolean
        result: Data = not decides
        uncertain = False
        for operand in operands:
            result = self.value(operand)
            truth = truth_of(result)
            if truth is decides:
                break
            uncertain = uncertain or truth is None
        if not uncertain:
            return result
        return Unknown(decides) if truth_of(result) is decides else UNKNOWN

    def _access(self, data: Data, index: Tree | None) -> Data:
        if isinstance(data, Unknown):
            return self._of_context(data, index)
        key = self.value(index) if index else None
        if isinstance(key, Unknown):
            return UNKNOWN
        if isinstance(data, Filtered):
            return Filtered(found for item in data for found in _inside(item, key, star=index is None))
        found = _inside(data, key, star=index is None)
        if index is None:
            return Filtered(found)
        return found[0] if found else None

    def _of_context(self, data: Unknown, index: Tree | None) -> Data:
        key = self.value(index) if index else None
        if not data.path or not isinstance(key, str):
            return UNKNOWN
        path = f"{data.path}.{key.lower()}"
        return self.known.get(path, Unknown(path=path))

    def _call(self, name: str, arguments: list[Data]) -> Data:
        match name:
            case "always":
                return True
            case "success":
                return self.success
            case "failure":
                return not self.success
            case "cancelled":
                return False
            case "format":
                return format_text(arguments)
        function = FUNCTIONS.get(name)
        if function is None or any(isinstance(argument, Unknown) for argument in arguments):
            return UNKNOWN
        try:
            return bounded(function(*arguments))
        except (ValueError, RecursionError):
            return UNKNOWN  # the run itself ends with an error there


def _inside(data: Data, key: Data, *, star: bool) -> list[Data]:
    # the values selected by an index or `*`
    if isinstance(data, dict):
        if star:
            return list(data.values())
        if isinstance(key, list | dict):
            return []
        wanted = text_of_data(key).lower()
        return [value for name, value in data.items() if name.lower() == wanted][:1]
    if isinstance(data, list):
        if star:
            return list(data)
        number = as_number(key)
        return [data[int(number)]] if math.isfinite(number) and 0 <= number < len(data) else []
    return []
