"""A Dockerfile as stages of instructions, with the variables defined for each instruction."""

from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from itertools import islice

from ..findings import Finding, Place
from ..words import quoted
from .instructions import Instruction, instruction
from .lines import LineError, escape_of, logical_lines
from .references import refused_references
from .refusals import complaints
from .stages import Known, Stage
from .words import Expanded, WordError, expand

__all__ = ["Dockerfile", "Stage", "read_dockerfile", "substitute", "variables_at"]

MAX_FAULTS = 20
# Docker sets them in each build; an ARG declares them
_GIVEN = tuple(
    f"{whose}{what}" for whose in ("BUILD", "TARGET") for what in ("PLATFORM", "OS", "ARCH", "VARIANT")
)


@dataclass(frozen=True)
class Dockerfile:
    path: str
    stages: tuple[Stage, ...] = ()
    arguments: tuple[Instruction, ...] = ()
    faults: tuple[Finding, ...] = ()

    @property
    def final(self) -> Stage:
        return self.stages[-1]

    def instructions(self) -> Iterator[Instruction]:
        yield from self.arguments
        for stage in self.stages:
            yield from stage.instructions


def read_dockerfile(path: str, text: str) -> Dockerfile:
    """Read the stages of a Dockerfile; `faults` are the errors that BuildKit reports."""
    reader = _Reader(path)
    lines = text.removeprefix("\ufeff").split("\n")
    try:
        escape = escape_of(lines)
        for line in logical_lines(lines, escape):
            reader.take(instruction(line.text, Place(path, line.number), line.documents, escape))
            if len(reader.faults) >= MAX_FAULTS:
                break
    except LineError as error:
        reader.faults.append(Finding(Place(path, error.line), error.message, error.expected, error.found))
    if not reader.faults:
        reader.faults += islice(refused_references(reader.stages), MAX_FAULTS)
    if not reader.stages and not reader.faults:
        says = "The Dockerfile has no `FROM`."
        reader.faults.append(Finding(Place(path, 1), says, "a base image", "none", _FROM))
    return Dockerfile(path, tuple(reader.stages), tuple(reader.arguments), tuple(reader.faults[:MAX_FAULTS]))


_FROM = ("FROM python:3.12-slim",)


class _Reader:
    def __init__(self, path: str) -> None:
        self.path = path
        self.faults: list[Finding] = []
        self.arguments: list[Instruction] = []
        self.stages: list[Stage] = []
        self.known: Known = dict.fromkeys(_GIVEN, None)
        self.named: dict[str, Stage] = {}

    def take(self, one: Instruction) -> None:
        found = list(islice(complaints(one), MAX_FAULTS))
        self.faults += [Finding(one.place, each.says, each.expected, each.found, each.add) for each in found]
        if found:
            return
        if one.name == "FROM":
            self._start_stage(one)
        elif self.stages:
            self.stages[-1].instructions.append(one)
        elif one.name == "ARG":
            self.arguments.append(one)
            _declare(self.known, one, {})
        else:
            says = f"{quoted(one.name)} is before the first `FROM`."
            self.faults.append(
                Finding(one.place, says, "`FROM` as the first instruction", quoted(one.name), _FROM)
            )

    def _start_stage(self, one: Instruction) -> None:
        words = one.value.split()
        base = _expanded(words[0], self.known, one.escape)
        name = words[2].lower() if len(words) > 2 else ""
        before = self.named.get(base.text.lower())
        stage = Stage(one.place, base.text, words[0], name, before, tuple(base.unknown), self.known)
        for trigger in before.all("ONBUILD") if before else ():
            inner = trigger.inner()
            if inner:
                stage.instructions.append(inner)
        self.stages.append(stage)
        if name:
            self.named[name] = stage


def variables_at(stage: Stage, one: Instruction | None = None) -> Known:
    """Return the variables defined at an instruction, or at the end of the stage without one.

    A value is None if the file does not set it. Stages based on this one keep ENV but not ARG, and ENV wins.
    """
    kept: Known = {}
    given: Known = {}
    for link in reversed(list(stage.chain())):
        given = {}
        for each in link.instructions:
            if each is one:
                break
            if each.name == "ENV":
                now = ChainMap(kept, given)  # as before the instruction, for all of its values
                kept.update([(name, _value(value or "", now, each.escape)) for name, value in each.pairs()])
            elif each.name == "ARG":
                _declare(given, each, ChainMap(kept, stage.arguments))
    return {**given, **kept}


def substitute(stage: Stage, one: Instruction, text: str) -> Expanded:
    """Expand the variables in a text of an instruction."""
    return _expanded(text, variables_at(stage, one), one.escape)


def _declare(known: Known, one: Instruction, outer: MutableMapping[str, str | None]) -> None:
    # an ARG without a default has that of the `ARG` before the first `FROM`
    for name, value in one.pairs():
        if value is not None:
            known[name] = _value(value, ChainMap(known, outer), one.escape)
        elif name in outer:
            known[name] = outer[name]


def _value(text: str, known: Mapping[str, str | None], escape: str) -> str | None:
    found = _expanded(text, known, escape)
    return None if found.unknown else found.text


def _expanded(text: str, known: Mapping[str, str | None], escape: str) -> Expanded:
    try:
        return expand(text, known, escape)
    except WordError:
        return Expanded("", [text])
