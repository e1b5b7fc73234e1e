from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.notices.times import digest_at, next_digest, quiet_end

LONDON, KOLKATA = ZoneInfo("Europe/London"), ZoneInfo("Asia/Kolkata")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "hours", "zone", "end"),
    [
        ("2026-11-30 21:59", (22, 7), LONDON, None),
        ("2026-11-30 22:00", (22, 7), LONDON, "2026-12-01 07:00"),
        ("2026-12-01 03:00", (22, 7), LONDON, "2026-12-01 07:00"),
        ("2026-12-01 07:00", (22, 7), LONDON, None),
        ("2026-11-30 16:30", (22, 7), KOLKATA, "2026-12-01 01:30"),  # 22:00 to 7:00 there
        ("2026-11-30 12:30", (12, 14), LONDON, "2026-11-30 14:00"),
        ("2026-11-30 14:00", (12, 14), LONDON, None),
        ("2026-11-30 12:30", (None, None), LONDON, None),
        ("2026-11-30 12:30", (12, 12), LONDON, None),
        # the clock goes from 1:00 to 2:00 on 29 March: the night is an hour shorter
        ("2026-03-28 23:00", (22, 7), LONDON, "2026-03-29 06:00"),
        ("2026-03-29 00:30", (22, 1), LONDON, "2026-03-29 01:00"),  # 1:00 does not exist: 2:00 in summer time
        # it goes back from 2:00 to 1:00 on 25 October: the night is an hour longer, and 1:30 comes twice
        ("2026-10-24 22:00", (22, 7), LONDON, "2026-10-25 07:00"),
        ("2026-10-25 00:30", (22, 2), LONDON, "2026-10-25 02:00"),
        ("2026-10-25 01:30", (22, 2), LONDON, "2026-10-25 02:00"),
        ("2026-10-25 01:30", (22, 1), LONDON, None),
    ],
)
def test_quiet_hours_end(now, hours, zone, end):
    found = quiet_end(utc(now), *hours, zone)
    assert (found and found.astimezone(UTC)) == (end and utc(end))


@pytest.mark.parametrize(
    ("now", "zone", "day", "at"),
    [
        ("2026-11-30 07:59", LONDON, date(2026, 11, 30), "2026-11-30 08:00"),
        ("2026-11-30 08:00", LONDON, date(2026, 12, 1), "2026-12-01 08:00"),
        ("2026-11-30 20:00", KOLKATA, date(2026, 12, 1), "2026-12-01 02:30"),  # 1 December there
        ("2026-03-28 09:00", LONDON, date(2026, 3, 29), "2026-03-29 07:00"),  # summer time from that night on
    ],
)
def test_daily_email_has_its_day_and_hour_in_the_zone_of_its_reader(now, zone, day, at):
    assert next_digest(utc(now), 8, zone) == day
    assert digest_at(day, 8, zone).astimezone(UTC) == utc(at)
