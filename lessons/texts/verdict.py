"""The judgement of a text before it is published."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from .problem import Problem


@dataclass(frozen=True)
class Verdict:
    """`errors` stop publishing, `warnings` do not. Both are sorted by line."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def plus(self, errors: Iterable[Problem] = (), warnings: Iterable[Problem] = ()) -> "Verdict":
        return Verdict(sorted({*self.errors, *errors}), sorted({*self.warnings, *warnings}))
