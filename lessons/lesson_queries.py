"""Read queries of a lesson and its page. Every function returns only rows that the given user may see."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from lessons.lesson_sql import learner_lesson_sql, page_sql
from lessons.models import (
    Course,
    Enrollment,
    Lesson,
    Quiz,
    Reading,
    Session,
    Tick,
)
from lessons.models.course import LESSON_TEXTS
from lessons.models.release import Status
from lessons.queries import OpenCourse, Visitor, get_course
from lessons.release import Horizon, as_parameter, lesson_sql, read_time


@dataclass(frozen=True)
class Neighbour:
    """The previous or next lesson."""

    title: str
    url: str


@dataclass(frozen=True)
class ListedLesson:
    """`url` is "" if the reader may not open the lesson; `opens_at` is when it opens, None if it is open."""

    key: int
    title: str
    url: str
    is_draft: bool = False
    is_scheduled: bool = False
    opens_at: datetime | None = None


@dataclass(frozen=True)
class ListedSession:
    """`lessons` is empty for all sessions but the current one."""

    title: str
    url: str
    is_current: bool = False
    lessons: list[ListedLesson] = field(default_factory=list)


@dataclass
class OpenLesson:
    """A lesson for one reader, with the previous and next lessons, across sessions, that they may open.

    `sessions` are those of the course, in order. `read` has the keys of the lessons of its session that a learner
    has marked as read. `quiz_opens_at` is the time at which its quiz opens, None if it is open. After the time in
    `horizon`, the page has to be made again. `has_threads` is False if the reader is known
    to see no questions here.
    """

    lesson: Lesson
    reader: OpenCourse
    sessions: list[ListedSession]
    before: Neighbour | None = None
    after: Neighbour | None = None
    reading: Reading | None = None
    ticked: set[str] = field(default_factory=set)
    read: set[int] = field(default_factory=set)
    quiz_opens_at: datetime | None = None
    horizon: Horizon = field(default_factory=Horizon)
    has_threads: bool = True

    @property
    def enrollment(self) -> Enrollment | None:
        return self.reader.enrollment


# --- the page of a lesson -------------------------------------------------------------------------------------------


def get_lesson(user: Visitor, course_slug: str, lesson_slug: str) -> OpenLesson:
    """Return a lesson that `user` may read: a public one, or one of their courses.

    Raises Http404, or NotOpenYetError for a learner if it opens later.
    """
    found = _open_lesson(get_course(user, course_slug), lesson_slug)
    if found.enrollment:
        own = Reading.objects.filter(enrollment=found.enrollment, lesson__session=found.lesson.session_id)
        readings = {reading.lesson_id: reading for reading in own}
        found.reading = readings.get(found.lesson.pk)
        found.read = {key for key, reading in readings.items() if reading.read_at}
        ticks = Tick.objects.filter(enrollment=found.enrollment, lesson=found.lesson)
        found.ticked = set(ticks.values_list("key", flat=True)) if found.lesson.checklist else set()
    return found


def get_lesson_as_learner(user: Visitor, course_slug: str, lesson_slug: str) -> OpenLesson:
    """Return a lesson, even a draft, as a new learner sees it, for course staff only. Raises Http404."""
    reader = get_course(user, course_slug)
    if not (reader.is_staff and user.is_authenticated):
        raise Http404
    newcomer = OpenCourse(reader.course, Enrollment(user=user, course=reader.course))
    found = _open_lesson(reader, lesson_slug, leads=newcomer)
    return replace(found, reader=newcomer)


def get_lesson_for(reader: OpenCourse, lesson_slug: str) -> OpenLesson:
    """Return a lesson that this reader may read, without stored progress.

    Raises Http404, or NotOpenYetError.
    """
    return _open_lesson(reader, lesson_slug)


def _open_lesson(reader: OpenCourse, slug: str, leads: OpenCourse | None = None) -> OpenLesson:
    # One query. The other lessons are those that `leads` may see, by default the reader.
    course, leads = reader.course, leads or reader
    # `leads` has an enrollment if it differs, so that its cohort is that of both.
    values = {"slug": slug, "course": course.pk, "cohort": leads.cohort, "now": as_parameter(leads.now)}
    sql = page_sql(connection.vendor, _may_open(leads), for_staff=leads.is_staff)
    # Any: the rows have columns of other tables too
    rows: list[Any] = list(Lesson.objects.raw(sql, values))
    lesson = next((row for row in rows if row.slug == slug), None)
    if lesson is None or not reader.may_read(lesson, read_time(lesson.opens_at)):
        raise Http404
    lesson.course = course
    lesson.session = Session(pk=lesson.part_id, slug=lesson.part_slug, title=lesson.part_title)
    before, after = neighbour(course, lesson.before), neighbour(course, lesson.after)
    found = OpenLesson(lesson, reader, _listed(leads, rows, lesson.part_id), before, after)
    found.horizon.note(read_time(lesson.changes_at), leads.now)
    _add_quiz(found, leads, lesson)
    return found


def _add_quiz(found: OpenLesson, leads: OpenCourse, row: Any) -> None:
    quiz, opens_at = None, read_time(row.quiz_opens_at)
    if row.quiz_slug and (leads.is_staff or row.quiz_status != Status.DRAFT):
        quiz = Quiz(slug=row.quiz_slug, title=row.quiz_title, status=row.quiz_status)
        found.horizon.note(opens_at, leads.now)
        found.quiz_opens_at = None if leads.has_opened(opens_at) else opens_at
    _QUIZ.set_cached_value(found.lesson, quiz)


_QUIZ: Any = Lesson._meta.get_field("quiz")


def _listed(reader: OpenCourse, rows: Iterable[Any], current: int) -> list[ListedSession]:
    course = reader.course
    sessions: dict[int, ListedSession] = {}
    for row in rows:
        if row.part_id not in sessions:
            address = f"{course.get_absolute_url()}#session-{row.part_slug}"
            sessions[row.part_id] = ListedSession(row.part_title, address, is_current=row.part_id == current)
        if row.pk and (reader.is_staff or row.status != Status.DRAFT):
            sessions[row.part_id].lessons.append(_listed_lesson(reader, row))
    return list(sessions.values())


def _listed_lesson(reader: OpenCourse, row: Any) -> ListedLesson:
    opens_at = read_time(row.opens_at)
    opened = reader.has_opened(opens_at)
    url = reverse("lesson", args=[reader.course.slug, row.slug])
    url = url if opened and (reader.is_member or row.public) else ""
    waits = row.waiting_word(reader.now) == Status.SCHEDULED.label
    return ListedLesson(row.pk, row.title, url, row.is_draft, waits, None if opened else opens_at)


def _may_open(reader: OpenCourse) -> str:
    # The same rule as `OpenCourse.may_read`, for the lesson `near`.
    if reader.is_staff:
        return "TRUE"
    opened = f"{lesson_sql(connection.vendor, 'near', '%(cohort)s')} <= %(now)s"
    return opened if reader.enrollment else f"near.public AND {opened}"


@dataclass(frozen=True)
class LearnerLesson:
    """A lesson that a learner may read; `told` is everything on its page that is specific to the learner."""

    slug: str
    reader: OpenCourse
    # Any: columns of different types
    told: list[tuple[Any, ...]]

    def open(self) -> OpenLesson:
        """Return the same as `get_lesson`. Raises Http404, NotOpenYetError."""
        found = _open_lesson(self.reader, self.slug)
        *_, threads, has_reading, read_at, heading, read, _ = self.told[0]
        found.has_threads = bool(threads)
        if has_reading:
            found.reading = Reading(lesson=found.lesson, read_at=read_at, heading=heading)
        found.ticked = {row[-1] for row in self.told} - {None}
        found.read = {int(key) for key in (read or "").split(",") if key}
        return found


def learner_lesson(user: Visitor, course_slug: str, lesson_slug: str) -> LearnerLesson | None:
    """Return an open lesson of a learner's course, None for any other visitor.

    In SQL, because building it from models takes longer than the rest of serving a cached page.
    """
    if not user.is_authenticated or user.is_staff or user.is_superuser:
        return None
    with connection.cursor() as cursor:
        now = timezone.now()
        values = {"slug": lesson_slug, "course": course_slug, "user": user.pk, "now": as_parameter(now)}
        cursor.execute(learner_lesson_sql(connection.vendor), values)
        rows = cursor.fetchall()
    if not rows:
        return None
    enrollment = Enrollment.from_db(DEFAULT_DB_ALIAS, ["id", "cohort_id"], rows[0][:2])
    course = Course.from_db(DEFAULT_DB_ALIAS, ["id", "slug", "title", "time_zone"], rows[0][2:6])
    return LearnerLesson(lesson_slug, OpenCourse(course, enrollment, now=now), [row[4:] for row in rows])


# --- other lessons ----------------------------------------------------------------------------------------------------


def get_enrolled_lesson(
    user: Visitor, course_slug: str, lesson_slug: str
) -> tuple[Lesson, OpenCourse, Enrollment]:
    """Return a lesson without its text, for actions of learners only. Raises Http404, NotOpenYetError."""
    reader = get_course(user, course_slug)
    lesson = reader.lessons().filter(slug=lesson_slug).defer(*LESSON_TEXTS).first()
    if lesson is None or reader.enrollment is None or not reader.may_read(lesson, opening_of(lesson)):
        raise Http404
    return lesson, reader, reader.enrollment


# Any: a row with an annotation
def opening_of(row: Any) -> datetime | None:
    found: datetime | None = row.opens_at  # annotated
    return found


def lesson_after(reader: OpenCourse, lesson_id: int) -> Neighbour | None:
    """Return the next lesson that the same reader may open, None after the last."""
    here = Lesson.objects.filter(pk=lesson_id)
    lessons = reader.open_lessons() if reader.is_member else reader.open_lessons().filter(public=True)
    found = _after(lessons, lambda name: Subquery(here.order_by().values(name)))
    row = found.values_list("slug", "title").first()
    return neighbour(reader.course, " ".join(row)) if row else None


def _after(lessons: QuerySet[Lesson], here: Callable[[str], Combinable]) -> Any:
    same = Q(session__position=here("session__position"))
    found = lessons.filter(
        Q(session__position__gt=here("session__position"))
        | same & Q(position__gt=here("position"))
        | same & Q(position=here("position"), pk__gt=here("pk"))
    )
    return found.order_by("session__position", "position", "pk")


def first_named_after(lessons: QuerySet[Lesson], here: Callable[[str], Combinable]) -> Subquery:
    """Return the first of `lessons` after `here`, as `neighbour` reads it.

    `here` returns an expression for a field of the current lesson.
    """
    named = _after(lessons, here).annotate(named=Concat("slug", Value(" "), "title"))
    return Subquery(named.values("named")[:1])


def neighbour(course: Course, named: str | None) -> Neighbour | None:
    # `named` is the slug, which has no spaces, then a space and the title.
    if not named:
        return None
    slug, _, title = named.partition(" ")
    return Neighbour(title, reverse("lesson", args=[course.slug, slug]))
