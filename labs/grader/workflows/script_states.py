"""The state of a script: options, last exit status, and variables with exit statuses."""

import re
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import NamedTuple

_VARIABLE = re.compile(r"\$(?:(\w+|[?!])|\{(\w+|[?!])(?::?-[^}]*)?\})")
_FROM_PIPE = re.compile(r"\$\{PIPESTATUS\[(\d{1,4}|@|\*)\]\}|\$PIPESTATUS|\$\{PIPESTATUS\}")
_PLAIN = re.compile(r"[^$`*?~{}]*")
_NUMBER = re.compile(r"-?\d{1,18}")  # bash counts to 2 ** 63


class Value(NamedTuple):
    """A text or an exit status, None if unknown. The status of a failed command is known to be nonzero."""

    text: str | None = None
    is_zero: bool | None = None


ZERO, ONE, FAILED, ANY = Value("0", True), Value("1", False), Value(None, False), Value()


def value_of_text(text: str) -> Value:
    return Value(text, int(text) == 0 if _NUMBER.fullmatch(text) else None)


@dataclass(frozen=True)
class State:
    """`ran` is True once the failing command has run. A trap is the number of its `trap` command, or None."""

    stops: bool
    pipefail: bool = False
    status: Value = ZERO
    ran: bool = False
    pipes: tuple[Value, ...] = ()
    job: Value = ANY
    variables: tuple[tuple[str, Value], ...] = ()
    at_exit: int | None = None
    at_error: int | None = None
    inherits: bool = False

    @property
    def failed(self) -> bool:
        return self.status.is_zero is False

    def ended(self, status: Value) -> "State":
        return replace(self, status=status, pipes=(status,))

    def with_variable(self, name: str, value: Value) -> "State":
        variables = {**dict(self.variables), name: value}
        return replace(self, variables=tuple(sorted(variables.items())))

    def value(self, word: str) -> Value:
        """Return the expansion of a word."""
        if _PLAIN.fullmatch(word):
            return value_of_text(word)
        if found := _VARIABLE.fullmatch(word):
            return self._variable(found[1] or found[2])
        if found := _FROM_PIPE.fullmatch(word):
            at = int(found[1]) if found[1] and found[1].isdigit() else 0
            return self.pipes[at] if at < len(self.pipes) and found[1] not in ("@", "*") else ANY
        if word.startswith("$((") and word.endswith("))"):
            return self.arithmetic(word[3:-2])
        return ANY

    def _variable(self, name: str) -> Value:
        if name == "?":
            return self.status
        return self.job if name == "!" else dict(self.variables).get(name, ANY)

    def operand(self, word: str) -> Value:
        # names need no `$` in arithmetic
        return self._variable(word) if re.fullmatch(r"[A-Za-z_]\w*", word) else self.value(word)

    def arithmetic(self, text: str) -> Value:
        """Return the value of a sum, a union of exit statuses or a comparison."""
        text = text.strip()
        for operator, deciding in (("||", False), ("&&", True)):
            if operator in text:
                zeros = {self.arithmetic(part).is_zero for part in text.split(operator)}
                same = zeros == {not deciding}
                return Value(None, deciding if deciding in zeros else not deciding if same else None)
        if found := re.fullmatch(r"([^\s=!<>]+)\s*(==|!=|<=|>=|<|>)\s*([^\s=!<>]+)", text):
            operator = {"==": "-eq", "!=": "-ne", "<": "-lt", "<=": "-le", ">": "-gt", ">=": "-ge"}[found[2]]
            truth = compare(self.operand(found[1]), operator, self.operand(found[3]))
            return ANY if truth is None else ONE if truth else ZERO
        words = re.split(r"\s*[|+]\s*", text)
        if any(not re.fullmatch(r"-?\d+|\$?\w+|\$\?|\$\{\w+\}", word) for word in words):
            return ANY
        values = [self.operand(word) for word in words]
        if len(values) == 1:
            return values[0]
        zeros = {value.is_zero for value in values}
        return FAILED if False in zeros else ZERO if zeros == {True} else ANY


def compare(left: Value, operator: str, right: Value) -> bool | None:
    """Return the result of `[ left -eq right ]` and similar, None if unknown."""
    if left.text is None and right.text is not None:
        return _compare_status(left, operator, right.text)
    if right.text is None and left.text is not None:
        turned = {"-lt": "-gt", "-gt": "-lt", "-le": "-ge", "-ge": "-le"}
        return _compare_status(right, turned.get(operator, operator), left.text)
    if left.text is None or right.text is None:
        return None
    if operator in ("=", "==", "!="):
        return (left.text == right.text) is (operator != "!=")
    if not (_NUMBER.fullmatch(left.text) and _NUMBER.fullmatch(right.text)):
        return None
    a, b = int(left.text), int(right.text)
    return {"-eq": a == b, "-ne": a != b, "-lt": a < b, "-le": a <= b, "-gt": a > b, "-ge": a >= b}.get(
        operator
    )


def _compare_status(status: Value, operator: str, text: str) -> bool | None:
    # a failed command has a status above 0
    if status.is_zero is not False or not _NUMBER.fullmatch(text):
        return None
    number = int(text)
    answers = {"-eq": False, "=": False, "==": False, "-ne": True, "!=": True, "-gt": True, "-le": False}
    if number <= 0:
        return {**answers, "-lt": False, "-ge": True}.get(operator)
    return {"-ge": True, "-lt": False}.get(operator) if number == 1 else None


def truth_of_test(state: State, words: list[str]) -> bool | None:
    """Return the result of `[ … ]`, `[[ … ]]` or `test …`, None if unknown."""
    words = words[1:-1] if words[0] in ("[", "[[") else words[1:]
    negations = len(list(takewhile("!".__eq__, words[:-1])))
    truth = _truth(state, words[negations:])
    return truth if truth is None or negations % 2 == 0 else not truth


def _truth(state: State, words: list[str]) -> bool | None:
    match words:
        case []:
            return False
        case [one]:
            text = state.value(one).text
            return None if text is None else text != ""
        case ["-z" | "-n" as operator, one]:
            text = state.value(one).text
            return None if text is None else (text == "") is (operator == "-z")
        case [left, operator, right]:
            return compare(state.value(left), operator, state.value(right))
    return None
