"""A script of `run` as commands: which programs start, in which order, and where their output goes."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from .splitting import Command, split
from .wrappers import SHELLS, inner_script

__all__ = ["Command", "commands_of"]

MAX_NESTED = 5  # scripts within scripts: `$(…)`, `bash -c`, functions
MAX_COMMANDS = 5_000


@lru_cache(maxsize=512)
def commands_of(script: str) -> tuple[Command, ...]:
    """The commands of a script in their order; comments and the bodies of here-documents are none.

    What `bash -c`, `$(…)`, `eval` and functions run is among them. Nothing follows an `exit` that is always reached.
    """
    return tuple(_Reader(script, 0).commands(script))


class _Reader:
    def __init__(self, script: str, deep: int) -> None:
        self.deep = deep
        self.stops = bool(re.search(r"\b(?:exit|return)\s+[1-9$]", script))  # a failed condition may end it
        self.functions: dict[str, list[Command]] = {}

    def commands(self, script: str) -> list[Command]:
        found: list[Command] = []
        forgiving = False
        for command in self._run(script):
            if command.words[0] == "set":
                forgiving = "+e" in command.words or (forgiving and not _turns_on_exit(command.words))
            command.ignored |= forgiving
            found.append(command)
            if len(found) >= MAX_COMMANDS:
                break
        return found

    def _run(self, script: str) -> Iterator[Command]:
        for one in split(script):
            if one.function:
                self.functions[one.function] = list(self._nested(one.body, one.command.line))
                continue
            for inner, line in one.inner:
                yield from self._nested(inner, line, ignored=bool(one.command.words))
            command = one.command
            if not command.words:
                continue
            command.ignored |= one.condition and not self.stops
            yield from self._inside(command)
            if command.words[0] == "exit" and one.alone:
                return

    def _inside(self, command: Command) -> Iterator[Command]:
        """The commands that a function or `bash -c` stands for, else the command itself."""
        body = self.functions.get(command.words[0])
        script = inner_script(command.words)
        if script is None and command.program in SHELLS and command.body and not command.words[1:]:
            script = command.body
        if body is None and (script is None or self.deep >= MAX_NESTED):
            yield command
            return
        for inner in body if body is not None else self._nested(script or "", command.line):
            ignored, pipe = inner.ignored or command.ignored, inner.pipe or command.pipe
            yield replace(inner, ignored=ignored, pipe=pipe, into=inner.into or command.into)

    def _nested(self, script: str, line: int, *, ignored: bool = False) -> Iterator[Command]:
        if self.deep >= MAX_NESTED:
            return
        reader = _Reader(script, self.deep + 1)
        reader.functions = self.functions
        for command in reader.commands(script):
            yield replace(command, line=line, ignored=command.ignored or ignored)


def _turns_on_exit(words: list[str]) -> bool:
    return any(re.fullmatch(r"-\w*e\w*", word) for word in words[1:])
