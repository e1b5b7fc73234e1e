"""Count the branches or tags with names that match a pattern."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...findings import LookedAt
from ...pattern_words import in_words
from ...words import count, listed, quoted
from .base import Verdict, needs_work, passed

MAX_SHOWN = 5


def fits(pattern: str | None, name: str) -> bool:
    return pattern is None or re.fullmatch(pattern, name) is not None


def count_problems(
    listed_by_name: bool | None, at_least: int | None, at_most: int | None
) -> Iterator[tuple[str, str]]:
    """Yield (key, message) for missing or contradictory limits. `listed_by_name` is None if there is no `exactly`."""
    counted = at_least is not None or at_most is not None
    if listed_by_name is None and not counted:
        yield "", "needs `at_least` or `at_most`"
    elif listed_by_name == counted:
        yield "", "needs one of `exactly`, `at_least` and `at_most`"
    if at_least is not None and at_most is not None and at_least > at_most:
        yield "at_least", "must not be more than `at_most`"
    if at_least == 0:
        yield "at_least", "must be at least 1"


@dataclass(frozen=True)
class Counted:
    noun: str
    plural: str
    matches: str | None
    at_least: int | None
    at_most: int | None

    def judge(
        self, names: Sequence[str], everything: Sequence[str], *, that: str = "", fix: str = ""
    ) -> Verdict:
        """Judge the number of `names`, out of `everything`. `that` describes those that count."""
        number = len(names)
        there = f"There {'is' if number == 1 else 'are'} {self._counted(number)}{_which(self.matches, that, number)}"
        found = listed(map(quoted, names), limit=MAX_SHOWN)
        if number >= (self.at_least or 0) and (self.at_most is None or number <= self.at_most):
            of = LookedAt(len(everything), self.noun, plural=self.plural)
            return passed(f"{there}{': ' if names else ''}{found}.", looked_at=of)
        limits = (("at least", self.at_least), ("at most", self.at_most))
        wanted = " and ".join(
            f"{words} {count(limit, self.noun, self.plural)}" for words, limit in limits if limit is not None
        )
        others = listed(map(quoted, everything), limit=MAX_SHOWN)
        return needs_work(
            f"{there}.",
            expected=wanted
            + _which(self.matches, that, next(limit for _, limit in reversed(limits) if limit is not None)),
            found=found or (f"only {others}" if others else f"no {self.noun}"),
            fix=fix,
        )

    def _counted(self, number: int) -> str:
        return count(number, self.noun, self.plural) if number else f"no {self.plural}"


def _which(pattern: str | None, that: str, number: int) -> str:
    # after a count of tags or branches
    after = [_called(pattern, number)] if pattern is not None else []
    return "".join(f" {words}" for words in [*after, that] if words)


def _called(pattern: str, number: int) -> str:
    words = in_words(pattern, of_all=True)
    if words.startswith("`"):
        return f"called {words}"
    return "whose name has the required form" if number == 1 else "whose names have the required form"
