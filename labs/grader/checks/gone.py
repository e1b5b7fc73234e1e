"""`gone: {subject: Add the password, on: main}` - a commit is no longer in the history: reset, dropped, undone.

Also by `matches` (searched in the message) or `at` (a full id, or a name such as `feature~1` that another branch
still gives it). `everywhere: true` asks that no branch or tag reaches such a commit.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..findings import LookedAt
from ..history import Commit
from ..parameters import MAIN, RefName, Regex, Revision
from ..repository import Tip
from ..revision import Unresolved, is_object_id, resolve
from ..words import quoted
from .base import Run, Verdict, commands, missing_ref, needs_work, passed, tip_or_answer
from .removal import refs_holding
from .walk import HistoryKind, look, matching, named, newest, rewrite, wording


@dataclass(frozen=True)
class GoneCheck(HistoryKind):
    kind = "gone"

    subject: str | None = None
    matches: Regex | None = None
    at: Revision | None = None
    on: RefName = MAIN
    everywhere: bool = False

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.at is None and self.subject is None and self.matches is None:
            yield "", "one of `subject`, `matches` and `at` is needed"
        if self.at is not None and (self.subject is not None or self.matches is not None):
            yield "at", "stands alone, without subject and matches"

    def judge(self, run: Run) -> Verdict:
        tip = tip_or_answer(run, self.on)
        if isinstance(tip, Verdict) and not self.everywhere:
            return tip
        among = self._among(run, None if isinstance(tip, Verdict) else tip)
        found = self._named(run, among) if self.at else matching(among, self.subject, self.matches)
        if isinstance(found, Verdict):
            return found
        where = "any branch or tag" if self.everywhere else quoted(self.on)
        asked = (
            f"commit {quoted(self.at)}" if self.at else f"commit with {wording(self.subject, self.matches)}"
        )
        if not found:
            return passed(
                f"The history of {where} holds no {asked}.", looked_at=LookedAt(len(among), "commit")
            )
        tip = holder(run, found[-1]) if isinstance(tip, Verdict) or self.everywhere else tip
        return needs_work(
            f"The history of {quoted(tip.name)} still holds {named(found[-1])}.",
            expected=f"no {asked} in the history of {where}",
            found=", ".join(named(commit) for commit in found[-3:]),
            fix=drop(run, tip, found[-1]),
            evidence=newest(tip, found),
        )

    def _among(self, run: Run, tip: Tip | None) -> list[Commit]:
        """The commits that must not hold it, oldest first."""
        history = run.repository.history
        if self.everywhere or tip is None:
            return list(history)[::-1]
        return history.in_order(history.ancestors(tip.commit.id))

    def _named(self, run: Run, among: list[Commit]) -> list[Commit] | Verdict:
        """The commit of that name, if it is among these. An id that nothing reaches any more is gone."""
        assert self.at  # noqa: S101 - asked for where it is set
        found = resolve(run.repository, self.at)
        if not isinstance(found, Unresolved):
            return [commit for commit in among if commit.id == found.commit.id]
        return missing_ref(run, found.base) if found.base and not is_object_id(found.base) else []


def holder(run: Run, commit: Commit) -> Tip:
    """The first branch or tag whose history has this commit; each commit has one."""
    ref = refs_holding(run.repository, commit.id)[0]
    tip = run.repository.tip(ref.split("/", 2)[2])
    assert tip  # noqa: S101 - the ref was listed by this repository
    return tip


def drop(run: Run, tip: Tip, commit: Commit) -> str:
    """Commands that take one commit out of a branch, or the merge that brought it; a tag is deleted."""
    if tip.ref.startswith("refs/tags/"):
        return commands(["git", "tag", "-d", tip.name], ["git", "push", "origin", "--delete", tip.ref])
    history = run.repository.history
    inside = history.descendants(commit.id)
    line = list(history.first_parents(tip.commit.id, inside))
    oldest = history[line[-1]]
    if not oldest.parents:
        return look(tip.name)
    if len(line) == 1:
        return rewrite(tip, ["git", "reset", "--keep", oldest.parents[0]])
    return rewrite(tip, ["git", "rebase", "--onto", oldest.parents[0], oldest.id])
