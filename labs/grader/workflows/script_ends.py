"""The ends of a part of a script: the next command, or a way out of a loop, a function or the shell."""

from collections.abc import Iterable
from typing import Literal

from .script_states import State

Flow = Literal["next", "exit", "return", "break", "continue"]


class TooMuchWorkError(Exception):
    """The script has more paths than the limit."""


class Ends:
    """The states at the end of a part, by the way in which the script continues."""

    def __init__(self, **states: Iterable[State]) -> None:
        self.states: dict[str, set[State]] = {flow: set(found) for flow, found in states.items()}

    def of(self, *flows: Flow) -> set[State]:
        return {state for flow in flows for state in self.states.get(flow, ())}

    def everything(self) -> set[State]:
        return {state for found in self.states.values() for state in found}

    def add(self, flow: Flow, states: Iterable[State]) -> None:
        self.states.setdefault(flow, set()).update(states)

    def take(self, other: "Ends", *but: Flow) -> set[State]:
        """Add the states of `other`, except those of the flows in `but`, which are returned."""
        for flow, states in other.states.items():
            if flow not in but:
                self.states.setdefault(flow, set()).update(states)
        return other.of(*but)
