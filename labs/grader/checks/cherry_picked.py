"""`cherry_picked: {commits: [feature~1, feature], on: main}` - a branch holds copies of these commits.

A copy takes away and adds the same lines of the same files in another commit; a pick whose conflict was resolved by
hand is not known. With `in_order: true` the copies follow each other in the order of `commits`. Whether the first
ones are gone is asked by `gone`.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass

from ..findings import LookedAt
from ..history import Commit
from ..parameters import MAIN, RefName, Revision
from ..patches import Patches
from ..repository import Tip
from ..shapes import Shape
from ..wanted import copied
from ..words import count, listed, quoted
from .base import Run, Verdict, commands, needs_work, passed, tip_or_answer
from .commits import commit_evidence
from .walk import HistoryKind, commits_of, first_in_order, named, newest


@dataclass(frozen=True)
class CherryPickedCheck(HistoryKind):
    kind = "cherry_picked"

    commits: tuple[Revision, ...]
    on: RefName = MAIN
    in_order: bool = False

    def problems(self) -> Iterator[tuple[str, str]]:
        if not self.commits:
            yield "commits", "at least one commit is needed"

    def judge(self, run: Run) -> Verdict:
        onto = tip_or_answer(run, self.on)
        if isinstance(onto, Verdict):
            return onto
        wanted = commits_of(run, self.commits)
        if isinstance(wanted, Verdict):
            return wanted
        inside = run.repository.history.ancestors(onto.commit.id)
        merged = [commit for commit in wanted if commit.id in inside]
        if merged:
            return self._merged(onto, merged)
        copies = _copies(run, onto, wanted)
        missing = [commit for commit, made in zip(wanted, copies, strict=True) if not made]
        if missing:
            return self._missing(onto, missing)
        found = (
            first_in_order(run.repository.history, copies) if self.in_order else [made[0] for made in copies]
        )
        if found is None:
            return self._in_another_order(onto, wanted, [made[0] for made in copies])
        words = listed([f"{old.id[:7]} as {named(new)}" for old, new in zip(wanted, found, strict=True)])
        return passed(
            f"{quoted(self.on)} holds {words}.",
            *newest(onto, found),
            looked_at=LookedAt(len(wanted), "commit"),
        )

    def _merged(self, onto: Tip, merged: list[Commit]) -> Verdict:
        return needs_work(
            f"{quoted(self.on)} holds {named(merged[-1])} itself: it was merged, not cherry-picked.",
            expected="a copy of it, in another commit",
            found=named(merged[-1]),
            evidence=newest(onto, merged),
            wanted=self._shape(),
        )

    def _missing(self, onto: Tip, missing: list[Commit]) -> Verdict:
        return needs_work(
            f"{quoted(self.on)} holds no commit with the change of {named(missing[0])}.",
            expected=f"the changes of {listed([named(commit) for commit in missing])} on {quoted(self.on)}",
            found=f"{count(len(missing), 'change')} missing",
            fix=self._pick(missing),
            evidence=[commit_evidence(onto, onto.commit)],
            wanted=self._shape(),
        )

    def _in_another_order(self, onto: Tip, wanted: list[Commit], found: list[Commit]) -> Verdict:
        return needs_work(
            f"The changes are on {quoted(self.on)} in another order.",
            expected=", then ".join(named(commit) for commit in wanted),
            found=listed([named(commit) for commit in found]),
            evidence=newest(onto, found),
            wanted=self._shape(),
        )

    def _pick(self, missing: list[Commit]) -> str:
        picks = (["git", "cherry-pick", *(["-m", "1"] if c.is_merge else []), c.id] for c in missing)
        return commands(["git", "switch", self.on], *picks, ["git", "push", "origin", self.on])

    def _shape(self) -> Shape:
        return copied(list(map(str, self.commits)), self.on)


def _copies(run: Run, onto: Tip, wanted: list[Commit]) -> list[list[Commit]]:
    """For each commit those of `onto` that make the same change, oldest first."""
    history, patches = run.repository.history, Patches(run.repository)
    changes = [run.repository.change_of(commit) for commit in wanted]
    found: list[list[Commit]] = [[] for _ in wanted]
    others: Set[str] = history.ancestors(onto.commit.id)
    for commit in wanted:
        others = others - history.ancestors(commit.id)
    for other in history.in_order(others):
        if other.is_merge:
            continue
        made = run.repository.change_of(other)
        for change, copies in zip(changes, found, strict=True):
            if change and patches.same(made, change):
                copies.append(other)
    if not all(found):
        patches.refuse_unread()
    return found
