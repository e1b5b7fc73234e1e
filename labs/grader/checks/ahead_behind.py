"""`ahead_behind: {name: feature, from: main, ahead: 2, behind: 0}` - commits that only one of two branches holds.

`ahead` counts those of `name` alone, `behind` those of `from` alone; one of the two is enough.
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

    name: RefName
    from_: RefName = MAIN
    ahead: Count | None = None
    behind: Count | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.ahead is None and self.behind is None:
            yield "", "one of ahead and behind is needed"
        if self.name == self.from_:
            yield "from", "is the same branch"

    def judge(self, run: Run) -> Verdict:
        branch, of = tip_or_answer(run, self.name), tip_or_answer(run, self.from_)
        if isinstance(branch, Verdict):
            return branch
        if isinstance(of, Verdict):
            return of
        mine, theirs = (run.repository.history.ancestors(tip.commit.id) for tip in (branch, of))
        ahead, behind = len(mine - theirs), len(theirs - mine)
        found = _said(ahead, behind)
        if self.ahead in (None, ahead) and self.behind in (None, behind):
            return passed(
                f"{quoted(self.name)} is {found} {quoted(self.from_)}.",
                at_tip(branch),
                at_tip(of),
                looked_at=LookedAt(len(mine | theirs), "commit"),
            )
        return needs_work(
            f"{quoted(self.name)} is {found} {quoted(self.from_)}.",
            expected=f"{_said(self.ahead, self.behind)} {quoted(self.from_)}",
            found=f"{found} {quoted(self.from_)}",
            fix=self._catch_up() if self.behind == 0 < behind else look(self.name, self.from_),
            evidence=[at_tip(branch), at_tip(of)],
        )

    def _catch_up(self) -> str:
        merge = ["git", "merge", "--no-edit", self.from_]
        return commands(["git", "switch", self.name], merge, ["git", "push", "origin", self.name])


def _said(ahead: int | None, behind: int | None) -> str:
    numbers = ((ahead, "ahead of"), (behind, "behind"))
    return " and ".join(f"{count(number, 'commit')} {word}" for number, word in numbers if number is not None)
