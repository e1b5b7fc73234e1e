"""`branch: {name: feature/login, at: 'v1.0~1'}` - a branch exists and points to exactly this commit.

`at` is any revision: `main~2`, `v1.0^2`, a full ID. For a renamed branch, give the ID that its old name pointed to; for
an undone merge, the commit before it. `exists: false` requires that there is no such branch. `default: true` requires
that it is the default branch, the one that the remote's HEAD points to (in a working tree, the current branch).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ..findings import LookedAt
from ..git.repository import Tip
from ..graphs.wanted import pointing_at
from ..parameters import RefName, Revision
from ..words import quoted, visible
from ._shared.base import Kind, Run, Verdict, at_tip, needs_work, not_known, passed
from ._shared.fixes import rewrite_branch
from ._shared.named_refs import branch_at, commit_or_answer, missing_branch
from ._shared.walk import cut_off, named
from .branches import commands_to_delete
from .commits import commit_evidence


@dataclass(frozen=True)
class BranchCheck(Kind):
    kind = "branch"
    about = "branches and merges"

    name: RefName
    at: Revision | None = None
    exists: bool = True
    default: Literal[True] | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.at is not None and not self.exists:
            yield "exists", "`exists: false` can be combined only with `name`"
        if self.default and (self.at is not None or not self.exists):
            yield "default", "can be combined only with `name`"

    def check(self, run: Run) -> Verdict:
        if self.at is not None:
            return cut_off(run) or self._place(run, self.at)
        tip = run.repository.branch(self.name)
        if tip is None:
            return missing_branch(run, self.name) if self.exists else self._absent(run)
        if self.default:
            return self._default(run, tip)
        if self.exists:
            return passed(
                f"The branch {quoted(self.name)} exists.", at_tip(tip), looked_at=LookedAt(1, "branch")
            )
        return needs_work(
            f"The branch {quoted(self.name)} still exists.",
            expected=f"no branch called {quoted(self.name)}",
            found=f"{quoted(self.name)} at commit {tip.commit.id[:7]}",
            fix=commands_to_delete(run, [tip]),
            evidence=[at_tip(tip)],
        )

    def _default(self, run: Run, tip: Tip) -> Verdict:
        default = run.repository.default_branch
        if default == self.name:
            return passed(
                f"{quoted(self.name)} is the default branch.", at_tip(tip), looked_at=LookedAt(1, "branch")
            )
        if default is None:
            return not_known("which branch is the default branch: HEAD does not point to an existing branch")
        return needs_work(
            f"The default branch is {quoted(default)}.",
            expected=f"{quoted(self.name)} as the default branch",
            found=quoted(default),
            fix=f"On GitHub, open Settings, then General, and choose `{visible(self.name)}` under Default branch.",
            evidence=[at_tip(tip)],
        )

    def _absent(self, run: Run) -> Verdict:
        others = LookedAt(len(run.repository.branches), "branch", plural="branches")
        return passed(f"There is no branch {quoted(self.name)}.", looked_at=others)

    def _place(self, run: Run, at: Revision) -> Verdict:
        wanted = commit_or_answer(run, at)
        if isinstance(wanted, Verdict):
            return wanted
        tip = run.repository.branch(self.name)
        if tip is None:
            return replace(missing_branch(run, self.name), fix=branch_at(run, self.name, wanted.commit.id))
        if tip.commit.id == wanted.commit.id:
            return passed(
                f"{quoted(self.name)} points to {named(tip.commit)}.",
                at_tip(tip),
                looked_at=LookedAt(1, "commit"),
            )
        return self._elsewhere(run, tip, wanted)

    def _elsewhere(self, run: Run, tip: Tip, wanted: Tip) -> Verdict:
        return needs_work(
            f"{quoted(self.name)} points to {named(tip.commit)}, not to {quoted(wanted.name)}.",
            expected=named(wanted.commit),
            found=named(tip.commit),
            fix=rewrite_branch(run, tip, ["git", "reset", "--keep", wanted.commit.id]),
            evidence=[commit_evidence(tip, tip.commit), commit_evidence(wanted, wanted.commit)],
            wanted=pointing_at(self.name, wanted.commit),
        )
