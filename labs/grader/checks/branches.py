"""`branches: {exactly: [main, feature/login]}` - the branches of the repository are these and no others."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..findings import LookedAt
from ..parameters import RefName
from ..words import listed, quoted
from .base import Kind, Run, Verdict, at_tip, commands, names_found, needs_work, passed


@dataclass(frozen=True)
class BranchesCheck(Kind):
    kind = "branches"

    exactly: tuple[RefName, ...]

    def problems(self) -> Iterator[tuple[str, str]]:
        if len(set(self.exactly)) < len(self.exactly) or not self.exactly:
            yield "exactly", "a list of different branches is expected"

    def check(self, run: Run) -> Verdict:
        there = list(run.repository.branches)
        missing = [name for name in self.exactly if name not in there]
        others = [name for name in there if name not in self.exactly]
        if not missing and not others:
            return passed(
                f"The branches are {listed(map(quoted, there), most=5)}.",
                looked_at=LookedAt(len(there), "branch", plural="branches"),
            )
        faults = (("missing", missing), ("not asked for", others))
        return needs_work(
            "The branches are not the ones asked for. "
            + " ".join(
                f"{word.capitalize()}: {listed(map(quoted, names), most=5)}."
                for word, names in faults
                if names
            ),
            expected=f"only {listed(map(quoted, self.exactly), most=5)}",
            found=names_found(there, "branch", "branches"),
            fix=self._change(missing, others),
            evidence=[at_tip(tip) for name in others[:3] if (tip := run.repository.branch(name))],
        )

    def _change(self, missing: list[RefName], others: list[str]) -> str:
        """One that is missing while one is too many was most often not renamed."""
        if len(missing) == len(others) == 1:
            return commands(
                ["git", "branch", "-m", others[0], missing[0]],
                ["git", "push", "-u", "origin", missing[0]],
                ["git", "push", "origin", "--delete", others[0]],
            )
        make = [["git", "branch", name] for name in missing]
        push = [["git", "push", "origin", *missing]] if missing else []
        away = [["git", "switch", self.exactly[0]]] if others else []
        drop = (
            [["git", "branch", "-D", *others], ["git", "push", "origin", "--delete", *others]]
            if others
            else []
        )
        return commands(*make, *push, *away, *drop)
