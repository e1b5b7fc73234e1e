"""Simulation of a script: the commands that it can reach, and whether it fails if one of them does.

Every command may fail or succeed until the given one has failed; all later commands succeed. By bash's rules for `set
-e`, conditions and all but the last command of an and-or list do not end the script.
"""

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from .script_builtins import arithmetic_states, either, states_after, status_of_failure, with_options
from .script_ends import Ends, TooMuchWorkError
from .script_parser import parse_script
from .script_states import ANY, FAILED, ONE, ZERO, State, Value
from .script_trees import (
    AndOr,
    Arithmetic,
    Block,
    Case,
    For,
    Function,
    If,
    Node,
    Pipeline,
    Simple,
    Subshell,
    While,
)

MAX_STATES = 200
MAX_WORK = 20_000  # commands run, in all states
MAX_CALLS = 8  # functions within functions
MAX_DEPTH = 50  # blocks within blocks, through calls of functions too
MAX_ROUNDS = 10  # of a loop over a fixed list of words
Fate = Literal["fails", "goes on", "not known"]


@dataclass(frozen=True)
class Setting:
    """The options of the runner's shell. In `sh`, `$(…)` keeps `-e`."""

    stops: bool = True
    pipefail: bool = False
    is_sh: bool = False


class _Run:
    def __init__(self, setting: Setting, failing: int = -1) -> None:
        self.setting = setting
        self.failing = failing
        self.functions: dict[str, Node] = {}
        self.traps: dict[int, Block] = {}
        self.visited: set[int] = set()
        self.calls: list[Node] = []
        self.loops = 0
        self.depth = 0
        self.work = 0

    def script(self, body: Block) -> set[State]:
        start = State(self.setting.stops, self.setting.pipefail)
        return self._finish(self.block(body, {start}, False))

    def _finish(self, ends: Ends) -> set[State]:
        # the states after the shell's `EXIT` trap
        found = set()
        for state in ends.everything():
            body = self.traps.get(state.at_exit) if state.at_exit is not None else None
            if body is None:
                found.add(state)
                continue
            trapped = self.block(body, {replace(state, at_exit=None)}, False)
            found |= trapped.of("exit")
            if trapped.of("next"):
                found.add(state)
        return found

    # Lists and compound commands

    def node(self, node: Node, states: Set[State], checked: bool) -> Ends:
        """Run a node. A `checked` failure, as in a condition, does not end the script."""
        if len(states) > MAX_STATES:
            raise TooMuchWorkError
        for inner in node.inner if not isinstance(node, Simple) else ():
            states = {
                replace(state, ran=ran)
                for state in states
                for _, ran in self._substituted(inner, state, checked)
            }
        match node:
            case Simple():
                return self._each(states, lambda state: self._simple(node, state, checked))
            case Block():
                return self.block(node, states, checked)
            case AndOr(parts):
                return self._and_or(parts, states, checked)
            case Pipeline(parts, negations):
                return self._pipeline(parts, negations, states, checked)
            case Subshell():
                return self._each(states, lambda state: self._subshell(node.body, state, checked))
            case If():
                return self._if(node, states, checked)
            case While():
                return self._while(node, states, checked)
            case For():
                return self._for(node, states, checked)
            case Case(branches, complete):
                ends = Ends(next=() if complete else [state.ended(ZERO) for state in states])
                for branch in branches:
                    ends.take(self.block(branch, {state.ended(ZERO) for state in states}, checked))
                return ends
            case Arithmetic(text):
                return self._each(
                    states, lambda state: self._settled(arithmetic_states(text, state), checked)
                )
            case Function(name, body):
                self.functions[name] = body
                return Ends(next={state.ended(ZERO) for state in states})
        raise TypeError(node)

    def _each(self, states: Set[State], run: Callable[[State], Ends]) -> Ends:
        ends = Ends()
        for state in states:
            ends.take(run(state))
        return ends

    def block(self, block: Block, states: Set[State], checked: bool) -> Ends:
        if self.depth >= MAX_DEPTH:
            raise TooMuchWorkError
        self.depth += 1
        ends = Ends()
        for item, background in block.items:
            if not states:
                break
            if background:
                states = {state for one in states for state in self._background(item, one)}
            else:
                states = ends.take(self.node(item, states, checked), "next")
        self.depth -= 1
        ends.add("next", states)
        return ends

    def _background(self, node: Node, state: State) -> Iterable[State]:
        negated = isinstance(node, Pipeline) and node.negations > 0
        if isinstance(node, Pipeline):  # bash does not invert the status of `! … &`
            node = replace(node, negations=0)
        for status, ran in self._apart(node, state, negated):
            yield replace(state, ran=ran, job=status).ended(ZERO)

    def _and_or(self, parts: list[tuple[str, Node]], states: Set[State], checked: bool) -> Ends:
        ends = Ends()
        for number, (operator, part) in enumerate(parts, start=1):
            resting = {state for state in states if operator and state.failed is (operator == "&&")}
            found = self.node(part, states - resting, checked or number < len(parts))
            states = resting | ends.take(found, "next")
        ends.add("next", states)
        return ends

    def _pipeline(self, parts: list[Node], negations: int, states: Set[State], checked: bool) -> Ends:
        ends = Ends()
        negated = negations % 2 == 1
        checked |= negated
        if len(parts) == 1:
            found = ends.take(self.node(parts[0], states, checked), "next")
        else:
            found = {one for state in states for one in self._piped(parts, state, checked)}
            if not negated:
                return self._settled(found, checked)
        if negated:
            found = set(map(_negated, found))
            for flow in ("break", "continue"):
                ends.states[flow] = set(map(_negated, ends.of(flow)))
        ends.add("next", found)
        return ends

    def _piped(self, parts: list[Node], state: State, checked: bool) -> set[State]:
        ways: set[tuple[bool, tuple[Value, ...]]] = {(state.ran, ())}
        for part in parts:
            ways = {
                (now, (*statuses, status))
                for ran, statuses in ways
                for status, now in self._apart(part, replace(state, ran=ran), checked)
            }
            if len(ways) > MAX_STATES:
                raise TooMuchWorkError
        found = set()
        for ran, statuses in ways:
            bad = [status for status in statuses if status.is_zero is False]
            status = bad[-1] if bad and state.pipefail else statuses[-1]
            found.add(replace(state, ran=ran, status=status, pipes=statuses))
        return found

    def _apart(self, node: Node, state: State, checked: bool) -> set[tuple[Value, bool]]:
        # a subshell: each exit status, and if the failing command has run
        inside = replace(state, at_exit=None, at_error=None)
        ended = self._finish(self.node(node, {inside}, checked))
        return {(one.status, one.ran) for one in ended}

    def _substituted(self, block: Block, state: State, checked: bool) -> set[tuple[Value, bool]]:
        keeps = state.inherits or self.setting.is_sh
        checked = checked and not self.setting.is_sh
        return self._apart(block, replace(state, stops=state.stops and keeps), checked)

    def _subshell(self, body: Block, state: State, checked: bool) -> Ends:
        found = self._apart(body, state, checked)
        return self._settled({replace(state, ran=ran).ended(status) for status, ran in found}, checked)

    def _if(self, node: If, states: Set[State], checked: bool) -> Ends:
        ends = Ends()
        for condition, body in node.branches:
            found = ends.take(self.block(condition, states, True), "next")
            states = {state for state in found if state.failed}
            ends.take(self.block(body, found - states, checked))
        if node.other:
            ends.take(self.block(node.other, states, checked))
        else:
            ends.add("next", {state.ended(ZERO) for state in states})
        return ends

    def _while(self, node: While, states: Set[State], checked: bool) -> Ends:
        ends = Ends()
        seen: set[tuple[State, Value]] = set()
        todo = [(state, ZERO) for state in states]
        while todo:
            head = todo.pop()
            if head in seen:
                continue
            seen.add(head)
            if len(seen) > MAX_STATES:
                raise TooMuchWorkError
            found = ends.take(self.block(node.condition, {head[0]}, True), "next", "break", "continue")
            over = {state for state in found if state.failed is not node.until}
            ends.add("next", {state.ended(head[1]) for state in over})
            again = self._round(node.body, found - over, checked, ends)
            todo += [(state, state.status) for state in again]
        return ends

    def _for(self, node: For, states: Set[State], checked: bool) -> Ends:
        # once per word; if their number is unknown, the loop may end after each round
        ends = Ends()
        heads = {state.with_variable(node.variable, ANY) if node.variable else state for state in states}
        if node.times is not None:
            for _ in range(min(node.times, MAX_ROUNDS)):
                heads = self._round(node.body, heads, checked, ends)
            ends.add("next", heads)
            return ends
        ends.add("next", {state.ended(ZERO) for state in heads})
        seen: set[State] = set()
        while heads - seen:
            if len(seen) > MAX_STATES:
                raise TooMuchWorkError
            seen |= heads
            heads = self._round(node.body, heads, checked, ends)
            ends.add("next", heads)
        return ends

    def _round(self, body: Block, states: Set[State], checked: bool, ends: Ends) -> set[State]:
        # returns the states at the start of the next round
        self.loops += 1
        inside = self.block(body, states, checked)
        self.loops -= 1
        ends.take(inside, "next", "break", "continue")
        ends.add("next", inside.of("break"))
        return inside.of("next", "continue")

    # Simple commands

    def _settled(self, states: Iterable[State], checked: bool) -> Ends:
        # a failure may end the script here
        ends = Ends()
        for state in states:
            if not state.failed or checked:
                ends.add("next", [state])
                continue
            trap = self.traps.get(state.at_error) if state.at_error is not None else None
            after = {state}
            if trap:
                trapped = self.block(trap, {replace(state, at_error=None)}, True)
                ends.add("exit", trapped.of("exit"))
                after = {
                    replace(one, status=state.status, pipes=state.pipes, at_error=state.at_error)
                    for one in trapped.of("next")
                }
            for one in after:
                ends.add("exit" if one.stops else "next", [one])
        return ends

    def _simple(self, node: Simple, state: State, checked: bool) -> Ends:
        self.work += 1
        if self.work > MAX_WORK:
            raise TooMuchWorkError
        self.visited.add(node.command.number)
        ways = {(state, ZERO)}
        for inner in node.inner:
            ways = {
                (replace(one, ran=ran), status)
                for one, _ in ways
                for status, ran in self._substituted(inner, one, checked)
            }
        ends = Ends()
        for one, status in ways:
            ends.take(self._command(node, one, status, checked))
        return ends

    def _command(self, node: Simple, state: State, substituted: Value, checked: bool) -> Ends:
        command = node.command
        if not command.words:
            for name, text in command.env.items():
                state = state.with_variable(name, state.value(text))
            return self._settled([state.ended(substituted)], checked)
        if command.number == self.failing:
            return self._leave(node, [replace(state, ran=True).ended(status_of_failure(node))], checked)
        if body := self.functions.get(command.words[0]):
            return self._called(body, state, checked)
        if command.words[0] in ("exit", "return", "break", "continue"):
            return self._jump(command.words, state, checked)
        if command.words[0] == "eval" and node.script:
            return self.block(node.script, {state}, checked)
        if node.script and command.words[0] != "trap":
            return self._leave(node, self._other_shell(node, node.script, state), checked)
        if command.words[0] == "trap":
            return Ends(next=[self._trapped(node, state).ended(ZERO)])
        return self._leave(node, states_after(node, state), checked)

    def _leave(self, node: Simple, states: Iterable[State], checked: bool) -> Ends:
        # `exec` does not return, not even for a trap; `coproc` runs in parallel
        if node.raw[0] == "exec" and len(node.raw) > 1:
            return Ends(exit=[replace(state, at_exit=None) for state in states])
        if node.raw[0] == "coproc":
            return Ends(next={replace(state, job=state.status).ended(ZERO) for state in states})
        return self._settled(states, checked)

    def _called(self, body: Node, state: State, checked: bool) -> Ends:
        if any(body is one for one in self.calls) or len(self.calls) >= MAX_CALLS:
            return self._settled(either(state), checked)
        self.calls.append(body)
        found = self.node(body, {state}, checked)
        self.calls.pop()
        ends = Ends()
        returned = ends.take(found, "next", "return")
        ends.take(self._settled(returned, checked))
        return ends

    def _other_shell(self, node: Simple, script: Block, state: State) -> set[State]:
        # `bash -c` starts without `-e` unless its options set it
        inside = with_options(State(stops=False, ran=state.ran), node.command.words)
        functions, self.functions = self.functions, {}
        found = self._finish(self.block(script, {inside}, False))
        self.functions = functions
        return {replace(state, ran=one.ran).ended(one.status) for one in found}

    def _jump(self, words: list[str], state: State, checked: bool) -> Ends:
        status = state.value(words[1]) if len(words) > 1 else state.status
        if words[0] in ("break", "continue"):
            return Ends(**{words[0] if self.loops else "next": [state.ended(ZERO)]})
        if words[0] == "return" and not self.calls and not self.setting.is_sh:
            return self._settled([state.ended(FAILED)], checked)  # bash allows `return` only in functions
        statuses = [status] if status.is_zero is not None else [ZERO, FAILED]
        return Ends(**{words[0]: [state.ended(one) for one in statuses]})

    def _trapped(self, node: Simple, state: State) -> State:
        signals = [word.upper().removeprefix("SIG") for word in node.command.words[2:]]
        number = None
        if node.script is not None and node.command.words[1] != "-":
            number = node.command.number
            self.traps[number] = node.script
        if {"EXIT", "0"} & set(signals):
            state = replace(state, at_exit=number)
        return replace(state, at_error=number) if "ERR" in signals else state


def _negated(state: State) -> State:
    return replace(state, status=ZERO if state.failed else ONE)


@lru_cache(maxsize=256)
def reachable_commands(script: str) -> frozenset[int] | None:
    """Return the numbers of the commands that can run, None if unknown."""
    read = parse_script(script)
    run = _Run(Setting(stops=False))
    try:
        run.script(read.body)
    except TooMuchWorkError:
        return None
    return None if read.broken else frozenset(run.visited)


@lru_cache(maxsize=1024)
def fate(script: str, number: int, setting: Setting) -> Fate:
    """Return the fate of the script if this command fails: it fails, it goes on, or its fate is not known."""
    read = parse_script(script)
    run = _Run(setting, number)
    try:
        ended = {state.failed for state in run.script(read.body) if state.ran}
    except TooMuchWorkError:
        return "not known"
    if read.broken or len(ended) > 1:
        return "not known"
    return "goes on" if ended == {False} else "fails"
