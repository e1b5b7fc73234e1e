from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lessons.texts.clock_changes import next_clock_change

INDIA = ZoneInfo("Asia/Kolkata")
HOUR = timedelta(hours=1)


def weekly(first: datetime) -> list[datetime]:
    return [first + timedelta(weeks=number) for number in range(12)]


@pytest.mark.parametrize(
    ("zone", "now", "day", "forward", "shift"),
    [
        ("Europe/London", datetime(2026, 10, 10, tzinfo=UTC), "2026-10-25", False, -HOUR),
        ("Europe/London", datetime(2027, 3, 10, tzinfo=UTC), "2027-03-28", True, HOUR),
        ("Australia/Lord_Howe", datetime(2026, 9, 20, tzinfo=UTC), "2026-10-04", True, HOUR / 2),
    ],
)
def test_clocks_of_the_reader_move_the_class(zone, now, day, forward, shift):
    found = next_clock_change(now, weekly(now + HOUR), ZoneInfo(zone), INDIA)
    assert (str(found.at.astimezone(ZoneInfo(zone)).date()), found.of_reader) == (day, True)
    assert (found.forward, found.shift) == (forward, shift)


def test_clocks_of_the_class_move_it_for_a_reader_whose_clocks_stay():
    now = datetime(2026, 10, 10, tzinfo=UTC)
    found = next_clock_change(now, weekly(now + HOUR), INDIA, ZoneInfo("Europe/London"))
    assert (found.of_reader, found.forward, found.shift) == (False, False, HOUR)


@pytest.mark.parametrize(
    ("zone", "starts"),
    [
        ("Asia/Kolkata", weekly(datetime(2026, 10, 11, tzinfo=UTC))),  # the same clocks
        ("Europe/London", [datetime(2026, 10, 20, tzinfo=UTC)]),  # no class after the change
        ("Europe/London", []),
        ("Europe/London", [datetime(2026, 12, 1, tzinfo=UTC)]),  # too far ahead
    ],
)
def test_nothing_is_said_if_no_class_moves_soon(zone, starts):
    now = datetime(2026, 10, 10, tzinfo=UTC)
    assert next_clock_change(now, starts, ZoneInfo(zone), INDIA) is None
