"""What a question about the meaning of a file finds: places, what is wrong there, and the lines that mend it."""

from collections.abc import Iterable
from dataclasses import dataclass


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
class Answer:
    """What is to be mended; where nothing is, `holds` says what was seen at `seen`.

    `unknown` is set where the file cannot tell: the reason.
    """

    findings: tuple[Finding, ...] = ()
    holds: str = ""
    seen: tuple[Place, ...] = ()
    unknown: str = ""


def answer(findings: Iterable[Finding], holds: str, seen: Iterable[Place] = ()) -> Answer:
    return Answer(tuple(findings), holds, tuple(seen))
