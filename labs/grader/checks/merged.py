"""`merged: {name: feature/login, into: main, by: merge-commit}` - a branch was merged in this way.

`by` is merge-commit, fast-forward, squash, rebase or any, or none if it must not be merged. The commit graph decides.
For squash and rebase, the patches decide; the two cannot be told apart for a branch with a single commit. If a branch
was deleted, or its changes were merged in parts, the check is not run, because the merge method cannot be determined.
`name` may be a list of branches that were all merged this way. With `in_order: true` and `by: merge-commit`, they were
merged in the order of the list, each by its own merge commit; a deleted branch is found by the message of its merge
commit.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ..findings import LookedAt
from ..git.history import Commit
from ..git.repository import Tip
from ..graphs.shapes import Shape
from ..graphs.wanted import (
    fast_forward,
    merge_commit,
    merged_by_rebase,
    one_after_another,
    squashed,
    unmerged,
)
from ..parameters import MAIN, RefName
from ..report import Outcome
from ..words import count, listed, quoted
from ._shared.base import Kind, Run, Verdict, at_tip, needs_work, not_known, passed
from ._shared.given import is_given, was_moved_onto
from ._shared.merging import merge_branch, merge_branches, merge_in_order, redo_merge
from ._shared.named_refs import branch_at, make_branch, tip_or_answer
from ._shared.shell import commands, paragraphs
from ._shared.squash import carried_at, rebased_commits, squash_commit
from ._shared.walk import cut_off, first_in_order, named, newest
from .commits import MAX_SHOWN, add_commits, commit_evidence

Way = Literal["merge-commit", "fast-forward", "squash", "rebase"]
_WAYS: dict[str, str] = {
    "any": "merged into",
    "merge-commit": "merged with a merge commit into",
    "fast-forward": "fast-forwarded into",
    "squash": "squashed into one commit on",
    "rebase": "rebased and merged into",
    "none": "not merged into",
}
_SHAPES = {
    "any": merge_commit,
    "merge-commit": merge_commit,
    "fast-forward": fast_forward,
    "squash": squashed,
    "rebase": merged_by_rebase,
    "none": unmerged,
}


@dataclass(frozen=True)
class MergedCheck(Kind):
    kind = "merged"
    about = "branches and merges"

    name: RefName | tuple[RefName, ...]
    into: RefName = MAIN
    by: Literal["any", "merge-commit", "fast-forward", "squash", "rebase", "none"] = "any"
    in_order: bool = False

    def problems(self) -> Iterator[tuple[str, str]]:
        if isinstance(self.name, tuple) and len(set(self.name)) < max(2, len(self.name)):
            yield "name", "expected at least two different branches"
        if self.into in self._branches:
            yield "into", "must be a different branch"
        if self.in_order and (isinstance(self.name, str) or self.by != "merge-commit"):
            yield "in_order", "needs a list of branches and `by: merge-commit`"

    def check(self, run: Run) -> Verdict:
        into = tip_or_answer(run, self.into)
        if isinstance(into, Verdict):
            return self._into_new(run, into)
        if isinstance(self.name, str):
            return _Merge(self.name, self.into, self.by).answer(run, into)
        cut = cut_off(run) if self.in_order else None
        return cut or self._each(run, into, self.name)

    def _into_new(self, run: Run, absent: Verdict) -> Verdict:
        # if `into` has to be created first, the fix adds the merges
        tips = [tip for name in self._branches if (tip := run.repository.branch(name))]
        if (
            absent.fix != make_branch(self.into)
            or len(tips) < len(self._branches)
            or self.by not in ("any", "merge-commit")
        ):
            return absent
        head = run.repository.branch("main") or tips[0]
        merges = merge_branches(replace(head, name=self.into), tips)
        return replace(absent, fix=paragraphs(branch_at(run, self.into, head.commit.id), merges))

    @property
    def _branches(self) -> tuple[RefName, ...]:
        return self.name if isinstance(self.name, tuple) else (self.name,)

    def _each(self, run: Run, into: Tip, names: tuple[RefName, ...]) -> Verdict:
        # the first verdict that is not a pass, or one pass for all
        if self.in_order:
            return self._in_order(run, into, names)
        answers = [_Merge(name, self.into, self.by).answer(run, into) for name in names]
        wrong = next((answer for answer in answers if answer.outcome is not Outcome.PASSED), None)
        evidence = [answer.evidence[0] for answer in answers if answer.evidence]
        sentences = " ".join(answer.why for answer in answers)
        looked_at = LookedAt(len(names), "branch", plural="branches")
        return wrong or passed(sentences, *evidence[:MAX_SHOWN], looked_at=looked_at)

    def _in_order(self, run: Run, into: Tip, names: tuple[RefName, ...]) -> Verdict:
        merges = [merge for name in names if (merge := merge_commit_of(run, name, into))]
        if len(merges) < len(names):
            return self._missing(run, into, names)
        if first_in_order(run.repository.history, [[merge] for merge in merges]):
            order = ", then ".join(map(quoted, names))
            return passed(
                f"Merged into {quoted(self.into)} in order: {order}.",
                *newest(into, merges),
                looked_at=LookedAt(len(merges), "merge commit"),
            )
        return needs_work(
            f"The branches were merged into {quoted(self.into)} in a different order, or together in one "
            "merge commit.",
            expected="merge commits of " + ", then ".join(map(quoted, names)),
            found=listed([named(merge) for merge in merges], limit=5),
            fix=merge_in_order(run, into, names, merges),
            evidence=newest(into, merges),
            wanted=one_after_another(names, self.into),
        )

    def _missing(self, run: Run, into: Tip, names: tuple[RefName, ...]) -> Verdict:
        # the verdict on the first one, with commands for all of them
        absent = [name for name in names if merge_commit_of(run, name, into) is None]
        verdict = _Merge(absent[0], self.into, self.by).answer(run, into)
        tips = [run.repository.branch(name) for name in absent]
        inside = run.repository.history.ancestors(into.commit.id)
        if not all(tip and tip.commit.id not in inside for tip in tips):
            return verdict
        return replace(verdict, fix=merge_branches(into, [tip for tip in tips if tip]))


@dataclass(frozen=True)
class _Merge:
    branch: RefName
    into: RefName
    by: str

    def answer(self, run: Run, into: Tip) -> Verdict:
        branch = run.repository.branch(self.branch)
        if branch is None:
            return self._without_branch(run, into)
        moved = self.by == "merge-commit" and was_moved_onto(run, branch, into)
        if not moved and is_given(run, branch, into):
            return self._without_commits(run, branch, into)
        found = _found_in_graph(run, branch, into) or _found_in_content(run, branch, into, self.by)
        if found and found[0] == "fast-forward" and not branch.commit.parents:
            return self._without_commits(run, branch, into)
        if found:
            return self._judge(run, into, *found)
        if self.by == "none":
            apart = f"{quoted(self.branch)} is not merged into {quoted(self.into)}."
            return passed(apart, at_tip(branch), at_tip(into), looked_at=LookedAt(2, "branch"))
        carried = carried_at(run.repository, branch.commit, into.commit)
        if carried:
            return not_known(
                f"how {quoted(self.branch)} was merged into {quoted(self.into)}: {carried.id[:7]} has all of its "
                f"changes, but {quoted(self.into)} contains neither its commits nor a single "
                "commit with the same changes"
            )
        return self._not_merged(run, branch, into)

    def _judge(self, run: Run, into: Tip, way: Way, brought: list[Commit]) -> Verdict:
        # `brought` are the commits that merged the branch, oldest first: several for a rebase
        commit = brought[-1]
        evidence = commit_evidence(into, commit)
        merged = f"{quoted(self.branch)} was {_WAYS[way]} {quoted(self.into)}"
        if way != "fast-forward":
            merged += f": {commit.id[:7]}"
        elif self.by == "merge-commit":
            merged += ", so there is no merge commit"
        if self.by in ("any", way):
            return passed(f"{merged}.", evidence, looked_at=LookedAt(1, "commit"))
        return needs_work(
            f"{merged}.",
            expected=f"{quoted(self.branch)} {_WAYS[self.by]} {quoted(self.into)}",
            found=f"{commit.id[:7]} {quoted(commit.subject)}",
            fix=redo_merge(run, self.branch, into, self.by, brought, has_merge=way != "fast-forward"),
            evidence=[evidence],
            wanted=self._shape(),
        )

    def _without_commits(self, run: Run, branch: Tip, into: Tip) -> Verdict:
        is_inside = branch.commit.id in run.repository.history.ancestors(into.commit.id)
        if is_inside and self.by != "none":
            fix = redo_merge(run, self.branch, into, self.by, [], has_merge=False)
        else:
            fix = add_commits(run, branch)
        return needs_work(
            f"{quoted(self.branch)} has no commit of yours to merge.",
            expected=f"a commit of yours on {quoted(self.branch)}",
            found=f"{branch.commit.id[:7]}, "
            + ("which is part of the starter" if branch.commit.parents else "the root commit"),
            fix=fix,
            evidence=[commit_evidence(branch, branch.commit)],
        )

    def _not_merged(self, run: Run, branch: Tip, into: Tip) -> Verdict:
        history = run.repository.history
        missing = history.ancestors(branch.commit.id) - history.ancestors(into.commit.id)
        return needs_work(
            f"{quoted(self.branch)} is not merged into {quoted(self.into)}.",
            expected=f"{quoted(self.branch)} {_WAYS[self.by]} {quoted(self.into)}",
            found=f"{count(len(missing), 'commit')} on {quoted(self.branch)} but not on {quoted(self.into)}",
            fix=merge_branch(run, branch, into, self.by),
            evidence=[commit_evidence(branch, branch.commit), at_tip(into)],
            wanted=self._shape(),
        )

    def _without_branch(self, run: Run, into: Tip) -> Verdict:
        # the branch was deleted or never pushed: only a merge commit that names it is proof
        merge = merge_commit_of(run, self.branch, into)
        if merge:
            return self._judge(run, into, "merge-commit", [merge])
        return not_known(
            f"whether {quoted(self.branch)} was merged into {quoted(self.into)}: the branch is not in the repository, "
            "and no merge commit names it",
            fix=commands(["git", "push", "origin", self.branch]),
        )

    def _shape(self) -> Shape:
        return _SHAPES[self.by](self.branch, self.into)


def is_merged(run: Run, branch: Tip, into: Tip) -> bool:
    return bool(_found_in_graph(run, branch, into) or _found_in_content(run, branch, into, "any"))


def merge_commit_of(run: Run, name: str, into: Tip) -> Commit | None:
    """Return the merge commit of a branch; for a deleted branch, the latest one that names it."""
    branch = run.repository.branch(name)
    if branch is None:
        return next((commit for commit in reversed(list(_merges(run, into))) if _names(commit, name)), None)
    found = _found_in_graph(run, branch, into)
    return found[1][0] if found and found[0] == "merge-commit" else None


def _found_in_graph(run: Run, branch: Tip, into: Tip) -> tuple[Way, list[Commit]] | None:
    # the first commit on `into` that contains the branch: its tip, or the commit that merged it
    history = run.repository.history
    if branch.commit.id not in history.ancestors(into.commit.id):
        return None
    holders = history.descendants(branch.commit.id)
    line = list(history.first_parents(into.commit.id, holders))
    first = history[line[-1]]
    return ("fast-forward" if first.id == branch.commit.id else "merge-commit"), [first]


def _found_in_content(run: Run, branch: Tip, into: Tip, asked: str) -> tuple[Way, list[Commit]] | None:
    copies = rebased_commits(run.repository, branch.commit, into.commit)
    commit = squash_commit(run.repository, branch.commit, into.commit)
    if commit and not (copies and asked == "rebase"):
        return "squash", [commit]
    return ("rebase", copies) if copies else None


def _merges(run: Run, into: Tip) -> Iterator[Commit]:
    history = run.repository.history
    yield from (each for each in history.in_order(history.ancestors(into.commit.id)) if each.is_merge)


def _names(commit: Commit, branch: str) -> bool:
    # by the message that Git or GitHub writes for a merge
    name = re.escape(branch)
    return bool(
        re.match(
            rf"Merge (?:remote-tracking )?branch(?:es)? .*'(?:origin/)?{name}'"
            rf"|Merge pull request #\d+ from [^/ ]+/{name}$",
            commit.subject,
        )
    )
