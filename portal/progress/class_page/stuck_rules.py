"""The rules that find learners who are stuck. Pure: facts in, a finding out, None if the rule does not fire.

`since` is the time at which staff marked the last finding of the rule as handled: only what happened after it counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MIN_SAME = 3  # submissions in a row in which a check needs work
MIN_WITHOUT_GAIN = 3
BEFORE_DEADLINE = timedelta(hours=48)
MAX_SILENCE = timedelta(days=7)
MIN_MISSED = 2  # meetings in a row


@dataclass(frozen=True)
class Try:
    """A graded submission of a learner for a lab. `share` is that of the points, from 0 to 1."""

    number: int
    at: datetime
    share: float
    failed: frozenset[str] = frozenset()
    page: str = ""


@dataclass(frozen=True)
class SameCheck:
    """`check` needed work in the newest `count` submissions."""

    check: str
    count: int
    newest: Try


@dataclass(frozen=True)
class NoGain:
    """The best of the newest `count` submissions is the oldest of them, `best`."""

    count: int
    newest: Try
    best: Try


@dataclass(frozen=True)
class Held:
    """A meeting that is over. `is_present` is None if attendance was not taken, or the learner joined it later."""

    title: str
    starts_at: datetime
    is_present: bool | None


def find_same_check(tries: Sequence[Try], since: datetime | None = None) -> SameCheck | None:
    """Find the check with the longest run of submissions that need work; `tries` are the newest first."""
    counted = [each for each in tries if since is None or each.at > since]
    if len(counted) < MIN_SAME:
        return None
    runs = {name: _count_run(counted, name) for name in counted[0].failed}
    longest = max(runs.values(), default=0)
    if longest < MIN_SAME:
        return None
    return SameCheck(min(name for name, run in runs.items() if run == longest), longest, counted[0])


def _count_run(tries: Sequence[Try], name: str) -> int:
    return next((place for place, each in enumerate(tries) if name not in each.failed), len(tries))


def find_no_gain(tries: Sequence[Try], since: datetime | None = None) -> NoGain | None:
    """Fire if at least two submissions after the best one, in a lab without a pass, earned no more than it."""
    counted = sum(since is None or each.at > since for each in tries)
    if counted < MIN_WITHOUT_GAIN:
        return None
    best = max(each.share for each in tries)
    place = max(place for place, each in enumerate(tries) if each.share == best)
    return NoGain(place + 1, tries[0], tries[place]) if place + 1 >= MIN_WITHOUT_GAIN else None


def find_deadline_near(due_at: datetime, now: datetime, since: datetime | None = None) -> timedelta | None:
    """Return the time left of an open lab without a submission, in its last 48 hours."""
    left = due_at - now
    is_handled = since is not None and since >= due_at - BEFORE_DEADLINE
    return left if timedelta(0) < left <= BEFORE_DEADLINE and not is_handled else None


def find_silence(last: datetime, now: datetime, since: datetime | None = None) -> timedelta | None:
    """Return the time without activity, from 7 days; `last` is the last activity, or the start of the course."""
    counted = max(last, since) if since else last
    return now - last if now - counted >= MAX_SILENCE else None


def find_missed(meetings: Sequence[Held], since: datetime | None = None) -> list[Held] | None:
    """Return the newest meetings in a row that a learner missed, from two; `meetings` are the newest first.

    A meeting without attendance neither counts nor ends the row.
    """
    missed = []
    for each in meetings:
        if each.is_present or (since is not None and each.starts_at <= since):
            break
        if each.is_present is False:
            missed.append(each)
    return missed if len(missed) >= MIN_MISSED else None
