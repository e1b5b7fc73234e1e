"""Read the newest commits of a pushed state, for a graph of them: children before parents, with branches and tags.

The bounds are those of `browsing`. Git gets object IDs only, and lists commits without sorting the whole history.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from heapq import heapify, heappop, heappush

from labs.repositories.browsing import PushedState, read_output

MAX_COMMITS = 60
MAX_REFS = 100
MAX_LOG_BYTES = 1 << 18
_FORMAT = "%P%n%an%n%ae%n%at%n%s"
_LINES = 6  # of each commit


@dataclass(frozen=True)
class LoggedCommit:
    """`date` is None if it is not a date; `refs` are the branches and tags here, without `refs/heads/`."""

    id: str
    parents: tuple[str, ...]
    author: str
    date: datetime | None
    subject: str
    refs: tuple[str, ...] = ()
    email: str = ""


@dataclass(frozen=True)
class CommitLog:
    """The newest commits. `has_more` says if there are others; `refs_left_out` counts those that were not looked at."""

    commits: list[LoggedCommit]
    has_more: bool
    refs_left_out: int


def read_log(state: PushedState, refs: Mapping[str, str]) -> CommitLog:
    """Return the newest commits that these refs (object IDs by full name) and the state's own commit reach.

    If the state's own commit is not among the newest, return only those that it reaches.
    """
    names = sorted(refs, key=lambda name: (refs[name] != state.commit, name))[:MAX_REFS]
    found = _list(state, [state.commit, *(refs[name] for name in names)])
    if state.commit not in {commit.id for commit in found}:
        names = [name for name in names if refs[name] == state.commit]
        found = _list(state, [state.commit])
    named: dict[str, list[str]] = {}
    for name in names:
        named.setdefault(_peel(state, name, refs[name]), []).append(name.split("/", 2)[-1])
    ordered = _children_first(found[:MAX_COMMITS])
    shown = [replace(each, refs=tuple(named.get(each.id, ()))) for each in ordered]
    return CommitLog(shown, len(found) > MAX_COMMITS, len(refs) - len(names))


def _list(state: PushedState, tips: Iterable[str]) -> list[LoggedCommit]:
    # fewer if their subjects are very long; a ref whose object is gone, or is not a commit, lists nothing
    process = state.repo.git.rev_list(
        *dict.fromkeys(tips),
        "--",
        ignore_missing=True,
        max_count=MAX_COMMITS + 1,
        format=_FORMAT,
        as_process=True,
    )
    lines = read_output(process, MAX_LOG_BYTES).decode("utf-8", "replace").split("\n")
    whole = zip(*(iter(lines[:-1]),) * _LINES, strict=False)
    return [
        LoggedCommit(
            header.split(" ")[1], tuple(parents.split()), author, _date(seconds), subject, email=email
        )
        for header, parents, author, email, seconds, subject in whole
    ]


def _date(seconds: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):  # a date of the year 292277026596, or none
        return None


def _peel(state: PushedState, name: str, object_id: str) -> str:
    # the commit of an annotated tag
    if not name.startswith("refs/tags/"):
        return object_id
    try:
        return os.fsdecode(state.repo.git.get_object_header(f"{object_id}^{{commit}}")[0])
    except ValueError:  # it is gone, or points to something else
        return object_id


def _children_first(commits: Sequence[LoggedCommit]) -> list[LoggedCommit]:
    # Git lists by date, and dates may lie: the newest first among those whose children are all listed
    place = {commit.id: number for number, commit in enumerate(commits)}
    waiting = [0] * len(commits)
    for commit in commits:
        for parent in set(commit.parents) & place.keys():
            waiting[place[parent]] += 1
    ready = [number for number, count in enumerate(waiting) if not count]
    heapify(ready)
    found = []
    while ready:
        commit = commits[heappop(ready)]
        found.append(commit)
        for parent in set(commit.parents) & place.keys():
            waiting[place[parent]] -= 1
            if not waiting[place[parent]]:
                heappush(ready, place[parent])
    return found
