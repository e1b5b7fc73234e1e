"""`points_at: {ref: main, at: 'v1.0~1'}` - a branch or tag stands for exactly this commit.

`at` is a commit by any name: `feature`, `main~2`, `v1.0^2`, a full id. For a renamed branch give the id that its old
name stood for, for an undone merge the commit before it.
"""

from dataclasses import dataclass, replace

from ..findings import LookedAt
from ..history import Commit
from ..parameters import RefName, Revision
from ..repository import Tip
from ..shapes import Node, Shape
from ..words import quoted
from .base import Run, Verdict, at_tip, commands, commit_or_answer, needs_work, passed, tip_or_answer
from .commits import commit_evidence
from .walk import HistoryKind, named, rewrite


@dataclass(frozen=True)
class PointsAtCheck(HistoryKind):
    kind = "points_at"

    ref: RefName
    at: Revision

    def judge(self, run: Run) -> Verdict:
        wanted = commit_or_answer(run, self.at)
        if isinstance(wanted, Verdict):
            return wanted
        tip = tip_or_answer(run, self.ref)
        if isinstance(tip, Verdict):
            make = [["git", "branch", self.ref, wanted.commit.id], ["git", "push", "-u", "origin", self.ref]]
            return replace(tip, fix=commands(*make))
        if tip.commit.id == wanted.commit.id:
            return passed(
                f"{quoted(self.ref)} stands for {named(tip.commit)}.",
                at_tip(tip),
                looked_at=LookedAt(1, "commit"),
            )
        return needs_work(
            f"{quoted(self.ref)} stands for {named(tip.commit)}, which is another commit than {quoted(self.at)}.",
            expected=named(wanted.commit),
            found=named(tip.commit),
            fix=self._move(run, tip, wanted.commit.id),
            evidence=[commit_evidence(tip, tip.commit), commit_evidence(wanted, wanted.commit)],
            wanted=self._shape(wanted.commit),
        )

    def _shape(self, commit: Commit) -> Shape:
        parents = tuple(parent[:7] for parent in commit.parents)
        here = Node(commit.id[:7], parents, self.ref)
        return Shape(f"Where {quoted(self.ref)} should stand", (here, *map(Node, parents)))

    def _move(self, run: Run, tip: Tip, commit_id: str) -> str:
        if tip.ref.startswith("refs/tags/"):
            sort = ["-a", "-m", f"Release {tip.name}"] if run.repository.tag(tip.name).annotated else []
            move = ["git", "tag", "-f", *sort, tip.name, commit_id]
            return commands(move, ["git", "push", "--force", "origin", tip.ref])
        return rewrite(tip, ["git", "reset", "--keep", commit_id])
