"""`start: {name: feature, at: v1.0, from: main}` - a branch was created from another at exactly this commit.

That is the latest commit that both branches reach by following first parents, whatever was merged since; if there is
none, their merge base.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..findings import LookedAt
from ..git.history import Commit, History
from ..graphs.wanted import diverged
from ..parameters import MAIN, RefName, Revision
from ..words import quoted
from ._shared.base import Run, Verdict, at_tip, needs_work, passed
from ._shared.fixes import rewrite_branch
from ._shared.named_refs import branch_at, commit_or_answer, tip_or_answer
from ._shared.walk import HistoryKind, named
from .commits import commit_evidence


@dataclass(frozen=True)
class StartCheck(HistoryKind):
    kind = "start"
    about = "branches and merges"

    name: RefName
    at: Revision
    from_: RefName = MAIN

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.name == self.from_:
            yield "from", "must be a different branch"

    def judge(self, run: Run) -> Verdict:
        branch, of = tip_or_answer(run, self.name), tip_or_answer(run, self.from_)
        wanted = commit_or_answer(run, self.at)
        if isinstance(of, Verdict):
            return of
        if isinstance(wanted, Verdict):
            return wanted
        if isinstance(branch, Verdict):
            return replace(branch, fix=branch_at(run, self.name, wanted.commit.id))
        start = _start(run.repository.history, branch.commit, of.commit)
        if start and start.id == wanted.commit.id:
            return passed(
                f"{quoted(self.name)} branches off at {named(start)}.",
                commit_evidence(branch, start),
                looked_at=LookedAt(1, "commit"),
            )
        move = [
            "git",
            "rebase",
            "--rebase-merges",
            "--onto",
            wanted.commit.id,
            start.id if start else "--root",
        ]
        return needs_work(
            f"{quoted(self.name)} branches off at {named(start)}, not at {quoted(self.at)}."
            if start
            else f"{quoted(self.name)} and {quoted(self.from_)} have no commit in common.",
            expected=f"{quoted(self.name)} branching off at {named(wanted.commit)}",
            found=named(start) if start else "no common commit",
            fix=rewrite_branch(run, branch, move, stops="rebase"),
            evidence=[commit_evidence(branch, start) if start else at_tip(branch), at_tip(wanted)],
            wanted=diverged(self.name, self.from_, wanted.commit.id[:7]),
        )


def _start(history: History, branch: Commit, of: Commit) -> Commit | None:
    line = set(history.first_parents(of.id))
    shared = next((commit_id for commit_id in history.first_parents(branch.id) if commit_id in line), None)
    bases = history.merge_bases(branch.id, of.id)
    found = shared or (bases[-1] if bases else None)
    return history[found] if found else None
