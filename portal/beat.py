"""Beat's schedule, independent of a stored file and of the machine's clock.

A stored schedule whose last run is in the future, because the clock was set back since, would stall until
then.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from celery.beat import ScheduleEntry, Scheduler
from celery.schedules import maybe_schedule, schedule

_START = datetime.now(UTC)
_STARTED = time.monotonic()


def steady_now() -> datetime:
    """Return beat's start time plus the seconds that a monotonic clock has counted since."""
    return _START + timedelta(seconds=time.monotonic() - _STARTED)


class SteadyEntry(ScheduleEntry):
    """Run a task at an interval of the steady clock, first when beat starts. Crontabs are unchanged."""

    def __init__(
        self, *, schedule: Any = None, last_run_at: datetime | None = None, app: Any = None, **fields: Any
    ) -> None:
        every = maybe_schedule(schedule, app=app)
        if _is_interval(every):
            every.nowfun = steady_now
            last_run_at = last_run_at or steady_now() - every.run_every
        super().__init__(schedule=every, last_run_at=last_run_at, app=app, **fields)


def _is_interval(every: object) -> bool:
    return type(every) is schedule  # crontab is a subclass


class SteadyScheduler(Scheduler):
    Entry = SteadyEntry
