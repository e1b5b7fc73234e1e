"""The answers from GitHub that a scenario has given so far."""

from dataclasses import dataclass, field
from datetime import datetime

from ..github_facts import GitHubFacts, PullRequest, PullRequests, RunsOfCommit, Wanted, WorkflowRun


@dataclass
class Answers:
    """All answers so far. A pull request replaces an earlier one of the same number."""

    asked_at: datetime
    runs: list[WorkflowRun] = field(default_factory=list)
    pull_requests: dict[int, PullRequest] = field(default_factory=dict)

    def facts(self, wanted: Wanted) -> GitHubFacts:
        runs = tuple(
            RunsOfCommit(commit, self.asked_at, tuple(run for run in self.runs if run.commit == commit))
            for commit in wanted.commits
        )
        pulls = tuple(sorted(self.pull_requests.values(), key=lambda pull: -pull.number))
        return GitHubFacts(runs, PullRequests(self.asked_at, pulls) if wanted.heads else None)
