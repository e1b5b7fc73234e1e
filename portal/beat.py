"""Beat's schedule, which trusts neither a file nor the machine's clock.

A kept schedule whose last run is in the future, because the clock was set back since, would stand still until then.
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
    """A task every so many seconds by the steady clock, the first time when beat starts. A crontab is left as it is."""

    def __init__(
        self, *, schedule: Any = None, last_run_at: datetime | None = None, app: Any = None, **fields: Any
    ) -> None:
        every = maybe_schedule(schedule, app=app)
        if _is_interval(every):
            every.nowfun = steady_now
            last_run_at = last_run_at or steady_now() - every.run_every
        super().__init__(schedule=every, last_run_at=last_run_at, app=app, **fields)


def _is_interval(every: object) -> bool:
    return type(every) is schedule  # a crontab inherits from it


class SteadyScheduler(Scheduler):
    Entry = SteadyEntry
