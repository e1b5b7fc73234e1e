"""`ahead_behind: {name: feature, from: main, ahead: 2, behind: 0}` - a branch is this far ahead of and behind another.

`ahead` is the number of commits only on `name`, `behind` the number only on `from`. At least one of the two is needed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..findings import LookedAt
from ..git.history import Commit
from ..git.repository import Tip
from ..parameters import MAIN, Count, RefName
from ..words import count, quoted
from ._shared.base import Run, Verdict, at_tip, needs_work, passed
from ._shared.fixes import on_branch, rewrite_branch
from ._shared.named_refs import branch_at, tip_or_answer
from ._shared.shell import Line
from ._shared.walk import HistoryKind
from .commits import add_commits, more_commits, squash_commits


@dataclass(frozen=True)
class AheadBehindCheck(HistoryKind):
    kind = "ahead_behind"
    about = "branches and merges"

    name: RefName
    from_: RefName = MAIN
    ahead: Count | None = None
    behind: Count | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.ahead is None and self.behind is None:
            yield "", "needs `ahead` or `behind`"
        if self.name == self.from_:
            yield "from", "must be a different branch"

    def judge(self, run: Run) -> Verdict:
        branch, of = tip_or_answer(run, self.name), tip_or_answer(run, self.from_)
        if isinstance(of, Verdict):
            return of
        if isinstance(branch, Verdict):
            return replace(branch, fix=branch_at(run, self.name, of.commit.id))
        mine, theirs = (run.repository.history.ancestors(tip.commit.id) for tip in (branch, of))
        ahead, behind = len(mine - theirs), len(theirs - mine)
        found = _distance(ahead, behind)
        if self.ahead in (None, ahead) and self.behind in (None, behind):
            return passed(
                f"{quoted(self.name)} is {found} {quoted(self.from_)}.",
                at_tip(branch),
                at_tip(of),
                looked_at=LookedAt(len(mine | theirs), "commit"),
            )
        return needs_work(
            f"{quoted(self.name)} is {found} {quoted(self.from_)}.",
            expected=f"{_distance(self.ahead, self.behind)} {quoted(self.from_)}",
            found=f"{found} {quoted(self.from_)}",
            fix=self._fix(run, branch, of),
            evidence=[at_tip(branch), at_tip(of)],
        )

    def _fix(self, run: Run, branch: Tip, of: Tip) -> str:
        history = run.repository.history
        mine, theirs = (history.ancestors(tip.commit.id) for tip in (branch, of))
        alone, missing = history.in_order(mine - theirs), history.in_order(theirs - mine)
        if self.behind is not None and len(missing) < self.behind:
            return add_commits(run, of, self.behind - len(missing))
        if self.ahead == 0 and alone:
            return self._take_in(branch, of)
        if self.behind is not None and len(missing) > self.behind:
            return self._catch_up(run, branch, missing[len(missing) - self.behind - 1], len(alone))
        if self.ahead is not None and len(alone) < self.ahead:
            return add_commits(run, branch, self.ahead - len(alone))
        return squash_commits(run, branch, alone, self.ahead or 0, self.ahead or 0)

    def _take_in(self, branch: Tip, of: Tip) -> str:
        # merges the branch, and fast-forwards it if it must not be behind either
        back = (
            [["git", "switch", self.name], ["git", "merge", "--ff-only", self.from_]]
            if self.behind == 0
            else []
        )
        lines: list[Line] = [["git", "merge", "--no-edit", branch.commit.id], *back]
        return on_branch(of.name, *lines, push=[self.name] if back else [], stops="merge")

    def _catch_up(self, run: Run, branch: Tip, upto: Commit, alone: int) -> str:
        # by a rebase if a merge would be one commit too many
        missing = (self.ahead or alone) - alone
        if self.ahead is None or not alone:
            return on_branch(
                branch.name, ["git", "merge", "--no-edit", upto.id], *more_commits(missing), stops="merge"
            )
        lines: list[Line] = [["git", "rebase", "--rebase-merges", upto.id], *more_commits(missing)]
        return rewrite_branch(run, branch, *lines, stops="rebase")


def _distance(ahead: int | None, behind: int | None) -> str:
    numbers = ((ahead, "ahead of"), (behind, "behind"))
    return " and ".join(f"{count(number, 'commit')} {word}" for number, word in numbers if number is not None)
