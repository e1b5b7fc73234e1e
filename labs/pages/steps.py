"""Progress of a submission: four steps with their seconds, and a glyph and a word for each state."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from labs.models import State, Submission

NAMES = ("Queued", "Cloning", "Checking", "Done")
GLYPHS = {
    State.QUEUED: "todo",
    State.FETCHING: "run",
    State.CHECKING: "run",
    State.GRADED: "done",
    State.UNREADABLE: "bad",
    State.FAULT: "skip",
    State.SUPERSEDED: "skip",
    State.CANCELLED: "skip",
}


@dataclass(frozen=True)
class ProgressStep:
    """`word` spells out the glyph, `note` is the time it took or what comes next."""

    name: str
    glyph: str
    word: str
    note: str
    is_current: bool = False


class ReportSummary(Protocol):
    """The points of a submission that count, in one line."""

    @property
    def points(self) -> Decimal: ...
    @property
    def max_points(self) -> Decimal: ...
    @property
    def passed(self) -> bool: ...


@dataclass(frozen=True)
class CountedResult:
    points: Decimal
    max_points: Decimal
    passed: bool


def waits_for_person(submission: Submission, report: ReportSummary) -> bool:
    """Return True if only points that staff have yet to give are missing."""
    missing = report.max_points - report.points
    return not report.passed and 0 < missing <= submission.rubric_waiting


def status(submission: Submission, report: ReportSummary | None) -> tuple[str, str]:
    if submission.state == State.GRADED and report:
        if waits_for_person(submission, report):
            return "wait", "Waiting for marking"
        return ("done", "Passed") if report.passed else ("bad", "Needs work")
    state = State(submission.state)
    return GLYPHS[state], state.label


def steps(submission: Submission) -> list[ProgressStep]:
    times = [submission.queued_at, submission.fetching_at, submission.checking_at, submission.ended_at]
    at = current_index(submission)
    done = [
        ProgressStep(name, "done", "finished", duration(times[i], times[i + 1]))
        for i, name in enumerate(NAMES[:at])
    ]
    return [
        *done,
        _current_step(submission, NAMES[at]),
        *(_later_step(submission, name) for name in NAMES[at + 1 :]),
    ]


def current_index(submission: Submission) -> int:
    # from 0
    fixed = {State.GRADED: 3, State.QUEUED: 0, State.SUPERSEDED: 0, State.CANCELLED: 0}
    return fixed.get(State(submission.state), 2 if submission.checking_at else 1)


def _current_step(submission: Submission, name: str) -> ProgressStep:
    if submission.state == State.GRADED:
        total = duration(submission.queued_at, submission.ended_at)
        return ProgressStep(name, "done", "finished", f"{total} in total", is_current=True)
    if submission.has_ended:
        return ProgressStep(
            name, GLYPHS[State(submission.state)], "ended here", "ended here", is_current=True
        )
    waits = submission.state == State.QUEUED
    return ProgressStep(
        name, "todo" if waits else "run", "current", "waiting" if waits else "now", is_current=True
    )


def _later_step(submission: Submission, name: str) -> ProgressStep:
    if submission.has_ended:
        return ProgressStep(name, "skip", "not run", "not run")
    return ProgressStep(name, "todo", "not started", "to come")


def duration(start: datetime | None, end: datetime | None) -> str:
    # the time between two moments, as in `0.4 s`, `12 s` or `3 min`; "" if one is unknown
    if start is None or end is None:
        return ""
    seconds = max(0.1, (end - start).total_seconds())
    if seconds >= 120:
        return f"{seconds / 60:.0f} min"
    return f"{seconds:.0f} s" if seconds >= 9.95 else f"{seconds:.1f} s"
