"""A Dockerfile as instructions and stages, as BuildKit reads its lines.

Continued lines with comments in between, here-documents and the `escape` directive are understood.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ..findings import Finding, Place
from ..parameters import did_you_mean
from ..words import quoted

MOST_FAULTS = 20
KNOWN = (
    "FROM",
    "RUN",
    "COPY",
    "ADD",
    "CMD",
    "ENTRYPOINT",
    "ENV",
    "ARG",
    "WORKDIR",
    "USER",
    "EXPOSE",
    "LABEL",
    "VOLUME",
    "HEALTHCHECK",
    "SHELL",
    "STOPSIGNAL",
    "ONBUILD",
    "MAINTAINER",
)
_DIRECTIVE = re.compile(r"#\s*([a-z]+)\s*=\s*(\S+)\s*", re.IGNORECASE)
_HEREDOC = re.compile(r"<<(-?)([\"']?)([A-Za-z_]\w*)\2")
_FLAG = re.compile(r"--([a-z-]+)(?:=(\S*))?\s+")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?([-+])([^}]{0,200}))?\})")
_PAIR = re.compile(r"""([\w.-]+)=("(?:[^"\\]|\\.)*"|'[^']*'|(?:[^\s\\]|\\.)*)""")


@dataclass(frozen=True)
class Instruction:
    """One instruction; `value` is one line without its flags, `bodies` are here-documents with their first lines."""

    name: str
    place: Place
    value: str
    flags: tuple[tuple[str, str], ...] = ()
    bodies: tuple[tuple[int, str], ...] = ()

    @cached_property
    def listed(self) -> list[str] | None:
        """The words of the exec form, `["a", "b"]`; None for the shell form."""
        try:
            words = json.loads(self.value) if self.value.startswith("[") else None
        except (ValueError, RecursionError):
            return None
        return words if isinstance(words, list) and all(isinstance(word, str) for word in words) else None

    @cached_property
    def words(self) -> list[str]:
        return self.listed if self.listed is not None else self.value.split()

    @property
    def script(self) -> str:
        """What a RUN gives to the shell: its here-document, or the line, or the words of the exec form."""
        if self.value.startswith("<<"):
            return "\n".join(text for _, text in self.bodies)
        return " ".join(self.words) if self.listed else self.value

    def flag(self, name: str) -> list[str]:
        return [value for flag, value in self.flags if flag == name]

    def pairs(self) -> list[tuple[str, str]]:
        """The names and values of ENV, ARG and LABEL; the old form `ENV name value` too."""
        found = [(name, value.strip("\"'")) for name, value in _PAIR.findall(self.value)]
        if self.name == "ARG":
            return found or [(word, "") for word in self.words]
        name, _, value = self.value.partition(" ")
        return found if "=" in name else [(name, value.strip())]


@dataclass(frozen=True)
class Stage:
    """A stage: what it starts from, with the variables put in, and its instructions in order.

    `before` is the earlier stage that it starts from, None for an image.
    """

    place: Place
    base: str
    written: str
    name: str = ""
    before: "Stage | None" = None
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, *names: str) -> list[Instruction]:
        return [one for one in self.instructions if one.name in names]

    def chain(self) -> Iterator["Stage"]:
        """This stage, the one that it starts from, and so on down to the one that starts from an image."""
        stage: Stage | None = self
        while stage:
            yield stage
            stage = stage.before

    def last(self, *names: str) -> Instruction | None:
        """The last of these instructions here, else in the stage that this one starts from."""
        return next((own[-1] for stage in self.chain() if (own := stage.all(*names))), None)


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
    """The stages of a Dockerfile; `faults` says what Docker would not accept."""
    faults: list[Finding] = []
    arguments: list[Instruction] = []
    stages: list[Stage] = []
    known: dict[str, str] = {}
    named: dict[str, Stage] = {}
    for one in _instructions(path, text.split("\n")):
        if len(faults) == MOST_FAULTS:
            break
        if one.name not in KNOWN:
            hint = did_you_mean(one.name, list(KNOWN))
            said = f"{quoted(one.name)} is no instruction of Docker. {hint}"
            faults.append(Finding(one.place, said, "an instruction such as `RUN`", quoted(one.name)))
        elif not one.value and not one.bodies:
            said = f"{quoted(one.name)} has nothing behind it."
            faults.append(Finding(one.place, said, f"{quoted(one.name)} with its words", "nothing"))
        elif one.name == "FROM":
            stages.append(_stage(one, named, known))
            named.setdefault(stages[-1].name.casefold(), stages[-1])
        elif stages:
            stages[-1].instructions.append(one)
        elif one.name == "ARG":
            arguments.append(one)
            known.update(one.pairs())
        else:
            said = f"{quoted(one.name)} stands before the first `FROM`."
            faults.append(Finding(one.place, said, "`FROM` at the beginning", quoted(one.name)))
    if not stages and not faults:
        add = ("FROM python:3.12-slim",)
        faults.append(
            Finding(Place(path, 1), "The Dockerfile has no `FROM`.", "an image to start from", "none", add)
        )
    return Dockerfile(path, tuple(stages), tuple(arguments), tuple(faults))


def _stage(one: Instruction, named: Mapping[str, Stage], known: Mapping[str, str]) -> Stage:
    """`named` are the earlier stages by their names, `known` the values of the arguments before the first."""
    words = one.value.split()
    base = substituted(words[0], known)
    name = words[2] if len(words) > 2 and words[1].upper() == "AS" else ""
    before = named.get(base.casefold()) if base else None
    return Stage(one.place, base, words[0], name, before)


def substituted(text: str, known: Mapping[str, str]) -> str:
    """The text with `$A`, `${A}`, `${A:-default}` and `${A:+other}`; what is not known is empty."""

    def value(match: re.Match[str]) -> str:
        found = known.get(match[1] or match[2], "")
        if match[3] == "+":
            return match[4] if found else ""
        return found or (match[4] or "" if match[3] == "-" else "")

    return _VARIABLE.sub(value, text)


def _instructions(path: str, lines: list[str]) -> Iterator[Instruction]:
    escape, at = _escape(lines), 0
    while at < len(lines):
        if not _counts(lines[at]):
            at += 1
            continue
        start = at
        text, at = _joined(lines, at, escape)
        name, _, rest = text.strip().partition(" ")
        name = name.upper()
        bodies, at = _bodies(rest, lines, at) if name in ("RUN", "COPY", "ADD") else ((), at)
        flags, value = _flags(rest.strip())
        yield Instruction(name, Place(path, start + 1), value, flags, bodies)


def _escape(lines: list[str]) -> str:
    """The character that continues a line; directives stand before everything else."""
    for line in lines:
        match = _DIRECTIVE.fullmatch(line.strip())
        if match is None:
            return "\\"
        if match[1].lower() == "escape" and match[2] in ("`", "\\"):
            return match[2]
    return "\\"


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _joined(lines: list[str], at: int, escape: str) -> tuple[str, int]:
    """The text of an instruction that begins at a line, and the line after it."""
    parts: list[str] = []
    while at < len(lines):
        line = lines[at]
        at += 1
        if parts and not _counts(line):
            continue
        bare = line.rstrip()
        if not bare.endswith(escape):
            parts.append(line)
            break
        parts.append(bare[:-1] + " ")
    return "".join(parts).replace("\t", " "), at


def _bodies(rest: str, lines: list[str], at: int) -> tuple[tuple[tuple[int, str], ...], int]:
    found: list[tuple[int, str]] = []
    for dash, _, end in _HEREDOC.findall(rest):
        start = at
        while at < len(lines) and (lines[at].lstrip("\t") if dash else lines[at]) != end:
            at += 1
        found.append((start + 1, "\n".join(lines[start:at])))
        at += 1
    return tuple(found), at


def _flags(rest: str) -> tuple[tuple[tuple[str, str], ...], str]:
    flags: list[tuple[str, str]] = []
    while match := _FLAG.match(rest):
        flags.append((match[1], match[2] or ""))
        rest = rest[match.end() :]
    return tuple(flags), rest
