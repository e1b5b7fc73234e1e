"""The state of a script after one command: built-in commands, tests and all others."""

import re
from dataclasses import replace
from itertools import pairwise

from .script_states import FAILED, ONE, ZERO, State, Value, truth_of_test
from .script_trees import Simple

_NEVER_FAIL = {"true", ":", "echo", "printf", "shift", "alias", "unset", "trap", "wait", "set", "shopt"}
_MAY_FAIL = {
    "grep",
    "egrep",
    "fgrep",
    "rg",
    "diff",
    "cmp",
    "expr",
    "read",
    "pgrep",
    "type",
    "which",
    "hash",
    "kill",
    "command",
}
_DECLARES = {"export", "local", "declare", "readonly", "typeset"}
_CHANGED = re.compile(r"\s*(?:(\w+)\s*(?:\+\+|\+=)|\+\+(\w+))")
_ONE_IF_FAILED = {"pytest", "py.test", "unittest", "nose2"}


def either(state: State) -> list[State]:
    return [state.ended(ZERO), state.ended(FAILED)]


def states_after(node: Simple, state: State) -> list[State]:
    """Return the states after a command that is neither a function nor the failing one."""
    words, program = node.command.words, node.command.program
    if program in ("[", "[[", "test"):
        truth = truth_of_test(state, words)
        return either(state) if truth is None else [state.ended(ZERO if truth else ONE)]
    if program == "false":
        return [state.ended(ONE)]
    if program == "set":
        return [with_options(state, words).ended(ZERO)]
    if program == "shopt":
        inherits = state.inherits or words[1:] == ["-s", "inherit_errexit"]
        return [replace(state, inherits=inherits).ended(ZERO)]
    if program == "wait":
        waited = state.value(words[-1]) if len(words) > 1 else ZERO
        waited = state.job if waited.is_zero is None or words[1:] == ["-n"] else waited
        return either(state) if waited.is_zero is None else [state.ended(waited)]
    if program == "let":
        return either(state)
    if program in _DECLARES:
        for name, equals, text in (word.partition("=") for word in words[1:]):
            state = state.with_variable(name, state.value(text)) if equals else state
        return [state.ended(ZERO)]
    if program == "kill" and "$$" in words:
        return [state.ended(FAILED)]
    return _other(program, state)


def _other(program: str, state: State) -> list[State]:
    if program in _NEVER_FAIL:
        return [state.ended(ZERO)]
    if not state.ran or program in _MAY_FAIL:
        return either(state)
    return [state.ended(ZERO)]


def arithmetic_states(text: str, state: State) -> list[State]:
    """Return the states after `(( … ))`, which fails if its value is 0."""
    inside = text.strip()[2:-2]
    if changed := _CHANGED.match(inside):
        return either(state.with_variable(changed[1] or changed[2], FAILED))
    value = state.arithmetic(inside)
    if value.is_zero is None:
        return either(state)
    return [state.ended(ONE if value.is_zero else ZERO)]


def status_of_failure(node: Simple) -> Value:
    # `find -exec … \;` does not pass on the exit status
    words = node.command.words
    if node.command.program == "find":
        return ZERO if ";" in words else FAILED
    return ONE if node.command.program in _ONE_IF_FAILED and node.raw[0] != "xargs" else FAILED


def with_options(state: State, words: list[str]) -> State:
    """Apply the options of `set -euo pipefail`, `set +e` or a shell such as `bash -o errexit -c '…'`."""
    for word, following in pairwise([*words[1:], ""]):
        if word == "--":
            break
        if not re.fullmatch(r"[-+][a-zA-Z]+", word):
            continue
        on = word[0] == "-"
        if "e" in word or (word[-1] == "o" and following == "errexit"):
            state = replace(state, stops=on)
        if word[-1] == "o" and following == "pipefail":
            state = replace(state, pipefail=on)
    return state
