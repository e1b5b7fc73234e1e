"""`amended: {on: main, subject: Add teh parser, parent: v1.0}` - the latest commit was amended.

The old commit, named by its exact `subject` or its full ID (`at`), is no longer in the history of any branch or tag.
The tip of the branch is a different commit with the same `parent`. Use `commit` and `file` to check the new commit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..findings import LookedAt
from ..git.history import Commit
from ..git.repository import Tip
from ..graphs.wanted import replaced
from ..parameters import MAIN, ObjectId, RefName, Revision
from ..words import listed, quoted
from ._shared.base import Run, Verdict, at_tip, needs_work, passed
from ._shared.fixes import rewrite_branch
from ._shared.named_refs import commit_or_answer, tip_or_answer
from ._shared.proposed_texts import subject_for
from ._shared.rewriting import pick_in_order, reword_lines
from ._shared.shell import Line
from ._shared.walk import HistoryKind, named, newest
from .commits import add_commits, commit_evidence
from .gone import drop, holder


@dataclass(frozen=True)
class AmendedCheck(HistoryKind):
    kind = "amended"
    about = "commits"

    parent: Revision
    subject: str | None = None
    at: ObjectId | None = None
    on: RefName = MAIN

    def problems(self) -> Iterator[tuple[str, str]]:
        if (self.subject is None) == (self.at is None):
            yield "", "needs either `subject` or `at`"

    def judge(self, run: Run) -> Verdict:
        tip, parent = tip_or_answer(run, self.on), commit_or_answer(run, self.parent)
        if isinstance(tip, Verdict):
            return tip
        if isinstance(parent, Verdict):
            return parent
        old = [commit for commit in run.repository.history if self._is_old(commit)]
        if old:
            return self._still_there(run, tip, parent, old[0])
        if tip.commit.parents == (parent.commit.id,):
            return passed(
                f"{named(tip.commit)} follows {quoted(self.parent)}. No branch or tag contains the old commit.",
                at_tip(tip),
                looked_at=LookedAt(len(run.repository.history), "commit"),
            )
        return self._elsewhere(run, tip, parent)

    @property
    def _old(self) -> str:
        return self.subject or (self.at or "")[:7]

    def _is_old(self, commit: Commit) -> bool:
        return commit.id == self.at if self.at else commit.subject == self.subject

    def _still_there(self, run: Run, tip: Tip, parent: Tip, old: Commit) -> Verdict:
        where = holder(run, old)
        return needs_work(
            f"{named(old)} is still in the history of {quoted(where.name)}.",
            expected=f"a different commit whose parent is {named(parent.commit)}",
            found=named(old),
            fix=self._replace(run, tip, parent, where, old),
            evidence=newest(where, [old]),
            wanted=replaced(self._old, parent.commit.id[:7], self.on),
        )

    def _elsewhere(self, run: Run, tip: Tip, parent: Tip) -> Verdict:
        below = [run.repository.history[commit_id] for commit_id in tip.commit.parents]
        return needs_work(
            f"The parent of the latest commit on {quoted(self.on)} is not {quoted(self.parent)}.",
            expected=f"a commit whose parent is {named(parent.commit)}",
            found=f"{named(tip.commit)}, {_parents(below)}",
            fix=self._fold(run, tip, parent),
            evidence=[commit_evidence(tip, tip.commit)],
            wanted=replaced(self._old, parent.commit.id[:7], self.on),
        )

    def _replace(self, run: Run, tip: Tip, parent: Tip, where: Tip, old: Commit) -> str:
        if where.ref != tip.ref:
            return drop(run, where, old)
        subject = subject_for(run.repository, old, lambda text: text != self.subject)
        if tip.commit.id == old.id and old.parents == (parent.commit.id,):
            return rewrite_branch(run, tip, *reword_lines(run, tip, tip.name, old, subject))
        return rewrite_branch(run, tip, *_as_one(parent, subject))

    def _fold(self, run: Run, tip: Tip, parent: Tip) -> str:
        history = run.repository.history
        if tip.commit.id == parent.commit.id:
            return add_commits(run, tip)
        if parent.commit.id not in history.ancestors(tip.commit.id):
            return rewrite_branch(
                run, tip, *pick_in_order(parent.commit.id, [tip.commit]), stops="cherry-pick"
            )
        return rewrite_branch(run, tip, *_as_one(parent, tip.commit.subject or "Add the change"))


def _parents(commits: Sequence[Commit]) -> str:
    if not commits:
        return "a root commit"
    return f"whose parent{' is' if len(commits) == 1 else 's are'} {listed([named(commit) for commit in commits])}"


def _as_one(parent: Tip, subject: str) -> list[Line]:
    return [["git", "reset", "--soft", parent.commit.id], ["git", "commit", "-m", subject]]
