"""Credentials in the layers of an image, readable by everyone who has the image."""

import posixpath
from collections.abc import Callable, Collection, Iterator
from itertools import islice

from ..findings import Answer, Finding, LookedAt, Place, answer
from ..formats.secrets import belongs_outside, find_secrets
from ..words import quoted
from ..workflows.commands import commands_of
from .copied_files import find_copied_secrets
from .instructions import Instruction
from .passwords import password_in_address, passwords_in_text, passwords_of
from .reading import Dockerfile, read_dockerfile
from .secret_names import SECRET_NAME, names_secret

MAX_FOUND = 20


def no_secrets(
    file: Dockerfile,
    text: str,
    files: Collection[str] = (),
    read: Callable[[str], str | None] = lambda path: None,
) -> Answer:
    """No layer contains a credential: as a value, in a variable, in a command or as a copied file."""
    literal = {
        text.count("\n", 0, found.start) + 1: found.rule.name
        for found in islice(find_secrets(text), MAX_FOUND)
    }
    findings = [_literal(Place(file.path, line), name) for line, name in sorted(literal.items())]
    for one in _all(file):
        if one.place.line not in literal:
            findings.extend(_in_variables(one))
            findings.extend(_in_commands(one))
            findings.extend(_as_files(one))
    copied = find_copied_secrets(file, files, read)
    if not findings and copied.unknown:
        return copied
    return answer(
        [*findings, *copied.findings][:MAX_FOUND],
        f"No credential was found in {quoted(file.path)}: checked for known formats, values of names such as "
        "`PASSWORD`, passwords in commands and copied files such as `.env`.",
        looked_at=LookedAt(len(file.stages), "stage", f"in {quoted(file.path)}"),
    )


def _all(file: Dockerfile) -> Iterator[Instruction]:
    # for ONBUILD, the instruction that it triggers
    for one in file.instructions():
        yield (one.inner() or one) if one.name == "ONBUILD" else one


def hidden_lines(read: Callable[[str], str | None]) -> Callable[[str], set[int]]:
    """Return a function from a path to the lines that must not be shown, even if the file is not valid."""

    def lines(path: str) -> set[int]:
        text = read(path) or ""
        every = text.split("\n")
        found = {
            number
            for number, line in enumerate(every, start=1)
            if names_secret(line) or password_in_address(line)
        }
        ones = list(_all(read_dockerfile(path, text))) if "FROM" in text.upper() else []
        ends = [*(one.place.line for one in ones[1:]), len(every) + 1]
        for one, end in zip(ones, ends, strict=False):
            if next(_in_commands(one), None):
                found.update(range(one.place.line, end))
        return found

    return lines


def _literal(place: Place, name: str) -> Finding:
    return Finding(
        place,
        f"{name[0].upper()}{name[1:]} is in the Dockerfile. The value is not shown here. "
        "Revoke it and create a new one.",
        "a secret mounted for one command",
        name,
        ("RUN --mount=type=secret,id=token …",),
        hidden=True,
    )


def _in_variables(one: Instruction) -> Iterator[Finding]:
    if one.name not in ("ENV", "ARG", "LABEL"):
        return
    for name, value in one.pairs():
        text = (value or "").strip("\"'")
        if not (SECRET_NAME.fullmatch(name) or password_in_address(text)):
            continue
        if text.startswith("/") or (one.name != "ARG" and not text):
            continue
        how = "stays in the image" if one.name != "ARG" else "stays in the image history"
        yield Finding(
            one.place,
            f"`{one.name} {name}` puts a credential into the image: its value {how}.",
            "a secret mounted for one command or passed when the container starts",
            f"`{one.name} {name}`",
            (f"RUN --mount=type=secret,id={name.lower()} …",),
            hidden=True,
        )


def _in_commands(one: Instruction) -> Iterator[Finding]:
    # commands of RUN, CMD and so on, and files that COPY writes from a here-document
    if one.name in ("COPY", "ADD"):
        found = (name for document in one.documents for name in passwords_in_text(document.text))
    elif one.name in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"):
        script = one.script.removeprefix("CMD ") if one.name == "HEALTHCHECK" else one.script
        found = (name for command in commands_of(script) for name in passwords_of(command))
    else:
        return
    if name := next(found, ""):
        what = name if name.startswith("a ") else quoted(name)
        yield Finding(
            one.place,
            f"`{one.name}` contains a password or token ({what}), which stays in the image history.",
            "a secret mounted for one command",
            what,
            ("RUN --mount=type=secret,id=token …",),
            hidden=True,
        )


def _as_files(one: Instruction) -> Iterator[Finding]:
    if one.name not in ("COPY", "ADD") or one.flag("from"):
        return
    for source in one.sources:
        if belongs_outside(posixpath.basename(source)):
            yield Finding(
                one.place,
                f"`{one.name}` copies {quoted(source)} into the image, where it stays even after a `RUN rm`.",
                "a secret mounted for one command",
                quoted(source),
                ("RUN --mount=type=secret,id=env …",),
            )
