"""Offer what may be done with lines, and take the trainer's answer."""

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256

from .model import Question, Suggestion
from .source import Line


class Decisions:
    """`given` maps ids of suggestions to the trainer's answers. What has no answer takes its default."""

    def __init__(self, lines: Sequence[Line], given: Mapping[str, bool]) -> None:
        self.lines = lines
        self.given = given
        self.made: list[Suggestion] = []
        self.seen: Counter[str] = Counter()

    def offer(
        self,
        kind: str,
        first: int,
        last: int,
        says: str,
        *,
        default: bool,
        others: tuple[tuple[int, int], ...] = (),
        question: Question | None = None,
    ) -> bool:
        """Add a suggestion. Return True if it is accepted."""
        name = self.name(kind, first, last)
        accepted = self.given.get(name, default)
        self.made.append(Suggestion(name, kind, first, last, says, default, accepted, others, question))
        return accepted

    def name(self, kind: str, first: int, last: int) -> str:
        """Return an id that depends on the words of the lines, and on how often they came before."""
        words = f"{kind}-{fingerprint(self.lines, first, last)}"
        self.seen[words] += 1
        return words if self.seen[words] == 1 else f"{words}-{self.seen[words]}"


def fingerprint(lines: Sequence[Line], first: int, last: int) -> str:
    """Return a short digest of the words of lines; blanks do not count."""
    words = " ".join(" ".join(line.text.split()) for line in lines[first - 1 : last]).strip()
    return sha256(words.encode("utf-8", "replace")).hexdigest()[:12]
