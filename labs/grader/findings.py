"""What a question about the meaning of a file finds: places, what is wrong there, and the lines that mend it."""

from collections.abc import Iterable
from dataclasses import dataclass

from .words import count


@dataclass(frozen=True)
class Place:
    """A line (from 1) of a file; `column` is 0 where only the line is known, `line` 0 where there is none."""

    path: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True)
class Finding:
    """One thing to mend. `says` is a sentence; `add` are lines as they belong into the file.

    `hidden` says that the line holds a credential and must not be shown. `job` is marked in the drawing.
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
    """The set that a verdict is about: how many of a noun, and where, such as 3 | commit of yours | on `main`.

    `unread` names what belongs to it and could not be read, such as `1 file over 1 MB`. `may_be_empty` is True where
    the statement itself is about emptiness.
    """

    number: int
    noun: str
    where: str = ""
    plural: str = ""
    unread: tuple[str, ...] = ()
    may_be_empty: bool = False

    def __str__(self) -> str:
        return f"{count(self.number, self.noun, self.plural)} {self.where}".rstrip()

    @property
    def is_enough(self) -> bool:
        return self.number > 0 or (self.may_be_empty and not self.unread)


@dataclass(frozen=True)
class Answer:
    """What is to be mended; where nothing is, `holds` says what was seen at `seen`.

    `looked_at` is the set that was judged; without it, the places of `seen` are. On an empty set nothing holds.
    `unknown` is set where the file cannot tell: the reason.
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
