"""Beat continues whatever is done to the clock, and stores nothing that could be in the future."""

from datetime import timedelta

import pytest
import time_machine
from celery.schedules import crontab

from portal import beat
from portal.celery import app


@pytest.fixture
def steady(monkeypatch):
    """The seconds that a clock that is never set has counted."""
    passed = [0.0]
    monkeypatch.setattr(beat.time, "monotonic", lambda: beat._STARTED + passed[0])
    return passed


def test_task_is_due_at_the_start_and_then_periodically_even_if_the_clock_goes_back(steady):
    entry = beat.SteadyEntry(name="reap", task="labs.grading.tasks.reap", schedule=15.0, app=app)
    assert entry.is_due().is_due
    entry = next(entry)
    assert not entry.is_due().is_due
    for hours in (-24, 24):
        with time_machine.travel(beat.steady_now() + timedelta(hours=hours)):
            steady[0] += 14
            assert not entry.is_due().is_due
            steady[0] += 1
            assert entry.is_due().is_due
            entry = next(entry)


def test_times_of_day_are_those_of_the_clock():
    entry = beat.SteadyEntry(
        name="nightly", task="labs.grading.tasks.reap", schedule=crontab(hour=3), app=app
    )
    assert entry.schedule.nowfun is None
