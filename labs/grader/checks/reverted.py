"""`reverted: {commits: [main~2, 'main^{/Break the sum}'], on: main}` - each commit was reverted by a later one.

The later commit makes the opposite change, whatever its message says, and the reverted one is still in the history.
For a merge, that is its change relative to the first parent. With `in_order: true`, the commits were reverted in the
order of `commits`. Names such as `main~2` move as commits are added; IDs, tags and messages do not. `main^{/Break}`
skips commits that only quote such a message, as `Revert "Break the sum"` does.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..findings import LookedAt
from ..git.history import Commit
from ..git.patches import Patches, reverse
from ..git.repository import Tip
from ..graphs.shapes import Shape
from ..graphs.wanted import reverted
from ..parameters import MAIN, RefName, Revision
from ..words import listed, quoted
from ._shared.base import Run, Verdict, needs_work, passed
from ._shared.fixes import on_branch
from ._shared.named_refs import tip_or_answer
from ._shared.shell import Line
from ._shared.walk import HistoryKind, commits_of, first_in_order, named, newest
from .commits import commit_evidence


@dataclass(frozen=True)
class RevertedCheck(HistoryKind):
    kind = "reverted"
    about = "branches and merges"

    commits: tuple[Revision, ...]
    on: RefName = MAIN
    in_order: bool = False

    def problems(self) -> Iterator[tuple[str, str]]:
        if not self.commits:
            yield "commits", "needs at least one commit"

    def judge(self, run: Run) -> Verdict:
        on = tip_or_answer(run, self.on)
        if isinstance(on, Verdict):
            return on
        wanted = commits_of(run, self.commits, originals=True)
        if isinstance(wanted, Verdict):
            return wanted
        inside = run.repository.history.ancestors(on.commit.id)
        absent = [commit for commit in wanted if commit.id not in inside]
        if absent:
            return self._not_kept(run, on, absent)
        undoing = [_undoing(run, on, commit) for commit in wanted]
        open_ones = [commit for commit, later in zip(wanted, undoing, strict=True) if not later]
        if open_ones:
            return self._not_undone(run, on, open_ones)
        found = (
            first_in_order(run.repository.history, undoing) if self.in_order else [row[0] for row in undoing]
        )
        if found is None:
            return self._in_another_order(on, wanted, [row[-1] for row in undoing])
        words = listed([f"{old.id[:7]} by {named(new)}" for old, new in zip(wanted, found, strict=True)])
        return passed(
            f"Reverted on {quoted(self.on)}: {words}.",
            *newest(on, found),
            looked_at=LookedAt(len(wanted), "commit"),
        )

    def _not_kept(self, run: Run, on: Tip, absent: list[Commit]) -> Verdict:
        return needs_work(
            f"{quoted(self.on)} does not contain {named(absent[0])}. It is missing from the history, not reverted.",
            expected=f"{named(absent[0])} in the history of {quoted(self.on)}, and a later commit that reverts it",
            found=f"{named(on.commit)} as the latest commit",
            fix=self._bring_back(run, on, absent),
            evidence=[commit_evidence(on, on.commit)],
            wanted=self._shape(),
        )

    def _not_undone(self, run: Run, on: Tip, open_ones: list[Commit]) -> Verdict:
        claims = [other for commit in open_ones for other in _claiming(run, on, commit)]
        but = (
            f" The message of {claims[0].id[:7]} says so, but it makes a different change." if claims else ""
        )
        noun = "later commits that revert" if open_ones[1:] else "a later commit that reverts"
        return needs_work(
            f"No later commit on {quoted(self.on)} reverts {named(open_ones[0])}.{but}",
            expected=f"{noun} {listed([named(commit) for commit in open_ones])}",
            found="none",
            fix=self._revert(claims, open_ones),
            evidence=newest(on, open_ones),
            wanted=self._shape(),
        )

    def _in_another_order(self, on: Tip, wanted: list[Commit], found: list[Commit]) -> Verdict:
        return needs_work(
            f"The commits were reverted on {quoted(self.on)} in a different order.",
            expected="reverted: " + ", then ".join(named(commit) for commit in wanted),
            found=listed([named(commit) for commit in found]),
            fix=self._revert(found, wanted),
            evidence=newest(on, found),
            wanted=self._shape(),
        )

    def _bring_back(self, run: Run, on: Tip, absent: list[Commit]) -> str:
        merges = [["git", "merge", "--no-edit", commit.id] for commit in absent]
        lines: list[Line] = [*merges, *_reverts(absent)]
        return on_branch(on.name, *lines, stops="merge")

    def _revert(self, undo_first: list[Commit], wanted: list[Commit]) -> str:
        # wrong reverts are reverted first, newest first
        latest_first = list(reversed(undo_first))
        in_turn = wanted if self.in_order else list(reversed(wanted))
        return on_branch(self.on, *_reverts(latest_first), *_reverts(in_turn), stops="revert")

    def _shape(self) -> Shape:
        return reverted(list(map(str, self.commits)), self.on)


def _undoing(run: Run, on: Tip, commit: Commit) -> list[Commit]:
    # oldest first; an empty commit cannot be reverted
    patches = Patches(run.repository)
    wanted = reverse(run.repository.change_of(commit))
    found = [
        other
        for other in _later(run, on, commit)
        if wanted and patches.same(run.repository.change_of(other), wanted)
    ]
    if not found:
        patches.refuse_unread()
    return found


def _later(run: Run, on: Tip, commit: Commit) -> list[Commit]:
    history = run.repository.history
    after = history.descendants(commit.id) & history.ancestors(on.commit.id) - {commit.id}
    return [other for other in history.in_order(after) if not other.is_merge]


def _claiming(run: Run, on: Tip, commit: Commit) -> list[Commit]:
    # by their messages
    return [other for other in _later(run, on, commit) if f"This reverts commit {commit.id}" in other.message]


def _reverts(commits: list[Commit]) -> list[Line]:
    return [["git", "revert", "--no-edit", *(["-m", "1"] if one.is_merge else []), one.id] for one in commits]
