"""Facts that GitHub reports about a repository: workflow runs and pull requests, and when GitHub was asked.

Names and texts are a stranger's: `clean` bounds and escapes each when it is read, and whoever shows one quotes it.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Self

from .json_object import JsonObject
from .words import cut, visible

PULLS_ABOUT = "pull requests"
MAX_RUNS = 100  # of one commit
MAX_PULL_REQUESTS = 100
MAX_REVIEWS = 100  # of one pull request
MAX_NAME = 255
MAX_BODY = 4_000


def clean(text: object, limit: int = MAX_NAME, *, keep: str = "") -> str:
    """Return a text of GitHub's answer, cut and without control characters; "" for None."""
    return cut(visible("" if text is None else str(text)[: 2 * limit], keep=keep), limit)


@dataclass(frozen=True)
class WorkflowRun:
    """One attempt of one run. `conclusion` is empty until `status` is completed.

    `path` is that of the workflow file in the repository, `name` the workflow's own.
    """

    id: int
    path: str
    name: str
    commit: str
    event: str
    branch: str
    attempt: int
    status: str
    conclusion: str = ""
    is_from_fork: bool = False

    @property
    def is_completed(self) -> bool:
        return self.status == "completed"


@dataclass(frozen=True)
class Review:
    """A submitted review. `state` is approved, changes_requested, commented or dismissed; `at` is ISO 8601 or empty."""

    author: str
    state: str
    commit: str = ""
    at: str = ""
    is_by_bot: bool = False


@dataclass(frozen=True)
class PullRequest:
    """One pull request. `linked` are the issues that merging it closes.

    `commits` is the number of its commits, 0 if unknown. `comments` counts threads of review comments that others
    began, `answered` those in which its author replied. `merge_commit` is the commit on the base after the merge.
    """

    number: int
    base: str
    head: str
    author: str
    state: str
    head_commit: str = ""
    is_draft: bool = False
    is_from_fork: bool = False
    is_merged: bool = False
    merged_by: str = ""
    merged_at: str = ""
    merge_commit: str = ""
    commits: int = 0
    body: str = ""
    linked: tuple[int, ...] = ()
    reviews: tuple[Review, ...] = ()
    comments: int = 0
    answered: int = 0


@dataclass(frozen=True)
class RunsOfCommit:
    """The runs of one commit as GitHub listed them. `unknown` says why the list is missing or incomplete.

    `is_given_up`: the portal no longer asks by itself.
    """

    commit: str
    asked_at: datetime | None
    runs: tuple[WorkflowRun, ...] = ()
    unknown: str = ""
    is_given_up: bool = False

    def to_json(self) -> JsonObject:
        return _to_json(self)

    @classmethod
    def from_json(cls, data: JsonObject) -> Self:
        runs = tuple(_read(WorkflowRun, item) for item in data.get("runs", ())[:MAX_RUNS])
        unknown, is_given_up = clean(data.get("unknown")), bool(data.get("is_given_up"))
        return cls(clean(data["commit"]), _moment(data.get("asked_at")), runs, unknown, is_given_up)


@dataclass(frozen=True)
class PullRequests:
    """The pull requests of the repository, newest first. The other fields are as in RunsOfCommit."""

    asked_at: datetime | None
    items: tuple[PullRequest, ...] = ()
    unknown: str = ""
    is_given_up: bool = False

    def to_json(self) -> JsonObject:
        return _to_json(self)

    @classmethod
    def from_json(cls, data: JsonObject) -> Self:
        items = tuple(_read_pull_request(item) for item in data.get("items", ())[:MAX_PULL_REQUESTS])
        unknown, is_given_up = clean(data.get("unknown")), bool(data.get("is_given_up"))
        return cls(_moment(data.get("asked_at")), items, unknown, is_given_up)


@dataclass(frozen=True)
class GitHubFacts:
    """Everything known when a repository is graded. A commit without an entry in `runs` was not asked about.

    `obstacle` is set if GitHub cannot be asked: a sentence with the reason, and one on what to do.
    """

    runs: tuple[RunsOfCommit, ...] = ()
    pull_requests: PullRequests | None = None
    obstacle: str = ""

    def of_commit(self, commit: str) -> RunsOfCommit | None:
        return next((found for found in self.runs if found.commit == commit), None)

    @property
    def is_waiting(self) -> bool:
        """True if GitHub has not answered one of the questions yet."""
        times = [runs.asked_at for runs in self.runs]
        return None in times or (self.pull_requests is not None and self.pull_requests.asked_at is None)


@dataclass(frozen=True)
class FactsUsed:
    """Facts that a report used: how many, and when GitHub was asked (ISO 8601, or empty)."""

    about: str
    asked_at: str
    number: int
    unknown: str = ""


def runs_about(commit: str) -> str:
    return f"workflow runs of commit {commit}"


def facts_used(facts: GitHubFacts | None) -> tuple[FactsUsed, ...]:
    if facts is None:
        return ()
    used = [
        FactsUsed(runs_about(found.commit), _iso(found.asked_at), len(found.runs), found.unknown)
        for found in facts.runs
    ]
    if pulls := facts.pull_requests:
        used.append(FactsUsed(PULLS_ABOUT, _iso(pulls.asked_at), len(pulls.items), pulls.unknown))
    return tuple(used)


@dataclass(frozen=True)
class Wanted:
    """The facts that checks need: the runs of these commits, and the pull requests from these branches."""

    commits: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.commits and not self.heads

    def __or__(self, other: "Wanted") -> "Wanted":
        commits = tuple(dict.fromkeys((*self.commits, *other.commits)))
        return Wanted(commits, tuple(dict.fromkeys((*self.heads, *other.heads))))


def latest_attempts(runs: Iterable[WorkflowRun]) -> tuple[WorkflowRun, ...]:
    """Return the latest attempt of each run, newest run first: an older attempt never replaces a newer one.

    A later state of the same attempt replaces an earlier one: once completed, an attempt stays completed.
    """
    latest: dict[int, WorkflowRun] = {}
    for run in runs:
        known = latest.get(run.id)
        if known is None or (run.attempt, run.is_completed) >= (known.attempt, known.is_completed):
            latest[run.id] = run
    return tuple(sorted(latest.values(), key=lambda run: -run.id))


def when_asked(asked_at: datetime | None) -> str:
    """Return "asked 29 November 2026, 20:30 UTC"."""
    if asked_at is None:
        return "no answer yet"
    moment = asked_at.astimezone(UTC)
    return f"asked {moment.day} {moment:%B %Y, %H:%M} UTC"


def _to_json(facts: RunsOfCommit | PullRequests) -> JsonObject:
    return {**asdict(facts), "asked_at": _iso(facts.asked_at)}


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None


# Any: a pull request
def _read_pull_request(data: JsonObject) -> Any:
    reviews = tuple(_read(Review, item) for item in data.get("reviews", ())[:MAX_REVIEWS])
    linked = tuple(int(number) for number in data.get("linked", ())[:MAX_REVIEWS])
    body = clean(data.get("body"), MAX_BODY, keep="\n")
    return _read(PullRequest, {**data, "reviews": reviews, "linked": linked}, body=body)


# Any: an instance of `cls` from JSON whose texts are made clean
def _read(cls: type[Any], data: JsonObject, **given: object) -> Any:
    values = {
        field.name: clean(value) if isinstance(value, str) else value
        for field in fields(cls)
        if (value := data.get(field.name)) is not None
    }
    return cls(**values | given)
