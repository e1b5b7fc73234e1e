"""The hours of emails, in the time zone of their reader: the daily one, and those without email. No queries here."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DIGEST_HOUR = 8
DIGEST_HOURS = range(7, 23)  # reminders of deadlines are written before (portal/progress/reminders.py)
DAY = timedelta(days=1)


def digest_at(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), zone)


def next_digest(now: datetime, hour: int, zone: ZoneInfo) -> date:
    """Return the day of the next daily email."""
    today = now.astimezone(zone).date()
    return today if digest_at(today, hour, zone) > now else today + DAY


def quiet_end(now: datetime, begins: int | None, ends: int | None, zone: ZoneInfo) -> datetime | None:
    """Return the end of the quiet hours that `now` is in, or None.

    They are local times, so they follow clock changes, and may cross midnight.
    """
    if begins is None or ends is None or begins == ends:
        return None
    local = now.astimezone(zone)
    crosses = begins > ends
    is_quiet = local.hour >= begins or local.hour < ends if crosses else begins <= local.hour < ends
    if not is_quiet:
        return None
    day = local.date() + (DAY if crosses and local.hour >= begins else timedelta(0))
    end = datetime.combine(day, time(ends), zone)
    # Aware datetimes in one zone compare by local time, so both are compared as instants.
    return end if end.timestamp() > now.timestamp() else None
