"""The rules at their limits."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.progress.class_page.stuck_rules import (
    Held,
    Try,
    find_deadline_near,
    find_missed,
    find_no_gain,
    find_same_check,
    find_silence,
)

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def tries(*given: tuple[float, str]) -> list[Try]:
    """Submissions as (share, checks that need work), the newest first, an hour apart; the newest an hour ago."""
    return [
        Try(len(given) - place, NOW - (place + 1) * HOUR, share, frozenset(failed.split()))
        for place, (share, failed) in enumerate(given)
    ]


def test_same_check_fires_at_the_third_submission_in_a_row():
    found = find_same_check(tries((0.5, "merge"), (0.4, "merge readme"), (0.1, "merge readme")))
    assert (found.check, found.count) == ("merge", 3)
    assert find_same_check(tries((0.5, "merge"), (0.4, "merge readme"))) is None


def test_same_check_does_not_fire_if_it_passed_in_between():
    assert find_same_check(tries((0.5, "merge"), (0.6, ""), (0.5, "merge"), (0.5, "merge"))) is None
    assert find_same_check(tries((0.5, "readme"), (0.5, "merge"), (0.5, "merge"), (0.5, "merge"))) is None


def test_same_check_names_the_longest_run():
    found = find_same_check(tries((0.1, "a b"), (0.1, "a b"), (0.1, "a b"), (0.1, "b")))
    assert (found.check, found.count, found.newest.number) == ("b", 4, 4)


def test_same_check_counts_only_what_came_after_it_was_handled():
    given = tries((0.1, "a"), (0.1, "a"), (0.1, "a"), (0.1, "a"))
    assert find_same_check(given, since=given[3].at).count == 3
    assert find_same_check(given, since=given[2].at) is None


def test_no_gain_fires_if_two_submissions_earn_no_more_than_the_one_before():
    found = find_no_gain(tries((0.5, "a"), (0.4, "a b"), (0.5, "b")))
    assert (found.count, found.best.number) == (3, 1)
    assert find_no_gain(tries((0.5, "a"), (0.5, "a"))) is None


def test_no_gain_does_not_fire_after_a_gain():
    assert find_no_gain(tries((0.51, ""), (0.5, ""), (0.5, ""), (0.5, ""))) is None
    assert find_no_gain(tries((0.5, ""), (0.51, ""), (0.5, ""), (0.5, ""))) is None
    assert find_no_gain(tries((0.5, ""), (0.5, ""), (0.51, ""), (0.5, ""))).count == 3


def test_no_gain_needs_three_submissions_after_it_was_handled():
    given = tries(*[(0.5, "a")] * 5)
    assert find_no_gain(given, since=given[3].at).count == 5
    assert find_no_gain(given, since=given[2].at) is None


@pytest.mark.parametrize(
    ("left", "fires"),
    [
        (48 * HOUR, True),
        (48 * HOUR + timedelta(seconds=1), False),
        (timedelta(seconds=1), True),
        (0 * HOUR, False),
    ],
)
def test_deadline_is_near_in_its_last_48_hours(left, fires):
    assert find_deadline_near(NOW + left, NOW) == (left if fires else None)


def test_deadline_fires_anew_only_if_it_moved_beyond_48_hours_of_the_mark():
    due_at = NOW + 10 * HOUR
    assert find_deadline_near(due_at, NOW, since=due_at - 48 * HOUR) is None
    assert find_deadline_near(due_at, NOW, since=due_at - 49 * HOUR) == 10 * HOUR


def test_silence_fires_after_seven_days():
    assert find_silence(NOW - 7 * DAY, NOW) == 7 * DAY
    assert find_silence(NOW - 7 * DAY + timedelta(seconds=1), NOW) is None


def test_silence_fires_again_seven_days_after_it_was_handled():
    last = NOW - 20 * DAY
    assert find_silence(last, NOW, since=NOW - 6 * DAY) is None
    assert find_silence(last, NOW, since=NOW - 7 * DAY) == 20 * DAY


def held(*present: bool | None) -> list[Held]:
    return [Held(f"Session {place}", NOW - place * DAY, each) for place, each in enumerate(present, 1)]


def test_missed_fires_at_two_meetings_in_a_row():
    assert [each.title for each in find_missed(held(False, False, True))] == ["Session 1", "Session 2"]
    assert find_missed(held(False, True, False)) is None
    assert find_missed(held(True, False, False)) is None
    assert find_missed(held(False)) is None


def test_missed_ignores_a_meeting_without_attendance():
    assert len(find_missed(held(None, False, None, False))) == 2
    assert find_missed(held(False, None, True)) is None


def test_missed_counts_only_meetings_after_it_was_handled():
    assert find_missed(held(False, False, False), since=NOW - 3 * DAY) is not None
    assert find_missed(held(False, False, False), since=NOW - 2 * DAY) is None
