"""Credentials that come into a layer of an image; whoever has the image can read them."""

import posixpath
from collections.abc import Callable, Iterator
from itertools import islice

from ..findings import Answer, Finding, LookedAt, Place, answer
from ..formats.secrets import belongs_outside, find_secrets
from ..words import quoted
from .instructions import Instruction
from .reading import Dockerfile
from .secret_names import SECRET_NAME, names_secret

MAX_FOUND = 20


def no_secrets(file: Dockerfile, text: str) -> Answer:
    """No credential comes into a layer: by value, by a variable, or as a file."""
    literal = {
        text.count("\n", 0, found.start) + 1: found.rule.name
        for found in islice(find_secrets(text), MAX_FOUND)
    }
    findings = [_literal(Place(file.path, line), name) for line, name in sorted(literal.items())]
    for one in file.instructions():
        if one.place.line not in literal:
            findings.extend(_in_variables(one) if one.name in ("ENV", "ARG") else _as_files(one))
    return answer(
        findings[:MAX_FOUND],
        "No instruction brings a credential into the image.",
        looked_at=LookedAt(len(file.stages), "stage", f"in {quoted(file.path)}"),
    )


def hidden_lines(read: Callable[[str], str | None]) -> Callable[[str], set[int]]:
    """The lines of a file that must not be shown, given how to read one; also where Docker could not read it."""

    def lines(path: str) -> set[int]:
        every = (read(path) or "").split("\n")
        return {number for number, line in enumerate(every, start=1) if names_secret(line)}

    return lines


def _literal(place: Place, name: str) -> Finding:
    return Finding(
        place,
        f"{name[0].upper()}{name[1:]} stands in the Dockerfile; the value is not shown here. It is to be changed "
        "where it is used.",
        "a secret that is mounted for one command",
        name,
        ("RUN --mount=type=secret,id=token …",),
        hidden=True,
    )


def _in_variables(one: Instruction) -> Iterator[Finding]:
    for name, value in one.pairs():
        text = (value or "").strip("\"'")
        if not SECRET_NAME.fullmatch(name) or text.startswith("/") or (one.name == "ENV" and not text):
            continue
        how = "stays in the image" if one.name == "ENV" else "stays in the history of the image"
        yield Finding(
            one.place,
            f"`{one.name} {name}` brings a credential into the image: its value {how}.",
            "a secret that is mounted for one command, or given when the container starts",
            f"`{one.name} {name}`",
            (f"RUN --mount=type=secret,id={name.lower()} …",),
            hidden=True,
        )


def _as_files(one: Instruction) -> Iterator[Finding]:
    if one.name not in ("COPY", "ADD") or one.flag("from"):
        return
    for source in one.sources:
        if belongs_outside(posixpath.basename(source)):
            yield Finding(
                one.place,
                f"`{one.name}` brings {quoted(source)} into the image; a later `RUN rm` leaves it in its layer.",
                "a secret that is mounted for one command",
                quoted(source),
                ("RUN --mount=type=secret,id=env …",),
            )
