"""`branch: {name: feature/login, exists: true}` - a branch is there, or with `exists: false` is gone."""

from dataclasses import dataclass

from ..findings import LookedAt
from ..parameters import RefName
from ..words import quoted
from .base import Kind, Run, Verdict, at_tip, commands, missing_branch, needs_work, passed


@dataclass(frozen=True)
class BranchCheck(Kind):
    kind = "branch"

    name: RefName
    exists: bool = True

    def check(self, run: Run) -> Verdict:
        tip = run.repository.branch(self.name)
        if tip is None:
            return missing_branch(run, self.name) if self.exists else self._absent(run)
        if self.exists:
            return passed(
                f"The branch {quoted(self.name)} is there.", at_tip(tip), looked_at=LookedAt(1, "branch")
            )
        return needs_work(
            f"The branch {quoted(self.name)} is still there.",
            expected=f"no branch called {quoted(self.name)}",
            found=f"{quoted(self.name)} at commit {tip.commit.id[:7]}",
            fix=commands(
                ["git", "branch", "-d", self.name], ["git", "push", "origin", "--delete", self.name]
            ),
            evidence=[at_tip(tip)],
        )

    def _absent(self, run: Run) -> Verdict:
        others = LookedAt(len(run.repository.branches), "branch", plural="branches")
        return passed(f"No branch is called {quoted(self.name)}.", looked_at=others)
