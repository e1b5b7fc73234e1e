"""`cherry_picked: {commits: [feature~1, feature], on: main}` - a branch contains copies of these commits.

A copy is a different commit that adds and removes the same lines of the same files. A cherry-pick with a manually
resolved conflict is not recognised. With `in_order: true`, the copies must be in the order of `commits`. Use `gone`
to check that the originals are gone.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace

from ..findings import LookedAt
from ..git.history import Commit
from ..git.patches import Patches
from ..git.repository import Tip
from ..graphs.shapes import Shape
from ..graphs.wanted import cherry_picked
from ..parameters import MAIN, RefName, Revision
from ..words import count, listed, quoted
from ._shared.base import Run, Verdict, needs_work, passed
from ._shared.fixes import on_branch, rewrite_branch
from ._shared.named_refs import make_branch, tip_or_answer
from ._shared.rewriting import drop_lines, pick_in_order, pick_lines
from ._shared.shell import commands, paragraphs, start_on
from ._shared.walk import HistoryKind, commits_of, first_in_order, named, newest
from .commits import OWN_WORDS, commit_evidence, more_commits


@dataclass(frozen=True)
class CherryPickedCheck(HistoryKind):
    kind = "cherry_picked"
    about = "branches and merges"

    commits: tuple[Revision, ...]
    on: RefName = MAIN
    in_order: bool = False

    def problems(self) -> Iterator[tuple[str, str]]:
        if not self.commits:
            yield "commits", "needs at least one commit"

    def judge(self, run: Run) -> Verdict:
        onto = tip_or_answer(run, self.on)
        if isinstance(onto, Verdict):
            return onto
        wanted = commits_of(run, self.commits)
        if isinstance(wanted, Verdict):
            return self._on_new_branch(wanted)
        inside = run.repository.history.ancestors(onto.commit.id)
        merged = [commit for commit in wanted if commit.id in inside]
        if merged:
            return self._merged(run, onto, wanted, merged)
        copies = _copies(run, onto, wanted)
        missing = [commit for commit, made in zip(wanted, copies, strict=True) if not made]
        if missing:
            return self._missing(run, onto, wanted, missing, copies)
        found = (
            first_in_order(run.repository.history, copies) if self.in_order else [made[0] for made in copies]
        )
        if found is None:
            return self._in_another_order(run, onto, wanted, copies)
        words = listed([f"{old.id[:7]} as {named(new)}" for old, new in zip(wanted, found, strict=True)])
        return passed(
            f"{quoted(self.on)} contains {words}.",
            *newest(onto, found),
            looked_at=LookedAt(len(wanted), "commit"),
        )

    def _on_new_branch(self, verdict: Verdict) -> Verdict:
        # if the only branch to pick from does not exist, the fix creates it with a commit and picks that
        name = self.commits[0]
        if self.commits[1:] or verdict.fix != make_branch(name):
            return verdict
        told = f"If it has no commit of its own yet, make one. {OWN_WORDS}"
        push = ["git", "push", "origin", name]
        make = commands(*start_on(name), *more_commits(1), push)
        # without -x, a copy made in the same second on the same parent is the same commit
        pick = on_branch(self.on, ["git", "cherry-pick", "-x", name], stops="cherry-pick")
        return replace(verdict, fix=paragraphs(verdict.fix, told, make, pick))

    def _merged(self, run: Run, onto: Tip, wanted: list[Commit], merged: list[Commit]) -> Verdict:
        return needs_work(
            f"{quoted(self.on)} contains {named(merged[-1])} itself, not a copy of it.",
            expected="a copy of it, which is a different commit",
            found=named(merged[-1]),
            fix=_copy_instead(run, onto, wanted, merged),
            evidence=newest(onto, merged),
            wanted=self._shape(),
        )

    def _missing(
        self, run: Run, onto: Tip, wanted: list[Commit], missing: list[Commit], copies: list[list[Commit]]
    ) -> Verdict:
        return needs_work(
            f"No commit on {quoted(self.on)} makes the same change as {named(missing[0])}.",
            expected=f"the changes of {listed([named(commit) for commit in missing])} on {quoted(self.on)}",
            found=f"{count(len(missing), 'change')} missing",
            fix=_in_order(run, onto, wanted, copies)
            if self.in_order and any(copies)
            else on_branch(self.on, *pick_lines(missing), stops="cherry-pick"),
            evidence=[commit_evidence(onto, onto.commit)],
            wanted=self._shape(),
        )

    def _in_another_order(
        self, run: Run, onto: Tip, wanted: list[Commit], copies: list[list[Commit]]
    ) -> Verdict:
        found = [made[0] for made in copies]
        return needs_work(
            f"The changes are on {quoted(self.on)} in a different order.",
            expected=", then ".join(named(commit) for commit in wanted),
            found=listed([named(commit) for commit in found]),
            fix=_in_order(run, onto, wanted, copies),
            evidence=newest(onto, found),
            wanted=self._shape(),
        )

    def _shape(self) -> Shape:
        return cherry_picked(list(map(str, self.commits)), self.on)


def _copy_instead(run: Run, onto: Tip, wanted: list[Commit], merged: list[Commit]) -> str:
    # drops the merge and cherry-picks the commits
    lines = drop_lines(run, onto, merged[0])
    return rewrite_branch(run, onto, *lines, *pick_lines(wanted), stops="cherry-pick") if lines else ""


def _in_order(run: Run, onto: Tip, wanted: list[Commit], copies: list[list[Commit]]) -> str:
    # resets to before the first copy, picks the commits in order, then the other commits
    made = {commit.id for row in copies for commit in row}
    since: list[Commit] = []
    for commit_id in run.repository.history.first_parents(onto.commit.id):
        since.insert(0, run.repository.history[commit_id])
        if made <= {commit.id for commit in since}:
            break
    if not since[0].parents or any(commit.is_merge for commit in since):
        return ""
    others = [commit for commit in since if commit.id not in made]
    lines = pick_in_order(since[0].parents[0], wanted, others)
    return rewrite_branch(run, onto, *lines, stops="cherry-pick")


def _copies(run: Run, onto: Tip, wanted: list[Commit]) -> list[list[Commit]]:
    # for each commit, those on `onto` with the same change, oldest first
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
