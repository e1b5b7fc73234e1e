"""Deadlines counted from the meetings of a cohort: “session 3 + 6 days 23:59”."""

import re
import zoneinfo
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

MAX_DAYS = 365
MAX_SESSION = 999
EXAMPLE = "session 3 + 6 days 23:59"
_RULE = re.compile(
    r"(?:session +(?P<session>[0-9]{1,4}))?"
    r"(?: *\+ *|(?<=[0-9]) +|^)?"
    r"(?:(?P<days>[0-9]{1,4}) +days?)?"
    r"(?:(?:^| +|\+ *)(?P<time>[0-9]{1,2}:[0-9]{2}))?",
    re.IGNORECASE,
)


class Rule(NamedTuple):
    """A number of days after a meeting. `session` counts from 1 in the order of the course; None is the own session.

    With `time`, such as "23:59", the days count from the date on which the meeting starts. Without one, they count
    from its end, and keep the hour.
    """

    session: int | None = None
    days: int = 0
    time: str = ""

    def __str__(self) -> str:
        days = f"{self.days} day{'' if self.days == 1 else 's'}" if self.days or not self.time else ""
        after = " ".join(filter(None, (days, self.time)))
        return f"session {self.session} + {after}" if self.session else after


def parse_rule(text: str) -> Rule:
    """Return the rule that a text describes. Raises ValueError with a sentence that says what to write."""
    found = _RULE.fullmatch(text.strip())
    if not text.strip() or found is None:
        raise ValueError(f"must be days and a time after a meeting, such as “{EXAMPLE}” or “6 days”")
    session, days, hour = found["session"], int(found["days"] or 0), found["time"] or ""
    if session is not None and not 1 <= int(session) <= MAX_SESSION:
        raise ValueError(f"names session {session}. Sessions are counted from 1.")
    if days > MAX_DAYS:
        raise ValueError(f"must be at most {MAX_DAYS} days")
    return Rule(int(session) if session else None, days, _clock(hour))


def _clock(text: str) -> str:
    if not text:
        return ""
    hour, minute = map(int, text.split(":"))
    if hour > 23 or minute > 59:
        raise ValueError(f"has the time {text}. Write one from 00:00 to 23:59.")
    return f"{hour:02}:{minute:02}"


def due_at(rule: Rule, starts_at: datetime, minutes: int, zone: str) -> datetime:
    """Return the deadline after a meeting, on the clocks of `zone`.

    A time that the clocks skip or show twice counts as the later of its two readings.
    """
    there = zoneinfo.ZoneInfo(zone)
    if rule.time:
        day = starts_at.astimezone(there).date() + timedelta(days=rule.days)
        wall = datetime.combine(day, time.fromisoformat(rule.time))
    else:
        ends_at = (starts_at + timedelta(minutes=minutes)).astimezone(there)
        if not rule.days:
            return ends_at.astimezone(UTC)
        wall = ends_at.replace(tzinfo=None) + timedelta(days=rule.days)
    return on_the_clock(wall, there)


def on_the_clock(wall: datetime, zone: zoneinfo.ZoneInfo) -> datetime:
    """Return a time without a zone in UTC, the later one if the clocks of `zone` skip it or show it twice."""
    return max(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def add_days(when: datetime, days: int, zone: str) -> datetime:
    """Return the same time on the clocks of a zone, some days later."""
    there = zoneinfo.ZoneInfo(zone)
    return on_the_clock(when.astimezone(there).replace(tzinfo=None) + timedelta(days=days), there)
