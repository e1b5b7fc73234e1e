"""The time at which a lesson or quiz opens to a reader: the only place that decides it.

Every page, list and count compares this time with the reader's clock. It is NULL for a draft, for what was deleted, and
while it is unknown because the cohort has no date for its meeting. Content that is open at once gets EPOCH.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import DateTimeField, F, Func, Value
from django.db.models.expressions import RawSQL
from django.utils import timezone

from lessons.models import Course, Meeting, Session
from lessons.models.release import Release, Status

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Any: an expression for the key of a cohort
Cohort = Any
LESSON_COLUMNS = ("deletion_id", "status", "publish_at", "public", "release", "session_id")
OWN_COLUMNS = ("deletion_id", "status", "publish_at")
_IN_SQL = {
    "sqlite": {"epoch": "'1970-01-01 00:00:00'", "ends": "datetime(starts_at, '+' || minutes || ' minutes')"},
    "postgresql": {
        "epoch": "'1970-01-01 00:00:00+00'::timestamptz",
        "ends": "starts_at + minutes * interval '1 minute'",
    },
}


class NotOpenYetError(PermissionDenied):
    """The reader may open this only later. `opens_at` is None while the time is unknown."""

    def __init__(self, course: Course, title: str, opens_at: datetime | None) -> None:
        super().__init__(f"{title} is not open yet.")
        self.course, self.title, self.opens_at = course, title, opens_at


# --- the rule, as SQL ------------------------------------------------------------------------------------------------


def lesson_sql(vendor: str, lesson: str, cohort: str) -> str:
    """Return SQL for the time at which a row `lesson` opens. `cohort` is SQL for the key of a cohort, or NULL."""
    return _lesson(vendor, {name: f"{lesson}.{name}" for name in LESSON_COLUMNS}, cohort)


def quiz_sql(vendor: str, quiz: str, lesson: str, cohort: str) -> str:
    own = {name: f"{quiz}.{name}" for name in OWN_COLUMNS}
    return later(vendor, own_sql(vendor, own), lesson_sql(vendor, lesson, cohort))


def own_sql(vendor: str, columns: dict[str, str]) -> str:
    # by the row's own status, never if it is deleted; in one CASE, since SQLite's parser takes no deeper nesting
    status = columns["status"]
    return (
        f"CASE WHEN {columns['deletion_id']} IS NOT NULL THEN NULL"
        f" WHEN {status} = '{Status.PUBLISHED}' THEN {epoch_sql(vendor)}"
        f" WHEN {status} = '{Status.SCHEDULED}' THEN {columns['publish_at']} END"
    )


def epoch_sql(vendor: str) -> str:
    return _IN_SQL[vendor]["epoch"]


def later(vendor: str, one: str, other: str) -> str:
    """Return SQL for the later of two times, NULL if either is NULL, unlike GREATEST of PostgreSQL."""
    if vendor == "sqlite":  # whose parser takes no deeper nesting
        return f"MAX({one}, {other})"
    return (
        "(SELECT CASE WHEN pair.one >= pair.other THEN pair.one WHEN pair.one < pair.other THEN pair.other END"  # noqa: S608
        f" FROM (SELECT {one} AS one, {other} AS other) pair)"
    )


def _lesson(vendor: str, columns: dict[str, str], cohort: str) -> str:
    session, release = columns["session_id"], columns["release"]
    of_session = f"(SELECT its.release FROM {Session._meta.db_table} its WHERE its.id = {session})"  # noqa: S608
    met = (
        f"CASE CASE WHEN {columns['public']} THEN '{Release.NOW}' WHEN {release} <> '' THEN {release}"
        f" ELSE {of_session} END"
        f" WHEN '{Release.START}' THEN {_of_meeting('starts_at', session, cohort)}"
        f" WHEN '{Release.END}' THEN {_of_meeting(_IN_SQL[vendor]['ends'], session, cohort)}"
        f" ELSE {epoch_sql(vendor)} END"
    )
    return later(vendor, own_sql(vendor, columns), met)


def _of_meeting(column: str, session: str, cohort: str) -> str:
    # A cohort has at most one meeting for a session. With ANY_COHORT, the first of all counts.
    return (
        f"(SELECT MIN({column}) FROM {Meeting._meta.db_table} met"  # noqa: S608 - names of tables and columns
        f" WHERE met.session_id = {session} AND met.cohort_id = {cohort})"
    )


# --- the rule, for querysets -----------------------------------------------------------------------------------------

ANY_COHORT = RawSQL("met.cohort_id", ())  # open to a cohort is open to everyone


class SqlOf(Func):
    """A function of columns whose SQL is `write(vendor, columns)`; `columns` maps names to their SQL."""

    output_field = DateTimeField()

    # Any: as Django declares them
    def __init__(self, write: Callable[[str, dict[str, str]], str], **columns: Any) -> None:
        self.write, self.names = write, tuple(columns)
        super().__init__(*columns.values())

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Any:
        # A column may occur several times, each time with its parameters.
        parts = [compiler.compile(each) for each in self.source_expressions]
        text = self.write(connection.vendor, {name: f"{{{name}}}" for name in self.names})
        found = dict(zip(self.names, parts, strict=True))
        parameters = [one for name in re.findall(r"{(\w+)}", text) for one in found[name][1]]
        return re.sub(r"{(\w+)}", lambda match: found[match[1]][0], text), parameters


def lesson_opening(cohort: Cohort, prefix: str = "") -> SqlOf:
    """Return an expression for the opening of a lesson; `prefix` leads to it, such as `lesson__`."""
    return SqlOf(_lesson_of, **_columns(LESSON_COLUMNS, prefix), cohort=to_key(cohort))


def quiz_opening(cohort: Cohort, prefix: str = "", lesson: str = "lesson__") -> SqlOf:
    own = {f"own_{name}": column for name, column in _columns(OWN_COLUMNS, prefix).items()}
    return SqlOf(_quiz_of, **_columns(LESSON_COLUMNS, lesson), **own, cohort=to_key(cohort))


def _columns(names: Iterable[str], prefix: str) -> dict[str, F]:
    return {name: F(f"{prefix}{name}") for name in names}


def _lesson_of(vendor: str, columns: dict[str, str]) -> str:
    return _lesson(vendor, columns, columns["cohort"])


def _quiz_of(vendor: str, columns: dict[str, str]) -> str:
    own = {name: columns[f"own_{name}"] for name in OWN_COLUMNS}
    return later(vendor, own_sql(vendor, own), _lesson_of(vendor, columns))


# Any: what Django takes as an expression
def to_key(cohort: Cohort) -> Any:
    return cohort if hasattr(cohort, "resolve_expression") else Value(cohort)


# --- clocks ----------------------------------------------------------------------------------------------------------


def is_open(opens_at: datetime | None, now: datetime) -> bool:
    return opens_at is not None and opens_at <= now


# Any: depends on the database
def as_parameter(now: datetime) -> Any:
    """Return the time as raw SQL compares it with columns."""
    return connection.ops.adapt_datetimefield_value(now)


# Any: depends on the database
def read_time(value: Any) -> datetime | None:
    """Return the time in a column of raw SQL. In SQLite, a column has no zone, and an expression is text."""
    found: datetime | None = datetime.fromisoformat(value) if isinstance(value, str) else value
    return timezone.make_aware(found, UTC) if found is not None and timezone.is_naive(found) else found


class Horizon:
    """The next time at which a page changes by itself, None if it does not."""

    until: datetime | None = None

    def note(self, when: datetime | None, now: datetime) -> None:
        if when is not None and when > now and (self.until is None or when < self.until):
            self.until = when
