"""`labcheck explain [KIND]`: the kinds of check that a lab.yaml may ask for, or one of them in full.

`labcheck explain steps` lists the steps of scenarios. Exit status: 0 explained, 2 there is no such kind.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from typing import Any, get_type_hints

from ..checks import KINDS, Kind
from ..parameters import Bytes, did_you_mean, key_of, named
from ..scenarios.changes import CommitStep
from ..scenarios.steps import STEPS
from ..words import quoted, size
from .common import COULD_NOT, GOOD, complain

_STEPS = "steps"


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", metavar="KIND", nargs="?", help="a kind of check, or steps")


def run(options: argparse.Namespace) -> int:
    if options.kind not in (None, _STEPS, *KINDS):
        known = did_you_mean(options.kind, [*KINDS, _STEPS])
        complain(f"There is no kind of check {quoted(options.kind)}. {known}")
        return COULD_NOT
    print("\n".join(_lines(options.kind)))
    return GOOD


def kind_lines() -> Iterator[str]:
    yield from (documentation(kind).partition("\n")[0] for kind in KINDS.values())


def documentation(kind: type[Kind]) -> str:
    return (sys.modules[kind.__module__].__doc__ or "").strip()


def _lines(name: str | None) -> Iterator[str]:
    if name is None:
        yield from kind_lines()
        yield ""
        yield "`labcheck explain KIND` tells its parameters, `labcheck explain steps` the steps of scenarios."
    elif name == _STEPS:
        yield from step_lines()
    else:
        yield documentation(KINDS[name])
        yield ""
        yield from parameter_lines(KINDS[name]) or ["It has no parameters."]
        yield from _value_lines(KINDS[name])


def _value_lines(kind: type[Kind]) -> Iterator[str]:
    lines = [f"  {name} ({', '.join(keys) or 'no parameters'}): {asks}" for name, asks, keys in kind.values()]
    if lines:
        yield from ("", "Values:", *lines)


def step_lines() -> Iterator[str]:
    shared = parameter_lines(CommitStep)
    for step in STEPS.values():
        told_below = shared if issubclass(step, CommitStep) else []
        own = [line for line in parameter_lines(step) if line not in told_below]
        yield from ((step.__doc__ or "").strip(), *own, "")
    yield from ("Each step that makes a commit has these as well:", *shared)


def parameter_lines(cls: type[Any]) -> list[str]:
    hints = get_type_hints(cls)
    hidden = getattr(cls, "hidden", ())
    return [
        f"  {key_of(field)}: {named(hints[field.name])}{_default(field, hints[field.name])}"
        + (" Learners do not see it." if field.name in hidden else "")
        for field in fields(cls)
    ]


def _default(field: Field[Any], hint: object) -> str:
    if field.default is MISSING and field.default_factory is MISSING:
        return ". Needed."
    if field.default in (None, MISSING, ()):
        return "."
    return f". Default: {_shown(field.default, hint)}."


def _shown(default: object, hint: object) -> str:
    # as it is written in lab.yaml
    if hint is Bytes:
        return size(int(str(default)))
    if isinstance(default, tuple):
        return f"[{', '.join(default)}]"
    shown = str(default).lower() if isinstance(default, bool) else str(default)
    return f"`{shown}`" if shown == "." else shown
