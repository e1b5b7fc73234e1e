"""The next change of clocks that moves a class for somebody in another time zone."""

import zoneinfo
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

MAX_AHEAD = timedelta(days=35)


class ClockChange(NamedTuple):
    """`at` is within a minute of the change. `of_reader` is False if only the clocks of the class change.

    `shift` is how much later the class starts for the reader, negative for earlier.
    """

    at: datetime
    of_reader: bool
    forward: bool
    shift: timedelta


def next_clock_change(
    now: datetime, starts: Iterable[datetime], mine: zoneinfo.ZoneInfo, theirs: zoneinfo.ZoneInfo
) -> ClockChange | None:
    """Return the change before the first of the coming starts that it moves, None without one in five weeks."""
    present = _gap(now, mine, theirs)
    moved = next(
        (each for each in sorted(starts) if each > now and _gap(each, mine, theirs) != present), None
    )
    if moved is None or moved - now > MAX_AHEAD:
        return None
    before, after = now, moved
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        if _gap(middle, mine, theirs) == present:
            before = middle
        else:
            after = middle
    of_reader = _offset(before, mine) != _offset(after, mine)
    zone = mine if of_reader else theirs
    forward = _offset(after, zone) > _offset(before, zone)
    return ClockChange(after, of_reader, forward, _gap(moved, mine, theirs) - present)


def _gap(when: datetime, mine: zoneinfo.ZoneInfo, theirs: zoneinfo.ZoneInfo) -> timedelta:
    return _offset(when, mine) - _offset(when, theirs)


def _offset(when: datetime, zone: zoneinfo.ZoneInfo) -> timedelta:
    return when.astimezone(zone).utcoffset() or timedelta()
