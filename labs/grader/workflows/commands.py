"""The commands of a `run` script: the programs that it starts, their order and their output."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from .script_parser import parse_script
from .script_runs import reachable_commands
from .script_trees import Command, Function, Node, Simple, children_of

__all__ = ["Command", "commands_of"]

MAX_COMMANDS = 5_000
MAX_CALLS = 5  # functions within functions


@lru_cache(maxsize=512)
def commands_of(script: str) -> tuple[Command, ...]:
    """Return the commands of a script in order, without comments and here-documents.

    Commands run by `bash -c`, `$(…)`, `eval` and functions are included; unreachable ones, such as those after an
    `exit`, are not.
    """
    found = _Reader().commands(parse_script(script).body)
    reached = reachable_commands(script)
    known = (one for one in found if reached is None or one.number in reached)
    return tuple(islice(known, MAX_COMMANDS))


class _Reader:
    def __init__(self) -> None:
        self.functions: dict[str, Node] = {}
        self.calls: list[Node] = []

    def commands(self, node: Node) -> Iterator[Command]:
        for inner in node.inner:
            yield from self.commands(inner)
        if isinstance(node, Function):
            self.functions[node.name] = node.body
        elif isinstance(node, Simple):
            yield from self._inside(node)
        for part in children_of(node):
            yield from self.commands(part)

    def _inside(self, node: Simple) -> Iterator[Command]:
        # the commands that a function or `bash -c` runs, or the command itself
        command = node.command
        if not command.words:
            return
        called = self.functions.get(command.words[0])
        if called and (any(called is one for one in self.calls) or len(self.calls) >= MAX_CALLS):
            called = None
        body = called or (node.script if command.words[0] != "trap" else None)
        if body is None:
            yield command
            return
        self.calls += [called] if called else []
        for inner in self.commands(body):
            yield replace(inner, pipe=inner.pipe or command.pipe, into=inner.into or command.into)
        if called:
            self.calls.pop()
