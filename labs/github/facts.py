"""Ask GitHub's REST API for the facts that checks use, and read its answers. Nothing of a webhook is believed.

`path` is that of the repository, such as `/repos/learner/billing`. Raises the errors of `labs.github.client`.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from labs.github.client import Client, RefusedError
from labs.grader.github_facts import (
    MAX_PULL_REQUESTS,
    MAX_REVIEWS,
    MAX_RUNS,
    PullRequest,
    PullRequests,
    Review,
    RunsOfCommit,
    WorkflowRun,
    latest_attempts,
)
from labs.grader.json_object import JsonObject

MAX_DETAILED = 5  # newest pull requests of the wanted branches: each costs three requests
MAX_LINKED = 3  # issues of one pull request that are looked up
PAGE = 100
# GitHub's keywords that close an issue of the same repository
_CLOSES = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d{1,9})\b", re.IGNORECASE)


class OtherRepositoryError(Exception):
    """The answer is about a different repository, which has taken the name."""


def ask_runs(github: Client, path: str, commit: str, github_id: int | None, now: datetime) -> RunsOfCommit:
    """Return the runs of a commit in the repository."""
    answer = github.get(f"{path}/actions/runs", head_sha=commit, per_page=PAGE)
    items = answer["workflow_runs"][:MAX_RUNS]
    for item in items:
        if github_id is not None and item["repository"]["id"] != github_id:
            raise OtherRepositoryError(path)
    runs = tuple(_run(item) for item in items if item["head_sha"] == commit)
    unknown = "" if answer["total_count"] <= len(items) else f"only the newest {len(items)} runs were read"
    return RunsOfCommit.from_json(RunsOfCommit(commit, now, runs, unknown).to_json())


def keep_newer_attempts(known: RunsOfCommit | None, new: RunsOfCommit) -> RunsOfCommit:
    """Return the new answer, in which no run goes back to an older attempt than is known."""
    listed = {run.id for run in new.runs}
    kept = [run for run in (known.runs if known else ()) if run.id in listed]
    return RunsOfCommit(new.commit, new.asked_at, latest_attempts([*kept, *new.runs]), new.unknown)


def ask_pull_requests(
    github: Client, path: str, heads: Sequence[str], github_id: int | None, now: datetime
) -> PullRequests:
    """Return the newest pull requests; those from `heads` with their reviews, replies and merge."""
    newest: dict[str, str | int] = {"state": "all", "sort": "created", "direction": "desc"}
    items = github.get(f"{path}/pulls", per_page=PAGE, **newest)[:MAX_PULL_REQUESTS]
    found, detailed = [], 0
    for item in items:
        if github_id is not None and item["base"]["repo"]["id"] != github_id:
            raise OtherRepositoryError(path)
        is_meant = item["head"]["ref"] in heads and not _is_from_fork(item)
        if is_meant and detailed < MAX_DETAILED:
            detailed += 1
            found.append(_detailed(github, path, item["number"]))
        else:
            found.append(_pull_request(item))
    unknown = f"only the newest {len(items)} pull requests were read" if len(items) == PAGE else ""
    return PullRequests.from_json(PullRequests(now, tuple(found), unknown).to_json())


def _run(item: JsonObject) -> WorkflowRun:
    head = item.get("head_repository") or {}
    return WorkflowRun(
        id=item["id"],
        path=str(item["path"]).partition("@")[0],
        name=item.get("name") or "",
        commit=item["head_sha"],
        event=item["event"],
        branch=item.get("head_branch") or "",
        attempt=item.get("run_attempt") or 1,
        status=item.get("status") or "",
        conclusion=item.get("conclusion") or "",
        is_from_fork=head.get("id") != item["repository"]["id"],
    )


def _detailed(github: Client, path: str, number: int) -> PullRequest:
    at = f"{path}/pulls/{number}"
    item = github.get(at)
    reviews = github.get(f"{at}/reviews", per_page=PAGE)[:MAX_REVIEWS]
    comments = github.get(f"{at}/comments", per_page=PAGE) if item.get("review_comments", 1) else []
    begun, answered = _threads(comments, _login(item.get("user")))
    linked = tuple(
        number for number in _closed_issues(item.get("body") or "") if _is_issue(github, path, number)
    )
    return _pull_request(
        item,
        reviews=tuple(map(_review, reviews)),
        linked=linked,
        comments=begun,
        answered=answered,
        merged_by=_login(item.get("merged_by")),
        commits=item.get("commits") or 0,
    )


# Any: further fields of a pull request
def _pull_request(item: JsonObject, **more: Any) -> PullRequest:
    return PullRequest(
        number=item["number"],
        base=item["base"]["ref"],
        head=item["head"]["ref"],
        author=_login(item.get("user")),
        state=item["state"],
        head_commit=item["head"]["sha"],
        is_draft=bool(item.get("draft")),
        is_from_fork=_is_from_fork(item),
        is_merged=bool(item.get("merged_at")),
        merged_at=item.get("merged_at") or "",
        merge_commit=(item.get("merge_commit_sha") or "") if item.get("merged_at") else "",
        body=item.get("body") or "",
        **more,
    )


def _is_from_fork(item: JsonObject) -> bool:
    # the repository of the head is null once it was deleted
    head = item["head"].get("repo") or {}
    return bool(head.get("id") != item["base"]["repo"]["id"])


def _review(item: JsonObject) -> Review:
    person = item.get("user") or {}
    return Review(
        author=_login(person),
        state=str(item["state"]).lower(),
        commit=item.get("commit_id") or "",
        at=item.get("submitted_at") or "",
        is_by_bot=person.get("type") == "Bot",
    )


def _login(person: JsonObject | None) -> str:
    return str(person["login"]) if person else ""


def _threads(comments: Iterable[JsonObject], author: str) -> tuple[int, int]:
    # how many threads others began, and in how many of them the author replied
    begun: set[int] = set()
    answered: set[int] = set()
    for comment in comments:
        by_author = _login(comment.get("user")) == author
        thread = comment.get("in_reply_to_id")
        if thread is None and not by_author:
            begun.add(comment["id"])
        elif thread is not None and by_author:
            answered.add(thread)
    return len(begun), len(begun & answered)


def _closed_issues(body: str) -> list[int]:
    return list(dict.fromkeys(map(int, _CLOSES.findall(body))))[:MAX_LINKED]


def _is_issue(github: Client, path: str, number: int) -> bool:
    try:
        return "pull_request" not in github.get(f"{path}/issues/{number}")
    except RefusedError:  # no such issue
        return False
