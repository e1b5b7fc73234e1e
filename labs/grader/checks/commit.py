"""`commit: {on: main, subject: Fix the sum, touches: [sum.py]}` - one commit is there, and is as asked for.

The commit is named by `at` (such as `main~1`), or found among the learner's own on `on` (with `since`, among those
after that commit) by `subject` (its exact first line) and `matches` (searched in its whole message); beside `at`
these two say what its message should be. `touches` lists exactly the files that it changes (in its first parent),
`parents` says how many it has, `empty: true` that it changes nothing. `author` and `committer` are written
`Name <e-mail>`, or one of the two. `signed: true` asks for a signature in the commit: that one is there, not whose it
is. What every commit should be is asked by `each_commit`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..findings import LookedAt
from ..git.history import Commit
from ..git.repository import Tip
from ..parameters import Regex, Revision
from ..words import count, quoted
from ._shared.base import Run, Verdict, commit_or_answer, commits_since, needs_work, passed, tip_or_answer
from ._shared.commit_rules import CommitRules
from ._shared.walk import HistoryKind, matching, named, newest, wording
from ._shared.wording import fitting
from .commits import README, add_commits, commit_evidence


@dataclass(frozen=True, kw_only=True)
class CommitCheck(CommitRules, HistoryKind):
    kind = "commit"
    about = "commits"

    at: Revision | None = None
    matches: Regex | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.at is None and self.subject is None and self.matches is None:
            yield "", "one of at, subject and matches is needed"
        if self.at is not None and self.since is not None:
            yield "at", "names one commit, so since cannot stand beside it"
        yield from self.rule_problems()

    def judge(self, run: Run) -> Verdict:
        tip = commit_or_answer(run, self.at) if self.at else tip_or_answer(run, self.on)
        if isinstance(tip, Verdict):
            return tip
        judged = [tip.commit] if self.at else commits_since(run, tip, self.since)
        if isinstance(judged, Verdict):
            return judged
        if not self.at:
            judged = matching(judged, self.subject, self.matches)
        if not judged:
            return self._missing(run, tip)
        faults = []
        good = []
        for commit in judged:
            fault = self.fault(run, commit, self.matches)
            faults.append((commit, fault)) if fault else good.append(commit)
        if good:
            return passed(
                f"{_are(good)} as asked for.", *newest(tip, good), looked_at=LookedAt(len(judged), "commit")
            )
        commit, (why, expected, found) = faults[-1]
        return needs_work(
            f"In commit {commit.id[:7]} {quoted(commit.subject)} {why}.",
            expected=expected,
            found=found,
            fix=self.mend(run, tip, [commit for commit, _ in faults], self.matches),
            evidence=newest(tip, [commit for commit, _ in faults]),
        )

    def _missing(self, run: Run, tip: Tip) -> Verdict:
        asked = wording(self.subject, self.matches)
        return needs_work(
            f"No commit on {quoted(tip.name)} has {asked}.",
            expected=f"a commit with {asked}",
            found=f"{named(tip.commit)} as the newest commit",
            fix=self._add(run, tip),
            evidence=[commit_evidence(tip, tip.commit)],
        )

    def _add(self, run: Run, tip: Tip) -> str:
        """A commit with the message, and of the files, that are asked for."""
        subject = self.subject or fitting(self.matches or "", "Say what the project is for")
        return add_commits(run, tip, 1, subject, self.touches or (README,))


def _are(commits: list[Commit]) -> str:
    return f"{named(commits[0])} is" if len(commits) == 1 else f"{count(len(commits), 'commit')} are"
