"""Decide the end of an attempt, which no other module does, and the deadlines of the quizzes of a course.

They are computed whenever they are needed, so that a moved meeting, a new deadline and extra time hold at once, also
for attempts that are open. The limit is that of the version that was taken; the deadline is that of the quiz today.
"""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import OuterRef, Q, Value

from lessons.deadlines import NO_DEADLINE, Deadline, deadline_of
from lessons.models import Attempt, Cohort, Course, Enrollment, Quiz
from lessons.models.quiz_times import deadline_parts, given_time
from lessons.release import read_time

# A save or submission that was sent in time may arrive this much later. The page saves three seconds before the end.
GRACE = timedelta(seconds=1)


class End(NamedTuple):
    """The time at which an attempt ends by itself, and why. `at` is None if it does not."""

    at: datetime | None
    by: str = ""

    def has_passed(self, now: datetime) -> bool:
        return self.at is not None and self.at + GRACE <= now

    def minutes_left(self, now: datetime) -> int | None:
        # Rounded up, so that it is never more than is left by less than a minute.
        return None if self.at is None else max(0, -int((now - self.at).total_seconds() // 60))


# Any: an attempt with the annotations of `timed`
def end_of(attempt: Any) -> End:
    ends = []
    if limit := attempt.time_limit:
        ends.append(End(attempt.started_at + allowed(attempt, limit), Attempt.Ending.LIMIT))
    deadline = deadline_of(attempt)
    if deadline.refuses and deadline.at:
        # An attempt that was open when the deadline was moved before its start ends at its start.
        ends.append(End(max(deadline.at, attempt.started_at), Attempt.Ending.DEADLINE))
    return min(ends, default=End(None))


class OpenRow(NamedTuple):
    """An open attempt, as `end_of` takes it."""

    started_at: datetime
    time_limit: int
    extra_percent: int | None
    extra_minutes: int | None
    due_session: int | None
    due_days: int | None
    due_time: str | None
    late: str | None
    closes_at: datetime | None
    met_at: datetime | None
    met_minutes: int | None
    extended_to: datetime | None
    extension_reason: str | None
    time_zone: str


def read_open(pk: int, *, lock: bool = False) -> OpenRow | None:
    """Return an open attempt, locked until the transaction ends if `lock` is set. One query, as raw SQL.

    It runs on each saved answer, and Django takes twenty times as long to write the same query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_open_sql(connection.vendor, lock), [pk])
        row = cursor.fetchone()
    if row is None:
        return None
    found = OpenRow(*row)
    return found._replace(started_at=read_time(found.started_at) or found.started_at, **_times(found))


@cache
def _open_sql(vendor: str, lock: bool) -> str:
    rows = Attempt.objects.open().timed().filter(pk=0).order_by().values_list(*OpenRow._fields)
    sql, parameters = rows.query.sql_with_params()
    if parameters != (0,):
        raise ImproperlyConfigured(f"The query for an open attempt has other parameters: {parameters}")
    table = connection.ops.quote_name(Attempt._meta.db_table)
    return f"{sql} FOR UPDATE OF {table}" if lock and vendor != "sqlite" else str(sql)


# Any: a row with the annotations of `extra_time_parts`
def allowed(row: Any, limit: int) -> timedelta:
    """Return the limit with the extra time of the learner."""
    more = timedelta(minutes=limit) * (row.extra_percent or 0) / 100
    return timedelta(minutes=limit) + more + timedelta(minutes=row.extra_minutes or 0)


class ExtraMinutes(NamedTuple):
    """Extra time of a learner, as `allowed` takes it."""

    extra_percent: int = 0
    extra_minutes: int = 0


NO_EXTRA_TIME = ExtraMinutes()


def extra_time_of(enrollment: Enrollment, quiz: Quiz) -> ExtraMinutes:
    """Return the extra time of a learner at a quiz. One query."""
    given = given_time(enrollment.pk, quiz.pk).values_list("percent", "minutes").first()
    return ExtraMinutes(*given) if given else NO_EXTRA_TIME


class _QuizRow(NamedTuple):
    pk: int
    due_session: int | None
    due_days: int | None
    due_time: str | None
    late: str | None
    closes_at: datetime | None
    met_at: datetime | None
    met_minutes: int | None
    extended_to: datetime | None
    extension_reason: str | None
    time_zone: str


def deadline_for(quiz: Quiz, cohort: int | None, enrollment: int | None = None) -> Deadline:
    """Return the deadline of a quiz for a cohort, or for one of its learners (their keys). One query."""
    return _deadlines("pk", quiz.pk, cohort, enrollment).get(quiz.pk, NO_DEADLINE)


def deadlines_in(course: Course, cohort: int | None, enrollment: int | None = None) -> dict[int, Deadline]:
    """Return the deadlines of the quizzes of a course that have one, by key. One query."""
    return _deadlines("course", course.pk, cohort, enrollment)


def _deadlines(field: str, key: int, cohort: int | None, enrollment: int | None) -> dict[int, Deadline]:
    if cohort is None:
        return {}
    sql, order = _deadlines_sql(connection.vendor, field)
    given = {_KEY: key, _COHORT: cohort, _ENROLLMENT: enrollment or 0}
    with connection.cursor() as cursor:
        cursor.execute(sql, [given.get(each, each) for each in order])
        rows = [_QuizRow(*row) for row in cursor.fetchall()]
    return {row.pk: deadline_of(row._replace(**_times(row))) for row in rows}


def _times(row: OpenRow | _QuizRow) -> dict[str, Any]:
    return {name: read_time(getattr(row, name)) for name in ("closes_at", "met_at", "extended_to")}


# They represent the parameters of a query while it is written.
_KEY, _COHORT, _ENROLLMENT = -1, -2, -3


@cache
def _deadlines_sql(vendor: str, field: str) -> tuple[str, tuple[Any, ...]]:
    zone = Cohort.objects.filter(pk=_COHORT).order_by().values("time_zone")[:1]
    parts = deadline_parts("", Value(_COHORT), OuterRef("pk"), Value(_ENROLLMENT))
    rows = Quiz.objects.filter(**{field: _KEY}).annotate(**parts, time_zone=zone)
    rows = rows.filter(Q(due_days__isnull=False) | Q(closes_at__isnull=False)).order_by()
    sql, order = rows.values_list(*_QuizRow._fields).query.sql_with_params()
    return str(sql), tuple(order)
