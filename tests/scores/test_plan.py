from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from lessons.models import Course
from lessons.queries import OpenCourse
from portal.progress.plan import find_route
from portal.progress.record import Entry, Record, SessionRecord
from portal.progress.scoring import LABS, QUIZZES, Outcome, Rules, Scheme, Scorable
from portal.progress.weeks import count_weeks

NOW = datetime(2026, 11, 30, tzinfo=UTC)


@st.composite
def records(draw):
    rules = Rules({LABS: 70, QUIZZES: 30}, {LABS: draw(st.integers(0, 2)), QUIZZES: draw(st.integers(0, 2))})
    items = [Entry(LABS, f"L{n}", "/", 40, f"lab:{n}") for n in range(draw(st.integers(1, 4)))]
    items += [Entry(QUIZZES, f"Q{n}", "/", 9, f"quiz:{n}") for n in range(draw(st.integers(0, 4)))]
    for item in items:
        item.is_closed = draw(st.integers(0, 5)) == 0
        item.best_share = draw(st.sampled_from([Decimal(1), Decimal(1), Decimal("0.9"), Decimal("0.3")]))
    shares = st.sampled_from([None, Decimal(0), Decimal("0.3"), Decimal("0.8"), Decimal(1)])
    outcomes = {item.key: Outcome(share) for item in items if (share := draw(shares)) is not None}
    scheme = Scheme(rules, [Scorable(item.key, item.kind, item.bonus) for item in items])
    session = SessionRecord(1, "s", "Session", items=items)
    return Record(OpenCourse(Course(slug="c"), now=NOW), [session], scheme, outcomes)


def total_with(record: Record, items: tuple[Entry, ...]) -> Decimal:
    best = {item.key: Outcome(max(item.best_share, record.share_of(item))) for item in items}
    return record.scheme.score(record.outcomes | best).points


@given(records())
def test_the_route_is_the_smallest_set_that_reaches_the_pass_mark(record):
    route = find_route(record)
    chosen = tuple(step.entry for step in route.steps)
    if record.is_passed:
        assert chosen == ()
        return
    left = [item for item in record.items if not item.is_closed]
    assert (total_with(record, tuple(left)) >= record.needed) == route.reaches
    if route.reaches:
        assert route.steps[-1].total == total_with(record, chosen) >= record.needed
        fewer = combinations(left, len(chosen) - 1)
        assert all(total_with(record, each) < record.needed for each in fewer)


def test_weeks_begin_on_monday_and_count_days_once():
    days = [date(2026, 11, 24), date(2026, 11, 24), date(2026, 11, 29), date(2026, 11, 30)]
    rows = count_weeks(days, [date(2026, 11, 28), date(2026, 12, 12)], date(2026, 12, 1))
    assert [[(week.starts.day, week.days) for week in row] for row in rows] == [[(23, 2), (30, 1), (7, 0)]]


def test_a_long_course_has_rows_of_twelve_weeks():
    rows = count_weeks([date(2020, 1, 1)], [], date(2026, 12, 1))
    assert [len(row) for row in rows] == [12, 12, 12, 12]
