"""`commit: {on: main, subject: Fix the sum, touches: [sum.py]}` - a commit exists and is as required.

The commit is named by `at` (such as `main~1`), or searched for among the learner's commits on `on` (with `since`, among
those after that commit) by `subject` (the exact first line) and `matches` (searched for in the whole message). With
`at`, these two are requirements for its message. `touches` lists exactly the files that it changes (compared with its
first parent), `parents` is the number of its parents, and `empty: true` requires that it changes nothing. `author` and
`committer` are `Name <email>`, or either part. `signed: true` requires a signature, which is not verified. Use
`each_commit` for rules for every commit.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..findings import LookedAt
from ..git.history import Commit
from ..git.repository import Tip
from ..parameters import Regex, Revision
from ..words import count, quoted
from ._shared.base import Run, Verdict, needs_work, passed
from ._shared.commit_rules import CommitRules
from ._shared.named_refs import commit_or_answer, commits_since, tip_or_answer
from ._shared.proposed_texts import fitting
from ._shared.walk import HistoryKind, matching, named, newest, wording
from .commits import README, add_commits, commit_evidence


@dataclass(frozen=True, kw_only=True)
class CommitCheck(CommitRules, HistoryKind):
    kind = "commit"
    about = "commits"

    at: Revision | None = None
    matches: Regex | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.at is None and self.subject is None and self.matches is None:
            yield "", "needs one of `at`, `subject` and `matches`"
        if self.at is not None and self.since is not None:
            yield "at", "cannot be combined with `since`"
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
                f"{_are(good)} as required.", *newest(tip, good), looked_at=LookedAt(len(judged), "commit")
            )
        commit, (why, expected, found) = faults[-1]
        return needs_work(
            f"Commit {named(commit)} {why}.",
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
            found=f"{named(tip.commit)} as the latest commit",
            fix=self._add(run, tip),
            evidence=[commit_evidence(tip, tip.commit)],
        )

    def _add(self, run: Run, tip: Tip) -> str:
        subject = self.subject or fitting(self.matches or "", "Say what the project is for")
        return add_commits(run, tip, 1, subject, self.touches or (README,))


def _are(commits: list[Commit]) -> str:
    return f"{named(commits[0])} is" if len(commits) == 1 else f"{count(len(commits), 'commit')} are"
