"""Errors that BuildKit reports in an instruction."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..parameters import did_you_mean
from ..words import quoted
from .instructions import Instruction, behind, quoted_words
from .mounts import why_mount_refused
from .secret_names import names_secret
from .words import WordError, expand

_COPY_FLAGS = ("chown", "chmod", "exclude", "link")
_FLAGS: dict[str, tuple[str, ...]] = {
    "FROM": ("platform",),
    "RUN": ("mount", "network", "security", "device"),
    "COPY": ("from", "parents", *_COPY_FLAGS),
    "ADD": ("checksum", "keep-git-dir", "unpack", *_COPY_FLAGS),
    "HEALTHCHECK": ("interval", "timeout", "start-period", "start-interval", "retries"),
}
_CHOICES = {"network": ("default", "none", "host"), "security": ("sandbox", "insecure")}
_SWITCHES = ("link", "parents", "keep-git-dir", "unpack")
_REPEATED = ("mount", "exclude", "device")
KNOWN = (
    *("FROM", "RUN", "COPY", "ADD", "CMD", "ENTRYPOINT", "ENV", "ARG", "WORKDIR", "USER", "EXPOSE", "LABEL"),
    *("VOLUME", "HEALTHCHECK", "SHELL", "STOPSIGNAL", "ONBUILD", "MAINTAINER"),
)
_MAY_BE_BARE = ("RUN", "CMD", "ENTRYPOINT")
_PORT = re.compile(
    r"(?:[\d.]*:)?(?:\d+(?:-\d+)?:)?(\d{1,5})(?:-(\d{1,5}))?(?:/(?:tcp|udp|sctp))?", re.IGNORECASE
)
_DURATION = re.compile(r"\+?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+)")
_STAGE = re.compile(r"[a-z][a-z0-9-_.]*")


@dataclass(frozen=True)
class Complaint:
    """An error that BuildKit reports; `add` is a corrected line."""

    says: str
    expected: str
    found: str
    add: tuple[str, ...] = ()


def complaints(one: Instruction) -> Iterator[Complaint]:
    """Yield the errors in an instruction; BuildKit reports the first."""
    if one.name not in KNOWN:
        says = f"{quoted(one.name)} is not a Dockerfile instruction. {did_you_mean(one.name, list(KNOWN))}"
        yield Complaint(says, "an instruction such as `RUN`", quoted(one.name))
        return
    yield from _in_flags(one)
    if not one.value and one.name not in _MAY_BE_BARE:
        yield Complaint(
            f"{quoted(one.name)} has no arguments.", f"{quoted(one.name)} with arguments", "nothing"
        )
        return
    if one.has_other_values:
        says = f"The JSON array of {quoted(one.name)} contains a value that is not a string in double quotes."
        yield Complaint(says, "a JSON array of strings in double quotes", quoted(one.value))
        return
    if one.name in _CHECKS:
        yield from _CHECKS[one.name](one)


def _in_flags(one: Instruction) -> Iterator[Complaint]:
    allowed = _FLAGS.get(one.name, ())
    seen: set[str] = set()
    for name, value in one.flags:
        shown = quoted(f"--{name}")
        if name not in allowed:
            hint = did_you_mean(name, list(allowed)) if allowed else ""
            yield Complaint(
                f"{quoted(one.name)} has no flag {shown}. {hint}".strip(), "a supported flag", shown
            )
        elif value is None and name not in _SWITCHES:
            yield Complaint(f"The flag {shown} has no value.", quoted(f"--{name}=<value>"), shown)
        elif name in _SWITCHES and value not in (None, "true", "false"):
            yield Complaint(
                f"The flag {shown} must be true or false.", quoted(f"--{name}"), quoted(value or "")
            )
        elif name in seen and name not in _REPEATED:
            yield Complaint(f"The flag {shown} is set twice.", "the flag once", shown)
        seen.add(name)


def _in_from(one: Instruction) -> Iterator[Complaint]:
    words = one.value.split()
    if len(words) != 1 and not (len(words) == 3 and words[1].upper() == "AS"):
        says = f"`FROM` has {len(words)} arguments, but Docker accepts one, or three with `AS`."
        yield Complaint(says, "`FROM <image>` or `FROM <image> AS <name>`", quoted(f"FROM {one.value}"))
    elif len(words) == 3 and not _STAGE.fullmatch(words[2].lower()):
        rule = "start with a letter and use only letters, digits, `-`, `_` and `.`"
        says = f"{quoted(words[2])} is not a stage name: {rule}."
        yield Complaint(says, "a name such as `build`", quoted(words[2]))


def _in_copy(one: Instruction) -> Iterator[Complaint]:
    if len(one.words) < 2:
        there = quoted(one.words[0]) if one.words else ""
        but = f"has only {there}" if there else "has neither"
        says = f"`{one.name}` needs a source and a destination, but {but}."
        add = (f"{one.name} {one.words[0]} ./",) if one.words and not one.words[0].startswith("<<") else ()
        yield Complaint(says, f"`{one.name} <source> <destination>`", quoted(f"{one.name} {one.value}"), add)
    elif one.listed is None and one.words[-1].startswith("<<"):
        says = f"`{one.name}` has a here-document as its destination."
        yield Complaint(says, "the destination as the last word", quoted(one.words[-1]))
    yield from _in_values(one, one.words)


def _in_pairs(one: Instruction) -> Iterator[Complaint]:
    # the names and values of ENV and LABEL
    words = quoted_words(one.value, one.escape)
    if "=" not in words[0]:
        if len(words) < 2:
            says = f"`{one.name} {words[0]}` has a name but no value."
            yield Complaint(says, quoted(f"{one.name} {words[0]}=<value>"), quoted(f"{one.name} {words[0]}"))
        return
    for word in words:
        name, equals, _ = word.partition("=")
        if not equals or not name:
            says = f"{_shown(one, word)} is not `name=value`."
            yield Complaint(f"{says} Quote values that contain spaces.", "`name=value`", _shown(one, word))
            return
    yield from _in_values(one, words)


def _in_arg(one: Instruction) -> Iterator[Complaint]:
    for name, _ in one.pairs():
        if not name:
            yield Complaint("An `ARG` has no name.", "`ARG name` or `ARG name=value`", quoted(one.value))
    yield from _in_values(one, quoted_words(one.value, one.escape))


def _shown(one: Instruction, word: str) -> str:
    # without its value if the instruction contains a credential
    if not names_secret(f"{one.name} {one.value}"):
        return quoted(word)
    name, equals, _ = word.partition("=")
    return quoted(f"{name}=…") if equals else "One of the arguments"


def _in_values(one: Instruction, words: list[str]) -> Iterator[Complaint]:
    for word in words:
        try:
            expand(word, {}, one.escape)
        except WordError as error:
            shown = _shown(one, word)
            yield Complaint(f"{shown} is not valid: {error}.", "valid quotes and variables", shown)
            return


def _in_expose(one: Instruction) -> Iterator[Complaint]:
    for word in one.words:
        if "$" in word:
            continue
        match = _PORT.fullmatch(word.strip("\"'"))
        if not match or any(part and int(part) > 65535 for part in match.groups()):
            yield Complaint(
                f"{quoted(word)} is not a port.", "a port such as `8000` or `53/udp`", quoted(word)
            )
            return


def _in_healthcheck(one: Instruction) -> Iterator[Complaint]:
    how, command = behind(one.value)
    if how.upper() == "NONE":
        if command:
            yield Complaint("`HEALTHCHECK NONE` takes no arguments.", "`HEALTHCHECK NONE`", quoted(one.value))
    elif how.upper() != "CMD":
        says = f"`HEALTHCHECK` must start with `CMD` or `NONE`, not {quoted(how)}."
        add = (f"HEALTHCHECK CMD {one.value}",)
        yield Complaint(says, "`HEALTHCHECK CMD <command>`", quoted(one.value), add)
    elif not command or one.listed == []:
        yield Complaint("`HEALTHCHECK CMD` has no command.", "`HEALTHCHECK CMD <command>`", quoted(one.value))
    for name, value in one.flags:
        wanted = r"\d+" if name == "retries" else _DURATION
        if value and "$" not in value and not re.fullmatch(wanted, value):
            says = f"{quoted(value)} is not a valid value for `--{name}`."
            yield Complaint(says, "`3`" if name == "retries" else "a time such as `30s`", quoted(value))


def _in_onbuild(one: Instruction) -> Iterator[Complaint]:
    inner = one.inner()
    if inner is None:
        return
    if inner.name in ("ONBUILD", "FROM", "MAINTAINER"):
        says = f"`ONBUILD` cannot be followed by {quoted(inner.name)}."
        yield Complaint(says, "a different instruction", quoted(inner.name))
    else:
        yield from complaints(inner)


def _in_shell(one: Instruction) -> Iterator[Complaint]:
    if not one.listed:
        yield Complaint("`SHELL` is not a JSON array.", '`SHELL ["/bin/bash", "-c"]`', quoted(one.value))


def _in_run(one: Instruction) -> Iterator[Complaint]:
    for mount in one.flag("mount"):
        if why := why_mount_refused(mount):
            shown = quoted(f"--mount={mount}")
            expected = "a type such as `cache`, `secret` or `bind`, with its options"
            yield Complaint(f"Docker rejects {shown}: {why}.", expected, shown)
    for name, values in _CHOICES.items():
        for value in one.flag(name):
            if value not in values and "$" not in value:
                shown = quoted(f"--{name}={value}")
                yield Complaint(
                    f"Docker rejects {shown}: {name} {quoted(value)} is not valid.", quoted(values[0]), shown
                )


_CHECKS: dict[str, Callable[[Instruction], Iterator[Complaint]]] = {
    "FROM": _in_from,
    "RUN": _in_run,
    "COPY": _in_copy,
    "ADD": _in_copy,
    "ENV": _in_pairs,
    "LABEL": _in_pairs,
    "ARG": _in_arg,
    "EXPOSE": _in_expose,
    "HEALTHCHECK": _in_healthcheck,
    "ONBUILD": _in_onbuild,
    "SHELL": _in_shell,
}
