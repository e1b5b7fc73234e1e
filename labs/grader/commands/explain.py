"""List the kinds of check for lab.yaml, or describe one of them in full.

`labcheck explain steps` describes the steps of scenarios. Exit status: 0 explained, 2 unknown kind.
"""

import argparse
from collections.abc import Iterable, Iterator

from .. import documentation
from ..checks import KINDS
from ..parameters import did_you_mean
from ..words import quoted
from .common import COULD_NOT, GOOD, complain

_STEPS = "steps"


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", metavar="KIND", nargs="?", help="a kind of check, or `steps`")


def run(options: argparse.Namespace) -> int:
    if options.kind not in (None, _STEPS, *KINDS):
        known = did_you_mean(options.kind, [*KINDS, _STEPS])
        complain(f"Unknown kind of check {quoted(options.kind)}. {known}")
        return COULD_NOT
    print("\n".join(_lines(options.kind)))
    return GOOD


def kind_lines() -> Iterator[str]:
    yield from (kind.line for kind in documentation.of_kinds())


def _lines(name: str | None) -> Iterator[str]:
    if name is None:
        yield from kind_lines()
        yield ""
        yield "Run `labcheck explain KIND` for the parameters of a kind."
        yield "Run `labcheck explain steps` for the steps of scenarios."
    elif name == _STEPS:
        yield from _step_lines()
    else:
        yield from _explanation(documentation.of_kind(KINDS[name]))


def _explanation(kind: documentation.Documentation) -> Iterator[str]:
    yield from (kind.line, *(["", kind.more] if kind.more else []), "")
    if "\n" in kind.example:
        yield from (kind.example.rstrip(), "")
    yield from _parameter_lines(kind.parameters) or ["This kind takes no parameters."]
    if kind.values:
        yield from ("", "Values:")
    for name, asks, keys in kind.values:
        yield f"  {name} ({', '.join(keys) or 'no parameters'}): {asks}"


def _step_lines() -> Iterator[str]:
    for step in documentation.of_steps():
        yield from (step.line, *_parameter_lines(step.parameters), "")
    yield "Each step that creates a commit also takes these parameters:"
    yield from _parameter_lines(documentation.shared_by_steps())


def _parameter_lines(parameters: Iterable[tuple[str, str]]) -> list[str]:
    return [f"  {key}: {means}" for key, means in parameters]
