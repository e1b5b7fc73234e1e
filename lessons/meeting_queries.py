"""Read queries of meetings. Every function returns only rows that the given user may see."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Count, Exists, FilteredRelation, Max, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone

from lessons.models import (
    Attendance,
    Cohort,
    Enrollment,
    LiveQuiz,
    Meeting,
    MeetingSignal,
)
from lessons.queries import OpenCourse, Visitor, get_member_course
from lessons.rights import cohorts_taught, staff_of_cohort
from portal.accounts.models import User

MAX_SIGNALS_WITH_NAMES = 20


@dataclass(frozen=True)
class OpenMeeting:
    """A meeting as one visitor may see it: as a learner of its cohort (`enrollment`), as staff, or both."""

    meeting: Meeting
    reader: OpenCourse
    enrollment: Enrollment | None
    now: datetime
    is_staff: bool

    @property
    def phase(self) -> str:
        return phase_of(self.meeting, self.now)


def phase_of(meeting: Meeting, now: datetime) -> str:
    """Return "cancelled", "ended", "live", "soon" while the link to join is open already, or "before"."""
    if meeting.is_cancelled:
        return "cancelled"
    if meeting.ends_at <= now:
        return "ended"
    if meeting.starts_at <= now:
        return "live"
    return "soon" if meeting.may_join(now) else "before"


def get_meeting(user: Visitor, course: str, cohort: str, session: str) -> OpenMeeting:
    """Return a meeting of the learner's cohort, or of a course that `user` teaches. Raises Http404."""
    reader = get_member_course(user, course)
    meetings = Meeting.objects.filter(
        cohort__slug=cohort, cohort__course=reader.course, session__slug=session
    )
    meetings = meetings.annotate(taught=Exists(staff_of_cohort(user)))
    # Any: annotated
    found: Any = meetings.defer(None).select_related("cohort__course", "session").first()  # with its notes
    if found is None:
        raise Http404
    own = reader.enrollment if found.cohort_id == reader.cohort else None
    is_staff = found.taught or (user.is_authenticated and user.is_superuser)
    if not (is_staff or own):
        raise Http404
    return OpenMeeting(found, reader, own, reader.now, is_staff)


def get_meeting_to_run(user: Visitor, course: str, cohort: str, session: str) -> OpenMeeting:
    """Return a meeting of a course that `user` teaches. Raises Http404."""
    found = get_meeting(user, course, cohort, session)
    if not found.is_staff:
        raise Http404
    return found


def get_cohort_meetings(user: Visitor, course: str, cohort: str) -> tuple[Cohort, list[Meeting]]:
    """Return the learner's cohort, or one of a course that `user` teaches, and its meetings. Raises Http404."""
    reader = get_member_course(user, course)
    cohorts = Cohort.objects.filter(course=reader.course, slug=cohort).select_related("course")
    # Any: annotated
    found: Any = cohorts.annotate(taught=Exists(staff_of_cohort(user, cohort="pk"))).first()
    if found is None:
        raise Http404
    is_staff = found.taught or (user.is_authenticated and user.is_superuser)
    if not (is_staff or found.pk == reader.cohort):
        raise Http404
    return found, list(found.meetings.select_related("cohort__course", "session"))


def shows_file(user: Visitor, token: str) -> bool:
    """Return True if the notes of a class that `user` may see have this file or image."""
    if not user.is_authenticated:
        return False
    mine = Enrollment.objects.active().filter(user=user).values("cohort")
    may_see = Q(cohort__in=mine) | Q(cohort__in=cohorts_taught(user).values("pk"))
    return Meeting.objects.filter(may_see, notes__contains=token, cohort__course__deletion=None).exists()


class ClassState(NamedTuple):
    """The state of a class page, in short: it differs whenever the page must be drawn again."""

    phase: str
    version: int
    quizzes: int
    signals: int
    newest: int

    @property
    def cursor(self) -> str:
        return ".".join(map(str, self))


# Any: annotated with what a page shows
def get_class_state(user: Visitor, course: str, cohort: str, session: str) -> ClassState:
    """Return the state of a class for `get_meeting`. One query, because each page polls. Raises Http404."""
    if not user.is_authenticated:
        raise Http404
    sql, marks = _state_statement(connection.vendor)
    now = timezone.now()
    values = {_USER: user.pk, "<cohort>": cohort, "<course>": course, "<session>": session}
    values[_adapt(_NOW)] = _adapt(now)
    # Any: annotated
    rows: list[Any] = list(Meeting.objects.raw(sql, [values.get(mark, mark) for mark in marks]))
    found = rows[0] if rows else None
    is_staff = found is not None and (user.is_superuser or found.taught)
    if found is None or not (is_staff or found.is_mine):
        raise Http404
    return ClassState(phase_of(found, now), found.version, *_counts(found, is_staff=is_staff))


# They stand for the key of the user and for the time in the parameters of the statement.
_USER, _NOW = -7_316_204_559, datetime(1903, 4, 5, 6, 7, 8, tzinfo=UTC)


def _adapt(when: datetime) -> Any:  # Any: as the database takes it
    return connection.ops.adapt_datetimefield_value(when)


@cache
def _state_statement(vendor: str) -> tuple[str, tuple[Any, ...]]:
    # Compiled once for each kind of database: 2,000 open pages ask, and compiling it takes longer than running it.
    meetings = Meeting.objects.filter(
        cohort__slug="<cohort>",
        cohort__course__slug="<course>",
        cohort__course__deletion=None,
        session__slug="<session>",
    )
    sql, parameters = _with_state(meetings, User(pk=_USER), _NOW).order_by().query.sql_with_params()
    return sql, tuple(parameters)


# Any: as above
def _with_state(meetings: QuerySet[Meeting], user: Visitor, now: datetime) -> QuerySet[Any]:
    mine = Enrollment.objects.active().filter(user=user.pk, cohort=OuterRef("cohort"))
    taught = staff_of_cohort(user)
    live = LiveQuiz.objects.running(now).filter(Q(cohort=None) | Q(cohort=OuterRef("cohort")))
    quizzes = live.filter(course=OuterRef("course")).order_by().values("course")
    signals = MeetingSignal.objects.filter(meeting=OuterRef("pk")).order_by().values("meeting")
    return meetings.annotate(
        is_mine=Exists(mine),
        taught=Exists(taught),
        quizzes=Subquery(quizzes.annotate(last=Max("pk")).values("last")),
        signal_count=Subquery(signals.annotate(count=Count("pk")).values("count")),
        newest=Subquery(signals.annotate(last=Max("pk")).values("last")),
    )


# Any: as above
def _counts(row: Any, *, is_staff: bool) -> tuple[int, int, int]:
    signals = (row.signal_count or 0, row.newest or 0) if is_staff else (0, 0)
    return (row.quizzes or 0, *signals)


def state_of(found: OpenMeeting) -> ClassState:
    """Return the state of a class as it was found: what changed since then draws the page again."""
    row = _with_state(
        Meeting.objects.filter(pk=found.meeting.pk), AnonymousUser(), found.now
    ).get()  # its rights are known
    return ClassState(found.phase, found.meeting.version, *_counts(row, is_staff=found.is_staff))


@dataclass(frozen=True)
class Signals:
    """The signals of a kind for staff: the first ones with their learners, and `newest`, the key of the last one."""

    kind: MeetingSignal.Kind
    first: list[MeetingSignal]
    count: int
    newest: int

    @property
    def more(self) -> int:
        return self.count - len(self.first)


def signals_of(meeting: Meeting, kind: MeetingSignal.Kind) -> Signals:
    rows = meeting.signals.filter(kind=kind)
    first = list(rows.select_related("enrollment__user")[:MAX_SIGNALS_WITH_NAMES])
    found = rows.aggregate(count=Count("pk"), newest=Max("pk"))
    return Signals(kind, first, found["count"], found["newest"] or 0)


def own_signals(meeting: Meeting, enrollment: Enrollment) -> dict[str, MeetingSignal]:
    """Map the kinds of the signals that the learner has sent to them."""
    return {each.kind: each for each in meeting.signals.filter(enrollment=enrollment)}


def own_attendance(meeting: Meeting, enrollment: Enrollment) -> Attendance | None:
    return Attendance.objects.filter(meeting=meeting, enrollment=enrollment).first()


# Any: annotated with the attendance of each
def learners_of(meeting: Meeting) -> QuerySet[Any]:
    """Return the active learners of the cohort by name, each with `at`: their attendance, or None."""
    at = FilteredRelation("attendance", condition=Q(attendance__meeting=meeting))
    learners: Any = Enrollment.objects.active().filter(cohort=meeting.cohort_id).annotate(at=at)
    return learners.select_related("user", "at").order_by("user__name", "user__email", "pk")  # type: ignore[no-any-return]  # a queryset


def count_present(meeting: Meeting) -> int:
    return learners_of(meeting).filter(at__is_present=True).count()
