"""Prepare the page of the queue for staff."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from labs import queue_queries
from labs.models import Delivery, Submission
from labs.pages.steps import status
from lessons.pages.breadcrumb import staff_crumbs
from lessons.pages.context import Context
from portal.accounts.models import User

MAX_SILENCE = 60  # seconds, after which a worker counts as stopped, as in portal.health
WORDS = {
    "live": "Grading of pushes",
    "later": "Proofs, regrades and imports",
    "reaper": "Recovery of lost work",
}


@dataclass(frozen=True)
class QueueRow:
    submission: Submission
    glyph: str
    word: str
    waited: str


@dataclass(frozen=True)
class Part:
    """A part of the machinery that must run for anything to be graded."""

    name: str
    is_ok: bool
    text: str


def queue_page(user: User) -> Context:
    now = timezone.now()
    submissions = queue_queries.submissions_seen_by(user)
    numbers = queue_queries.count_queue(submissions, now)

    def age(row: Submission) -> str:
        return seconds_in_words((now - row.queued_at).total_seconds())

    def since_end(row: Submission) -> str:
        return seconds_in_words((now - row.ended_at).total_seconds()) if row.ended_at else ""

    looks = list(queue_queries.connections_that_need_a_person(user)[: queue_queries.MAX_ROWS])
    return {
        "crumbs": staff_crumbs(None, ("Queue", "")),
        "heading": heading(numbers, len(looks)),
        "numbers": numbers,
        "oldest": seconds_in_words(numbers.oldest) if numbers.oldest is not None else "",
        "half": seconds_in_words(numbers.half) if numbers.half is not None else "",
        "most": seconds_in_words(numbers.most) if numbers.most is not None else "",
        "need_person": _rows(list(queue_queries.rows_that_need_a_person(submissions)), since_end),
        "looks": looks,
        "waiting": _rows(list(queue_queries.waiting_rows(submissions)), age),
        "connections": [_with_words(row) for row in queue_queries.connections_seen_by(user)],
        "times": list(queue_queries.times_of_labs(user)),
        "workers": queue_queries.workers(now),
        "parts": parts(),
        **_statuses(user, now),
        "max_rows": queue_queries.MAX_ROWS,
    }


def _statuses(user: User, now: datetime) -> Context:
    backlog = queue_queries.status_backlog(user, now)
    oldest = seconds_in_words((now - backlog.oldest_at).total_seconds()) if backlog.oldest_at else ""
    return {"statuses": backlog, "oldest_status": oldest}


# Any: a connection with the outcome of its last message
def _with_words(row: Any) -> Any:
    row.outcome = Delivery.Outcome(row.outcome).label if row.outcome else ""
    return row


def heading(numbers: queue_queries.Numbers, looks: int = 0) -> str:
    if need := numbers.need_person + looks:
        return f"{need} need{'s' if need == 1 else ''} a person"
    waiting = numbers.waiting + numbers.later
    return (
        f"{waiting} waiting, {numbers.running} running"
        if waiting or numbers.running
        else "The queue is empty"
    )


def parts() -> list[Part]:
    found = [
        Part(WORDS[name], silence <= limit, f"heard of {seconds_in_words(silence)} ago")
        for name, silence, limit in _silences()
    ]
    state = queue_queries.sandbox_state()
    return [*found, Part("Sandbox self-test", state == "ok", "passed" if state == "ok" else state)]


def _silences() -> list[tuple[str, float, float]]:
    limits = {"reaper": MAX_SILENCE + 4 * settings.GRADING_REAP_SECONDS}
    return [
        (name, silence, limits.get(name, MAX_SILENCE)) for name, silence in queue_queries.silences().items()
    ]


def _rows(rows: list[Submission], age: Callable[[Submission], str]) -> list[QueueRow]:
    return [QueueRow(row, *status(row, None), age(row)) for row in rows]


def seconds_in_words(seconds: float) -> str:
    """Return a duration in its largest unit: "4 s", "3 min", "2 h" or "5 days"."""
    if seconds < 100:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    if seconds < 100 * 60:
        return f"{seconds / 60:.0f} min"
    hours = seconds / 3600
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"
