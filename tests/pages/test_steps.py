from datetime import UTC, datetime, timedelta

import pytest

from labs.models import State, Submission
from labs.pages.steps import duration, steps

START = datetime(2026, 8, 28, 15, 44, tzinfo=UTC)


def submission(state: State, *seconds: float) -> Submission:
    """Return a submission with its timestamps, from cloning on, given in seconds after it was queued."""
    names = ("fetching_at", "checking_at", "ended_at")
    moments = {name: START + timedelta(seconds=after) for name, after in zip(names, seconds, strict=False)}
    return Submission(state=state, queued_at=START, **moments)


def shown(found: Submission) -> list[tuple[str, str]]:
    return [(step.glyph, step.note) for step in steps(found)]


def test_steps_of_a_queued_submission_are_ahead():
    expected = [("todo", "waiting"), ("todo", "to come"), ("todo", "to come"), ("todo", "to come")]
    assert shown(submission(State.QUEUED)) == expected


def test_steps_while_checking_show_seconds_for_past_steps_only():
    found = submission(State.CHECKING, 2, 6)
    assert shown(found) == [("done", "2.0 s"), ("done", "4.0 s"), ("run", "now"), ("todo", "to come")]


def test_steps_of_a_graded_submission_end_with_the_total():
    found = submission(State.GRADED, 2, 6, 37)
    assert shown(found) == [("done", "2.0 s"), ("done", "4.0 s"), ("done", "31 s"), ("done", "37 s in total")]


def test_steps_of_an_unreadable_repository_end_at_cloning():
    found = submission(State.UNREADABLE, 2)
    assert shown(found) == [
        ("done", "2.0 s"),
        ("bad", "ended here"),
        ("skip", "not run"),
        ("skip", "not run"),
    ]


def test_steps_of_a_fault_end_where_it_occurred():
    glyphs = [step.glyph for step in steps(submission(State.FAULT, 2, 6, 7))]
    assert glyphs == ["done", "done", "skip", "skip"]


@pytest.mark.parametrize("state", State)
def test_one_step_is_current_in_every_state(state):
    found = steps(submission(state, 1, 2, 3))
    assert [step.name for step in found] == ["Queued", "Cloning", "Checking", "Done"]
    assert sum(step.is_current for step in found) == 1
    assert all(step.word for step in found)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.02, "0.1 s"), (4, "4.0 s"), (31, "31 s"), (240, "4 min"), (-5, "0.1 s")]
)
def test_duration_reads_well(seconds, text):
    assert duration(START, START + timedelta(seconds=seconds)) == text


def test_duration_of_an_unknown_moment_is_empty():
    assert duration(START, None) == ""
