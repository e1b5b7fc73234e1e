"""`ahead_behind: {branch: feature, of: main, ahead: 2, behind: 0}` - commits that only one of two branches holds.

`ahead` counts those of `branch` alone, `behind` those of `of` alone; one of the two is enough.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..findings import LookedAt
from ..parameters import MAIN, Count, RefName
from ..words import count, quoted
from .base import Run, Verdict, at_tip, commands, needs_work, passed, tip_or_answer
from .walk import HistoryKind, look


@dataclass(frozen=True)
class AheadBehindCheck(HistoryKind):
    kind = "ahead_behind"

    branch: RefName
    of: RefName = MAIN
    ahead: Count | None = None
    behind: Count | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.ahead is None and self.behind is None:
            yield "", "one of ahead and behind is needed"
        if self.branch == self.of:
            yield "of", "is the same branch"

    def judge(self, run: Run) -> Verdict:
        branch, of = tip_or_answer(run, self.branch), tip_or_answer(run, self.of)
        if isinstance(branch, Verdict):
            return branch
        if isinstance(of, Verdict):
            return of
        mine, theirs = (run.repository.history.ancestors(tip.commit.id) for tip in (branch, of))
        ahead, behind = len(mine - theirs), len(theirs - mine)
        found = _said(ahead, behind)
        if self.ahead in (None, ahead) and self.behind in (None, behind):
            return passed(
                f"{quoted(self.branch)} is {found} {quoted(self.of)}.",
                at_tip(branch),
                at_tip(of),
                looked_at=LookedAt(len(mine | theirs), "commit"),
            )
        return needs_work(
            f"{quoted(self.branch)} is {found} {quoted(self.of)}.",
            expected=f"{_said(self.ahead, self.behind)} {quoted(self.of)}",
            found=f"{found} {quoted(self.of)}",
            fix=self._catch_up() if self.behind == 0 < behind else look(self.branch, self.of),
            evidence=[at_tip(branch), at_tip(of)],
        )

    def _catch_up(self) -> str:
        merge = ["git", "merge", "--no-edit", self.of]
        return commands(["git", "switch", self.branch], merge, ["git", "push", "origin", self.branch])


def _said(ahead: int | None, behind: int | None) -> str:
    numbers = ((ahead, "ahead of"), (behind, "behind"))
    return " and ".join(f"{count(number, 'commit')} {word}" for number, word in numbers if number is not None)
