"""Findings about the meaning of a file: places, problems, and the lines that fix them."""

from collections.abc import Iterable
from dataclasses import dataclass

from .words import count


@dataclass(frozen=True)
class Place:
    """A line (from 1) of a file; `column` is 0 if only the line is known, `line` 0 if there is none."""

    path: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True)
class Finding:
    """One problem to fix. `says` is a sentence; `add` are lines as they belong in the file.

    `hidden` is True if the line contains a credential and must not be shown. `job` is marked in the drawing.
    """

    place: Place
    says: str
    expected: str
    found: str
    add: tuple[str, ...] = ()
    hidden: bool = False
    job: str = ""


@dataclass(frozen=True)
class LookedAt:
    """The set that a verdict is about: a count, a noun and a place, such as 3 | commit of yours | on `main`.

    `unread` names members that could not be read, such as `1 file over 1 MB`. `may_be_empty` is True if the statement
    itself is about emptiness. `either` are two kinds of members, with their articles.
    """

    number: int
    noun: str
    where: str = ""
    plural: str = ""
    unread: tuple[str, ...] = ()
    may_be_empty: bool = False
    either: tuple[str, str] | None = None

    def __str__(self) -> str:
        return f"{count(self.number, self.noun, self.plural)} {self.where}".rstrip()

    @property
    def is_enough(self) -> bool:
        return self.number > 0 or (self.may_be_empty and not self.unread)


@dataclass(frozen=True)
class Answer:
    """The problems to fix; without any, `holds` says what was seen at `seen`.

    `looked_at` is the set that was judged; without it, the places of `seen` are. Nothing passes on an empty set.
    `unknown` says what the file does not show, and why.
    """

    findings: tuple[Finding, ...] = ()
    holds: str = ""
    seen: tuple[Place, ...] = ()
    unknown: str = ""
    looked_at: LookedAt | None = None

    @property
    def judged(self) -> LookedAt:
        return self.looked_at or LookedAt(len(self.seen), "line", "to look at")


def answer(
    findings: Iterable[Finding], holds: str, seen: Iterable[Place] = (), *, looked_at: LookedAt | None = None
) -> Answer:
    return Answer(tuple(findings), holds, tuple(seen), looked_at=looked_at)
