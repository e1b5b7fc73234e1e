"""The documentation of check kinds and scenario steps, for `labcheck explain`, `docs/checks.md` and the lab editor.

The docstring of a step, or of a kind's module, begins with `` `EXAMPLE` - SUMMARY ``. Parameters come from fields.
"""

import sys
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, get_type_hints

from .checks import KINDS, Kind
from .parameters import Bytes, key_of, named, spelled
from .scenarios.changes import CommitStep, Step
from .scenarios.steps import STEPS
from .words import size


@dataclass(frozen=True)
class Documentation:
    """`example` is YAML, `line` the example and the summary as one line, `more` the paragraphs after it.

    `parameters` pairs keys with their meaning. `values` has the name, meaning and keys of each value that a parameter
    may name.
    """

    name: str
    example: str
    line: str
    summary: str
    more: str
    parameters: list[tuple[str, str]]
    values: list[tuple[str, str, list[str]]]


def of_kinds() -> list[Documentation]:
    return [of_kind(kind) for kind in KINDS.values()]


def of_kind(kind: type[Kind]) -> Documentation:
    text = sys.modules[kind.__module__].__doc__ or ""
    return _of(kind.kind, text, kind.example, _parameters(kind), list(kind.values()))


def of_steps() -> list[Documentation]:
    return [_of_step(word, step) for word, step in STEPS.items()]


def shared_by_steps() -> list[tuple[str, str]]:
    """Return the parameters of every step that creates a commit; `of_steps` leaves them out."""
    return _parameters(CommitStep)


def _of_step(word: str, step: type[Step]) -> Documentation:
    shared = shared_by_steps() if issubclass(step, CommitStep) else []
    own = [parameter for parameter in _parameters(step) if parameter not in shared]
    return _of(word, step.__doc__ or "", "", own, [])


def _of(
    name: str,
    text: str,
    example: str,
    parameters: list[tuple[str, str]],
    values: list[tuple[str, str, list[str]]],
) -> Documentation:
    line, _, more = text.strip().partition("\n")
    shown, _, summary = line.partition("` - ")
    return Documentation(
        name, example or shown.strip("`"), line, summary, more.strip("\n"), parameters, values
    )


# Any: a dataclass, a type that Python's type hints cannot name
def _parameters(cls: type[Any]) -> list[tuple[str, str]]:
    hints = get_type_hints(cls)
    hidden = getattr(cls, "hidden", ())
    return [
        (
            key_of(field),
            f"{named(hints[field.name])}{_default(field, hints[field.name])}"
            + (" Hidden from learners." if field.name in hidden else ""),
        )
        for field in fields(cls)
    ]


def _default(field: "Field[Any]", hint: object) -> str:
    if field.default is MISSING and field.default_factory is MISSING:
        return ". Required."
    if field.default in (None, MISSING, ()):
        return "."
    return f". Default: {_shown(field.default, hint)}."


def _shown(default: object, hint: object) -> str:
    # as it is written in lab.yaml
    if hint is Bytes:
        return size(int(str(default)))
    if isinstance(default, tuple):
        return f"[{', '.join(default)}]"
    return spelled(default)
