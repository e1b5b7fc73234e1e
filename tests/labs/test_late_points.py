"""Points of late submissions: pure arithmetic on days of the cohort's clock."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.late_points import Counted, Push, Terms, count
from lessons.deadlines import Deadline
from lessons.models.deadlines import Late

DUE = datetime(2026, 10, 20, 21, 59, tzinfo=UTC)  # 23:59 in Berlin, five days before the clocks go back
REFUSE = Late.REFUSE
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def terms(late=Late.REDUCE, percent=10, floor=50, last_at=None, due=DUE) -> Terms:
    return Terms(Deadline(due), "Europe/Berlin", late, percent, floor, last_at)


def push(after, points=80, pk=1, lab=1) -> Push:
    return Push(pk, lab, DUE + after, Decimal(points), Decimal(100), 70)


def points(pushes, its, bank=0):
    """Return (points that count, late days spent) of each submission that was late."""
    counted = count(pushes, {1: its, 2: its}, bank)
    return {pk: (str(each.points), each.late_days) for pk, each in counted.items()}


def test_two_hours_late_loses_a_day_and_fails_if_what_counts_is_below_the_pass_mark():
    assert count([push(2 * HOUR)], {1: terms()}, 0) == {1: Counted(Decimal("72.00"), True, DUE)}
    assert count([push(2 * HOUR, 75)], {1: terms()}, 0) == {1: Counted(Decimal("67.50"), False, DUE)}


@pytest.mark.parametrize(
    ("after", "left"),
    [
        (SECOND, 90),
        (DAY, 90),
        (DAY + SECOND, 80),
        (5 * DAY, 50),
        (5 * DAY + HOUR, 50),  # 23:59 in winter time, so still the fifth day
        (5 * DAY + HOUR + SECOND, 40),
        (30 * DAY, 40),
    ],
)
def test_days_are_begun_on_the_clock_of_the_cohort(after, left):
    assert points([push(after, 100)], terms(floor=40)) == {1: (f"{left}.00", 0)}


def test_push_at_the_deadline_is_in_time_and_one_after_the_last_date_earns_nothing():
    its = terms(last_at=DUE + DAY)
    pushes = [push(timedelta(), pk=1), push(DAY, pk=2), push(DAY + SECOND, pk=3)]
    assert points(pushes, its, bank=9)[3] == ("0.00", 0)
    assert 1 not in points(pushes, its)
    assert points(pushes, its)[2] == ("72.00", 0)


def test_other_policies_take_all_or_nothing():
    assert points([push(HOUR)], terms(REFUSE)) == {1: ("0.00", 0)}
    assert count([push(HOUR)], {1: terms(Late.MARK)}, 3) == {1: Counted(None, None, DUE)}


def test_late_days_are_spent_by_the_earliest_push_and_once_for_a_lab():
    pushes = [push(HOUR, 60, pk=1), push(2 * HOUR, 90, pk=2), push(HOUR, 90, pk=3, lab=2)]
    found = count(pushes, {1: terms(REFUSE), 2: terms(REFUSE)}, 1)
    assert {pk: (each.points, each.late_days) for pk, each in found.items()} == {
        1: (None, 1),
        2: (None, 0),  # within the day that the first one bought
        3: (Decimal("0.00"), 0),
    }
    two = count([push(DAY + HOUR, 95, pk=4), *pushes], {1: terms(REFUSE), 2: terms(REFUSE)}, 3)
    assert [two[pk].late_days for pk in (1, 2, 3, 4)] == [1, 0, 1, 1]


def test_no_late_day_is_spent_in_vain():
    assert points([push(2 * DAY + HOUR)], terms(REFUSE), bank=2) == {1: ("0.00", 0)}  # three would be needed
    assert points([push(8 * DAY)], terms(), bank=2) == {1: ("40.00", 0)}  # the floor all the same
    assert points([push(2 * DAY + HOUR)], terms(), bank=2) == {1: ("72.00", 2)}
    in_time = push(-DAY, 90, pk=1)
    assert points([in_time, push(HOUR, 85, pk=2)], terms(REFUSE), bank=2) == {2: ("0.00", 0)}  # no better
    assert points([in_time, push(HOUR, 95, pk=2)], terms(REFUSE), bank=2) == {2: ("None", 1)}


times = st.builds(timedelta, minutes=st.integers(-3000, 30_000))
tries = st.lists(st.tuples(times, st.integers(0, 100), st.integers(1, 3)), max_size=12)
policies = st.builds(
    terms,
    late=st.sampled_from(list(Late)),
    percent=st.integers(1, 100),
    floor=st.integers(0, 100),
    last_at=st.one_of(st.none(), st.builds(lambda after: DUE + after, times)),
)


@given(tries, st.tuples(policies, policies, policies), st.integers(0, 4), st.randoms())
def test_points_depend_on_the_facts_alone_and_a_bank_is_never_overdrawn(tries, policies, bank, random):
    pushes = [push(after, earned, pk, lab) for pk, (after, earned, lab) in enumerate(tries)]
    its = dict(enumerate(policies, 1))
    found = count(pushes, its, bank)
    shuffled = list(pushes)
    random.shuffle(shuffled)
    assert count(shuffled, its, bank) == found
    assert sum(each.late_days for each in found.values()) <= bank
    for each in pushes:
        counted = found.get(each.pk, Counted())
        assert counted.points is None or 0 <= counted.points <= each.points
        if each.received_at <= DUE:
            assert counted == Counted()


@given(tries, policies, st.integers(0, 4))
def test_more_late_days_never_make_the_best_of_the_only_lab_worse(tries, policy, bank):
    pushes = [push(after, earned, pk) for pk, (after, earned, _) in enumerate(tries)]

    def best(bank):
        found = count(pushes, {1: policy}, bank)
        counts = [found.get(each.pk, Counted()).points for each in pushes]
        own = [each.points if points is None else points for each, points in zip(pushes, counts, strict=True)]
        return max(own, default=0)

    assert best(bank) >= best(0)
