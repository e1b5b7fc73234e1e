"""`gone: {subject: Add the password, on: main}` - a commit is no longer in the history: it was reset or dropped.

The commit is named by `subject`, `matches` (searched for in the message) or `at` (a full ID, or a revision such as
`feature~1` on a different branch). `everywhere: true` requires that no branch or tag contains such a commit.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..findings import LookedAt
from ..git.history import Commit
from ..git.repository import Tip
from ..git.revision import Unresolved, is_object_id, resolve
from ..parameters import MAIN, RefName, Regex, Revision
from ..words import quoted
from ._shared.base import Run, Verdict, needs_work, passed
from ._shared.fixes import delete_tag, rewrite_branch
from ._shared.named_refs import missing_ref, tip_or_answer
from ._shared.proposed_texts import subject_for
from ._shared.removal import refs_containing
from ._shared.rewriting import drop_lines, reword_lines
from ._shared.shell import Line, paragraphs
from ._shared.walk import HistoryKind, matching, named, newest, wording


@dataclass(frozen=True)
class GoneCheck(HistoryKind):
    kind = "gone"
    about = "commits"

    subject: str | None = None
    matches: Regex | None = None
    at: Revision | None = None
    on: RefName = MAIN
    everywhere: bool = False

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.at is None and self.subject is None and self.matches is None:
            yield "", "needs one of `subject`, `matches` and `at`"
        if self.at is not None and (self.subject is not None or self.matches is not None):
            yield "at", "cannot be combined with `subject` or `matches`"

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
            article = "the" if self.at else "a"
            return passed(
                f"No branch or tag contains {article} {asked}."
                if self.everywhere
                else f"{quoted(self.on)} does not contain {article} {asked}.",
                looked_at=LookedAt(len(among), "commit"),
            )
        tip = holder(run, found[-1]) if isinstance(tip, Verdict) or self.everywhere else tip
        return needs_work(
            f"{quoted(tip.name)} still contains {named(found[-1])}.",
            expected=f"no {asked} in the history of {where}",
            found=", ".join(named(commit) for commit in found[-3:]),
            fix=self._fix(run, tip, found),
            evidence=newest(tip, found),
        )

    def _fix(self, run: Run, tip: Tip, found: list[Commit]) -> str:
        if not self.everywhere:
            return drop(run, tip, found[-1], tags=False) if self.at else drop_all(run, tip, found)
        held = {
            ref: run.repository.tip(ref.split("/", 2)[2])
            for one in found
            for ref in refs_containing(run.repository, one.id)
        }
        parts = []
        for ref, each in held.items():
            if each and each.ref == ref:
                inside = run.repository.history.ancestors(each.commit.id)
                parts.append(drop_all(run, each, [one for one in found if one.id in inside]))
        return paragraphs(*parts)

    def _among(self, run: Run, tip: Tip | None) -> list[Commit]:
        # the commits to search, oldest first
        history = run.repository.history
        if self.everywhere or tip is None:
            return list(history)[::-1]
        return history.in_order(history.ancestors(tip.commit.id))

    def _named(self, run: Run, among: list[Commit]) -> list[Commit] | Verdict:
        # an ID that no branch or tag reaches is gone
        assert self.at  # noqa: S101 - the caller has checked
        found = resolve(run.repository, self.at)
        if not isinstance(found, Unresolved):
            return [commit for commit in among if commit.id == found.commit.id]
        return missing_ref(run, found.base) if found.base and not is_object_id(found.base) else []


def holder(run: Run, commit: Commit) -> Tip:
    """Return the first branch or tag that contains the commit; every commit has one."""
    ref = refs_containing(run.repository, commit.id)[0]
    tip = run.repository.tip(ref.split("/", 2)[2])
    assert tip  # noqa: S101 - the ref was listed by this repository
    return tip


def drop_all(run: Run, tip: Tip, commits: list[Commit]) -> str:
    """Return commands that drop commits from a branch, newest first, so that earlier ones keep their IDs."""
    if len(commits) < 2 or tip.ref.startswith("refs/tags/"):
        return drop(run, tip, commits[-1])
    lines: list[Line] = []
    for commit in reversed(commits):
        found = drop_lines(run, tip, commit)
        if found is None:
            return drop(run, tip, commits[-1])
        lines += found
    return rewrite_branch(run, tip, *lines, stops="rebase")


def drop(run: Run, tip: Tip, commit: Commit, *, tags: bool = True) -> str:
    """Return commands that drop a commit, or the merge that brought it in, from a branch; a tag is deleted.

    Without `tags`, tags on later commits are not moved, since one of them may name the commit.
    """
    if tip.ref.startswith("refs/tags/"):
        return delete_tag(run.repository.tag(tip.name))
    lines = drop_lines(run, tip, commit)
    if lines is None:  # a root commit cannot be dropped, but a new message makes it a different commit
        subject = subject_for(run.repository, commit, lambda text: text != commit.subject)
        return rewrite_branch(run, tip, *reword_lines(run, tip, tip.name, commit, subject), stops="rebase")
    return rewrite_branch(
        run,
        tip,
        *lines,
        oldest=commit.id if tags else None,
        stops="rebase" if lines[0][1] == "rebase" else "",
    )
