"""Deadlines counted from a meeting, on clocks that change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lessons.texts.due_rules import Rule, add_days, due_at, parse_rule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("session 3 + 6 days 23:59", Rule(3, 6, "23:59")),
        ("Session 3+1 day", Rule(3, 1)),
        ("session 2", Rule(2, 0)),
        ("session 2 + 9:05", Rule(2, 0, "09:05")),
        ("6 days 23:59", Rule(None, 6, "23:59")),
        ("0 days", Rule()),
    ],
)
def test_rule_is_read_and_written(text, rule):
    assert parse_rule(text) == rule
    assert parse_rule(str(rule)) == rule


@pytest.mark.parametrize(
    "text", ["", "soon", "session", "session 0 + 1 day", "366 days", "24:00", "1 day 9:60"]
)
def test_text_that_is_not_a_rule_is_refused(text):
    with pytest.raises(ValueError, match=r"must be|names session 0|has the time"):
        parse_rule(text)


# Wall times in each zone: a meeting, the rule after it, and the deadline in UTC. All meetings last 60 minutes.
GRID = [
    # Berlin: 29 March 2026, 02:00 to 03:00 is skipped; 25 October 2026, 02:00 to 03:00 comes twice.
    ("Europe/Berlin", "2026-03-22 19:00", "6 days 23:59", "2026-03-28 22:59"),
    ("Europe/Berlin", "2026-03-22 19:00", "7 days 23:59", "2026-03-29 21:59"),
    ("Europe/Berlin", "2026-03-22 19:00", "7 days 02:30", "2026-03-29 01:30"),
    ("Europe/Berlin", "2026-03-22 01:30", "7 days", "2026-03-29 01:30"),
    ("Europe/Berlin", "2026-10-18 19:00", "7 days 02:30", "2026-10-25 01:30"),
    ("Europe/Berlin", "2026-10-18 01:30", "7 days", "2026-10-25 01:30"),
    ("Europe/Berlin", "2026-10-18 19:00", "7 days", "2026-10-25 19:00"),
    # New York: 8 March and 1 November 2026, at 02:00.
    ("America/New_York", "2026-03-01 20:00", "7 days 02:30", "2026-03-08 07:30"),
    ("America/New_York", "2026-03-01 20:00", "7 days 23:59", "2026-03-09 03:59"),
    ("America/New_York", "2026-10-25 20:00", "7 days 01:30", "2026-11-01 06:30"),
    ("America/New_York", "2026-10-25 20:00", "6 days 23:59", "2026-11-01 03:59"),
    ("America/New_York", "2026-10-25 23:30", "0 days 23:59", "2026-10-26 03:59"),
    # Lord Howe: half an hour; 4 October 2026 at 02:00 and 5 April 2026 at 02:00.
    ("Australia/Lord_Howe", "2026-09-27 19:00", "7 days 02:15", "2026-10-03 15:45"),
    ("Australia/Lord_Howe", "2026-09-27 19:00", "7 days 23:59", "2026-10-04 12:59"),
    ("Australia/Lord_Howe", "2026-03-29 19:00", "7 days 01:45", "2026-04-04 15:15"),
    ("Australia/Lord_Howe", "2026-03-29 19:00", "7 days 23:59", "2026-04-05 13:29"),
    # Kolkata never changes.
    ("Asia/Kolkata", "2026-03-22 20:30", "6 days 23:59", "2026-03-28 18:29"),
    ("Asia/Kolkata", "2026-10-18 20:30", "7 days", "2026-10-25 16:00"),
    # A meeting that starts in the gap (so an hour later) or in the second of two equal hours.
    ("Europe/Berlin", "2026-03-29 02:30", "0 days", "2026-03-29 02:30"),
    ("Europe/Berlin", "2026-03-29 02:30", "1 day 02:30", "2026-03-30 00:30"),
    ("Europe/Berlin", "2026-10-25 02:30 fold", "0 days", "2026-10-25 02:30"),
    ("Europe/Berlin", "2026-10-25 02:30 fold", "1 day 02:30", "2026-10-26 01:30"),
    ("Europe/Berlin", "2026-10-25 01:30", "0 days", "2026-10-25 00:30"),
]


@pytest.mark.parametrize(("zone", "meeting", "rule", "due"), GRID)
def test_deadline_is_on_the_clock_of_the_cohort(zone, meeting, rule, due):
    wall, _, _ = meeting.partition(" fold")
    local = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone), fold=int(meeting.endswith("fold")))
    found = due_at(parse_rule(rule), local.astimezone(UTC), 60, zone)
    assert f"{found:%Y-%m-%d %H:%M}" == due
    assert found.utcoffset() == timedelta()


def test_meeting_past_midnight_counts_from_the_date_on_which_it_starts():
    starts_at = datetime(2026, 11, 28, 18, tzinfo=UTC)  # 23:30 in India
    assert due_at(Rule(days=1, time="23:59"), starts_at, 180, "Asia/Kolkata") == datetime(
        2026, 11, 29, 18, 29, tzinfo=UTC
    )


def test_days_after_a_deadline_keep_the_hour_of_the_clock():
    due = datetime(2026, 10, 20, 21, 59, tzinfo=UTC)  # 23:59 in Berlin
    assert add_days(due, 7, "Europe/Berlin") == datetime(2026, 10, 27, 22, 59, tzinfo=UTC)
