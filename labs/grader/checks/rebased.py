"""`rebased: {name: feature, onto: main, subjects: [Add the form, Test the form]}` - a branch was rebased.

The branch contains `onto` (a branch, a tag or any commit) and, after it, only commits that are not merges. `subjects`
are their subjects, oldest first. `from` names the old tip of the branch, if a tag or branch still points to it: the
branch must then make all changes that the old commits made after `onto`. One with a manually resolved conflict is not
recognised. If `onto` was fast-forwarded to the branch later, name the commit that it pointed to before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..findings import LookedAt
from ..git.history import Commit
from ..git.patches import Patches
from ..git.repository import Tip
from ..graphs.wanted import on_top
from ..parameters import MAIN, RefName, Revision
from ..words import count, listed, quoted
from ._shared.base import Run, Verdict, needs_work, passed
from ._shared.fixes import on_branch, rewrite_branch
from ._shared.named_refs import commit_or_answer, tip_or_answer
from ._shared.rewriting import pick_lines, recommit_as
from ._shared.shell import paragraphs
from ._shared.walk import HistoryKind, has_subject, named, newest
from .commits import commit_evidence, more_commits

ONTO = Revision(MAIN)


@dataclass(frozen=True)
class RebasedCheck(HistoryKind):
    kind = "rebased"
    about = "branches and merges"

    name: RefName
    onto: Revision = ONTO
    subjects: tuple[str, ...] = ()
    from_: Revision | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if str(self.name) == self.onto:
            yield "onto", "must be a different branch"

    def judge(self, run: Run) -> Verdict:
        branch, onto = tip_or_answer(run, self.name), commit_or_answer(run, self.onto)
        if isinstance(branch, Verdict):
            return branch
        # a missing `onto` is created at HEAD, and the branch rebased onto that
        if isinstance(onto, Verdict):
            head = run.repository.head
            again = (
                rewrite_branch(run, branch, ["git", "rebase", head], stops="rebase")
                if head and onto.fix
                else ""
            )
            return replace(onto, fix=paragraphs(onto.fix, again))
        history = run.repository.history
        inside, base = history.ancestors(branch.commit.id), history.ancestors(onto.commit.id)
        line = history.in_order(inside - base)
        if onto.commit.id not in inside:
            return self._behind(run, branch, onto, len(base - inside))
        merges = [commit for commit in line if commit.is_merge]
        if merges:
            return self._merged(run, branch, onto, merges)
        return self._not_kept(run, branch, onto, line) or passed(
            f"{quoted(self.name)} is based on {quoted(self.onto)} and is {count(len(line), 'commit')} ahead of it.",
            *newest(branch, line),
            looked_at=LookedAt(len(line), "commit", f"on {quoted(self.name)} after {quoted(self.onto)}"),
        )

    def _behind(self, run: Run, branch: Tip, onto: Tip, missing: int) -> Verdict:
        return needs_work(
            f"{quoted(self.name)} is not based on {quoted(self.onto)}: it is {count(missing, 'commit')} behind.",
            expected=f"{named(onto.commit)} in the history of {quoted(self.name)}",
            found=f"{count(missing, 'commit')} behind",
            fix=rewrite_branch(run, branch, ["git", "rebase", onto.commit.id], stops="rebase"),
            evidence=[commit_evidence(branch, branch.commit), commit_evidence(onto, onto.commit)],
            wanted=on_top(self.name, self.onto, len(self.subjects)),
        )

    def _merged(self, run: Run, branch: Tip, onto: Tip, merges: list[Commit]) -> Verdict:
        return needs_work(
            f"The history of {quoted(self.name)} after {quoted(self.onto)} is not linear: {named(merges[-1])} is a "
            "merge commit.",
            expected="no merge commit",
            found=count(len(merges), "merge commit"),
            fix=rewrite_branch(run, branch, ["git", "rebase", onto.commit.id], stops="rebase"),
            evidence=newest(branch, merges),
            wanted=on_top(self.name, self.onto, len(self.subjects)),
        )

    def _not_kept(self, run: Run, branch: Tip, onto: Tip, line: list[Commit]) -> Verdict | None:
        lost = self._lost(run, onto, line)
        if isinstance(lost, Verdict):
            return lost
        subjects = [commit.subject for commit in line]
        if line and not lost and (not self.subjects or self._has_patches(line)):
            return None
        wanted = (
            [named(commit) for commit in lost] or list(map(quoted, self.subjects)) or ["at least one commit"]
        )
        return needs_work(
            f"{quoted(self.name)} is based on {quoted(self.onto)}, but "
            + (f"the changes of {wanted[0]} are missing." if lost else "does not have the required commits."),
            expected=listed(wanted, limit=8),
            found=listed(map(quoted, subjects), limit=8) or "no commit",
            fix=self._made_good(run, branch, lost, line),
            evidence=newest(branch, line) or [commit_evidence(branch, branch.commit)],
            wanted=on_top(self.name, self.onto, len(self.subjects)),
        )

    def _has_patches(self, line: list[Commit]) -> bool:
        return len(line) == len(self.subjects) and all(map(has_subject, line, self.subjects))

    def _made_good(self, run: Run, branch: Tip, lost: list[Commit], line: list[Commit]) -> str:
        if lost:
            lines = [*pick_lines(lost)]
            return rewrite_branch(run, branch, *lines, stops="cherry-pick")
        if line and self.subjects:
            return recommit_as(run, branch, line, self.subjects)
        lines = [line for subject in self.subjects or (None,) for line in more_commits(1, subject)]
        return on_branch(branch.name, *lines)

    def _lost(self, run: Run, onto: Tip, line: list[Commit]) -> list[Commit] | Verdict:
        # commits of the old tip with changes that no commit of the branch makes
        if self.from_ is None:
            return []
        old = commit_or_answer(run, self.from_)
        if isinstance(old, Verdict):
            return old
        history, patches = run.repository.history, Patches(run.repository)
        beyond = history.ancestors(old.commit.id) - history.ancestors(onto.commit.id)
        kept = [run.repository.change_of(commit) for commit in line]
        lost = [
            commit
            for commit in history.in_order(beyond)
            if not commit.is_merge
            and not any(patches.same(run.repository.change_of(commit), change) for change in kept)
        ]
        if lost:
            patches.refuse_unread()
        return lost
