"""`merge_order: {branches: [feature/a, feature/b], into: main}` - merge commits brought these branches, in this order.

Each branch came in by a merge commit of its own on the line of `into`; a branch that is gone is known by the merge
commit that names it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from ..findings import LookedAt
from ..history import Commit
from ..parameters import MAIN, RefName
from ..repository import Tip
from ..shapes import Node, Shape
from ..words import listed, quoted
from .base import Run, Verdict, needs_work, passed, tip_or_answer
from .merged import MergedCheck, merge_commit_of
from .walk import HistoryKind, first_in_order, look, named, newest, rewrite


@dataclass(frozen=True)
class MergeOrderCheck(HistoryKind):
    kind = "merge_order"

    branches: tuple[RefName, ...]
    into: RefName = MAIN

    def problems(self) -> Iterator[tuple[str, str]]:
        if len(set(self.branches)) < max(2, len(self.branches)):
            yield "branches", "at least two different branches are expected"
        if self.into in self.branches:
            yield "into", "is one of the branches"

    def judge(self, run: Run) -> Verdict:
        into = tip_or_answer(run, self.into)
        if isinstance(into, Verdict):
            return into
        merges: list[Commit] = []
        for branch in self.branches:
            merge = merge_commit_of(run, branch, into)
            if merge is None:
                return MergedCheck(branch, self.into, "merge-commit").check(run)
            merges.append(merge)
        if first_in_order(run.repository.history, [[merge] for merge in merges]):
            order = ", then ".join(map(quoted, self.branches))
            return passed(
                f"Merged into {quoted(self.into)}: {order}.",
                *newest(into, merges),
                looked_at=LookedAt(len(merges), "merge commit"),
            )
        return needs_work(
            f"The branches came into {quoted(self.into)} in another order, or together.",
            expected="merge commits of " + ", then ".join(map(quoted, self.branches)),
            found=listed([named(merge) for merge in merges], most=5),
            fix=self._again(run, into, {merge.id for merge in merges}),
            evidence=newest(into, merges),
            wanted=self._shape(),
        )

    def _again(self, run: Run, into: Tip, merges: set[str]) -> str:
        """Where nothing but these merges came since the first of them, they are taken back and made in turn."""
        history = run.repository.history
        line = [history[commit_id] for commit_id in history.first_parents(into.commit.id)]
        alone = list(takewhile(lambda commit: commit.id in merges, line))
        if len(alone) < len(merges) or not all(map(run.repository.branch, self.branches)):
            return look(self.into)
        turns = (["git", "merge", "--no-ff", "--no-edit", name] for name in self.branches)
        return rewrite(into, ["git", "reset", "--keep", alone[-1].parents[0]], *turns)

    def _shape(self) -> Shape:
        """Each branch with one commit and its merge, the last one first."""
        nodes: list[Node] = []
        below = "A"
        for number, branch in enumerate(self.branches, start=1):
            label = self.into if number == len(self.branches) else ""
            merge = Node(f"M{number}", (below, f"B{number}"), label)
            nodes[:0] = [merge, Node(f"B{number}", ("A",), branch)]
            below = merge.name
        return Shape(f"Merged into {quoted(self.into)} one after another", (*nodes, Node("A")))
