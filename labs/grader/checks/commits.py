"""`commits: {on: main, at_least: 3}` - how many commits of the learner a branch holds.

Also `exactly` and `at_most`. Merge commits count; commits that the lab's starter reaches do not. With `since` (a
commit such as `v1.0` or `main^{root}`) the commits after that one are counted instead, whoever made them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..findings import LookedAt
from ..history import Commit
from ..parameters import MAIN, Count, RefName, Revision
from ..report import Evidence
from ..repository import Tip
from ..words import count, listed, quoted
from .base import Kind, Run, Verdict, change, commands, commits_since, needs_work, passed, tip_or_answer

MOST_SHOWN = 3
MOST_READ = 1000  # characters of a subject: patterns may take long over more


@dataclass(frozen=True)
class CommitsCheck(Kind):
    kind = "commits"

    on: RefName = MAIN
    at_least: Count | None = None
    exactly: Count | None = None
    at_most: Count | None = None
    since: Revision | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.exactly is None and self.at_least is None and self.at_most is None:
            yield "", "one of at_least, exactly and at_most is needed"
        if self.exactly is not None and (self.at_least is not None or self.at_most is not None):
            yield "exactly", "stands alone, without at_least and at_most"
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            yield "at_least", "is more than at_most"

    def check(self, run: Run) -> Verdict:
        tip = tip_or_answer(run, self.on)
        if isinstance(tip, Verdict):
            return tip
        own = commits_since(run, tip, self.since)
        if isinstance(own, Verdict):
            return own
        newest = own[-MOST_SHOWN:]
        evidence = [commit_evidence(tip, commit) for commit in newest]
        whose = f"after {quoted(self.since)}" if self.since else "of yours"
        holds = f"{quoted(tip.name)} holds {count(len(own), 'commit')} {whose}"
        least = self.exactly or self.at_least or 0
        most = self.at_most if self.exactly is None else self.exactly
        too_few = len(own) < least
        if not too_few and (most is None or len(own) <= most):
            of = LookedAt(
                len(own), "commit", f"{whose} on {quoted(tip.name)}", may_be_empty=self._may_be_none
            )
            return passed(f"{holds}.", *evidence, looked_at=of, fix=add_commits(tip))
        others = len(replace(run, asks_author=False).own_commits(tip)) - len(own) if not self.since else 0
        if too_few and others:
            holds += f" ({others:,} more by other authors)"
        return needs_work(
            f"{holds}, {'fewer' if too_few else 'more'} than asked for.",
            expected=self._expected(),
            found=listed([f"{commit.id[:7]} {quoted(commit.subject)}" for commit in newest]) or "no commit",
            fix=add_commits(tip) if too_few else _fold_commits(tip, newest, len(own) - (most or 0)),
            evidence=evidence,
        )

    @property
    def _may_be_none(self) -> bool:
        """True if 0 commits are asked for in so many words."""
        return 0 in (self.exactly, self.at_least, self.at_most)

    def _expected(self) -> str:
        limits = (("exactly", self.exactly), ("at least", self.at_least), ("at most", self.at_most))
        return " and ".join(
            f"{words} {count(number, 'commit')}" for words, number in limits if number is not None
        )


def commit_evidence(tip: Tip, commit: Commit) -> Evidence:
    """A commit with the first four lines of its message."""
    lines = commit.message.splitlines()[:4]
    return Evidence(ref=tip.ref, commit=commit.id, excerpt=tuple(enumerate(lines, start=1)))


def add_commits(tip: Tip, subject: str | None = None) -> str:
    return change(tip, subject or "Say what the change does", ["git", "add", "--all"])


def _fold_commits(tip: Tip, newest: list[Commit], excess: int) -> str:
    if any(commit.is_merge for commit in newest):
        return commands(["git", "log", "--oneline", "--graph", tip.name])
    return commands(
        ["git", "switch", tip.name],
        ["git", "reset", "--soft", f"HEAD~{excess}"],
        ["git", "commit", "--amend", "--allow-empty", "--no-edit"],
        ["git", "push", "--force-with-lease", "origin", tip.name],
    )
