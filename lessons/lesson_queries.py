"""Read queries of a lesson and its page. Every function returns only rows that the given user may see."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat
from django.http import Http404
from django.urls import reverse

from lessons.models import Course, CourseStaff, Enrollment, Lesson, Quiz, Reading, Session, Tick
from lessons.queries import OpenCourse, Visitor, get_course


@dataclass(frozen=True)
class Neighbour:
    """The previous or next lesson."""

    title: str
    url: str


@dataclass(frozen=True)
class ListedLesson:
    """`url` is "" if the reader may not open the lesson."""

    key: int
    title: str
    url: str
    is_draft: bool = False


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
    has marked as read.
    """

    lesson: Lesson
    reader: OpenCourse
    sessions: list[ListedSession]
    before: Neighbour | None = None
    after: Neighbour | None = None
    reading: Reading | None = None
    ticked: set[str] = field(default_factory=set)
    read: set[int] = field(default_factory=set)

    @property
    def enrollment(self) -> Enrollment | None:
        return self.reader.enrollment


# --- the page of a lesson -------------------------------------------------------------------------------------------


def get_lesson(user: Visitor, course_slug: str, lesson_slug: str) -> OpenLesson:
    """Return a lesson that `user` may read: a public one, or one of their courses. Raises Http404."""
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


def _open_lesson(reader: OpenCourse, slug: str, leads: OpenCourse | None = None) -> OpenLesson:
    # One query. The other lessons are those that `leads` may see, by default the reader.
    course, leads = reader.course, leads or reader
    # Any: the rows have columns of other tables too
    rows: list[Any] = list(Lesson.objects.raw(_page_sql(_may_open(leads)), [slug, course.pk]))
    lesson = next((row for row in rows if row.slug == slug), None)
    if lesson is None or not reader.may_read(lesson):
        raise Http404
    lesson.course = course
    lesson.session = Session(pk=lesson.part_id, slug=lesson.part_slug, title=lesson.part_title)
    quiz = Quiz(slug=lesson.quiz_slug, title=lesson.quiz_title) if lesson.quiz_slug else None
    _QUIZ.set_cached_value(lesson, quiz)
    before, after = neighbour(course, lesson.before), neighbour(course, lesson.after)
    return OpenLesson(lesson, reader, _listed(leads, rows, lesson.part_id), before, after)


_QUIZ: Any = Lesson._meta.get_field("quiz")


def _listed(reader: OpenCourse, rows: Iterable[Any], current: int) -> list[ListedSession]:
    course = reader.course
    sessions: dict[int, ListedSession] = {}
    for row in rows:
        if row.part_id not in sessions:
            address = f"{course.get_absolute_url()}#session-{row.part_slug}"
            sessions[row.part_id] = ListedSession(row.part_title, address, is_current=row.part_id == current)
        is_draft = row.status == Lesson.Status.DRAFT
        if row.pk and (reader.is_staff or not is_draft):
            url = reverse("lesson", args=[course.slug, row.slug]) if reader.is_member or row.public else ""
            sessions[row.part_id].lessons.append(ListedLesson(row.pk, row.title, url, is_draft))
    return list(sessions.values())


def _may_open(reader: OpenCourse) -> str:
    # The same rule as `OpenCourse.may_read`, for the lesson `near`.
    if reader.is_staff:
        return "TRUE"
    published = f"near.status = '{Lesson.Status.PUBLISHED}'"
    return published if reader.enrollment else f"{published} AND near.public"


@cache
def _page_sql(may_open: str) -> str:
    # In SQL, because building this query from models takes as long as rendering the page. A row is a session of the
    # course or, in the session of the lesson, one of its lessons; only the lesson itself has its text.
    return f"""
    SELECT listed.id, listed.course_id, listed.session_id, listed.slug, listed.title, listed.status, listed.public,
        page.lab_slugs, page.html, page.contents, page.checklist, page.minutes, page.updated_at,
        part.id AS part_id, part.slug AS part_slug, part.title AS part_title,
        quiz.slug AS quiz_slug, quiz.title AS quiz_title,
        ({_nearest("<", "DESC", may_open)}) AS before, ({_nearest(">", "ASC", may_open)}) AS after
    FROM {Lesson._meta.db_table} lesson
    JOIN {Session._meta.db_table} part ON part.course_id = lesson.course_id
    LEFT JOIN {Lesson._meta.db_table} listed ON listed.session_id = part.id AND part.id = lesson.session_id
    LEFT JOIN {Lesson._meta.db_table} page ON page.id = listed.id AND page.id = lesson.id
    LEFT JOIN {Quiz._meta.db_table} quiz ON quiz.lesson_id = page.id
    WHERE lesson.slug = %s AND lesson.course_id = %s
    ORDER BY part.position, part.id, listed.position, listed.id
"""  # noqa: S608 - names of tables and constants


def _nearest(sign: str, order: str, may_open: str) -> str:
    # The same order as `_after`. NULL in the rows without `page`.
    return f"""
        SELECT near.slug || ' ' || near.title
        FROM {Lesson._meta.db_table} near JOIN {Session._meta.db_table} its ON its.id = near.session_id
        WHERE near.course_id = page.course_id AND {may_open}
            AND (its.position, near.position, near.id) {sign} (part.position, page.position, page.id)
        ORDER BY its.position {order}, near.position {order}, near.id {order} LIMIT 1
    """  # noqa: S608 - names of tables and constants


@dataclass(frozen=True)
class LearnerLesson:
    """A lesson that a learner may read; `told` is everything on its page that is specific to the learner."""

    slug: str
    reader: OpenCourse
    # Any: columns of different types
    told: list[tuple[Any, ...]]

    def open(self) -> OpenLesson:
        """Return what `get_lesson` returns. Raises Http404."""
        found = _open_lesson(self.reader, self.slug)
        *_, has_reading, read_at, heading, read, _ = self.told[0]
        if has_reading:
            found.reading = Reading(lesson=found.lesson, read_at=read_at, heading=heading)
        found.ticked = {row[-1] for row in self.told} - {None}
        found.read = {int(key) for key in (read or "").split(",") if key}
        return found


def learner_lesson(user: Visitor, course_slug: str, lesson_slug: str) -> LearnerLesson | None:
    """Return a published lesson of a learner's course, None for any other visitor.

    In SQL, because building it from models takes longer than the rest of serving a cached page.
    """
    if not user.is_authenticated or user.is_staff or user.is_superuser:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_learner_lesson_sql(connection.vendor), [lesson_slug, course_slug, user.pk])
        rows = cursor.fetchall()
    if not rows:
        return None
    enrollment = Enrollment.from_db(DEFAULT_DB_ALIAS, ["id"], rows[0][:1])
    course = Course.from_db(DEFAULT_DB_ALIAS, ["id", "slug", "title"], rows[0][1:4])
    return LearnerLesson(lesson_slug, OpenCourse(course, enrollment), [row[3:] for row in rows])


@cache
def _learner_lesson_sql(vendor: str) -> str:
    # SQLite has string_agg only from version 3.44 on.
    joined = "string_agg({}::text, ',')" if vendor == "postgresql" else "group_concat({})"
    # The lessons of the same session that the learner has marked as read.
    read = f"""
        SELECT {joined.format("done.lesson_id")}
        FROM {Lesson._meta.db_table} peer
        JOIN {Reading._meta.db_table} done ON done.lesson_id = peer.id AND done.read_at IS NOT NULL
        WHERE peer.session_id = lesson.session_id AND done.enrollment_id = enrollment.id
    """  # noqa: S608 - names of tables and a constant
    return f"""
    SELECT enrollment.id, course.id, course.slug, course.title,
        lesson.updated_at, reading.id IS NOT NULL, reading.read_at, reading.heading, ({read}) AS read, tick.key
    FROM {Lesson._meta.db_table} lesson
    JOIN {Course._meta.db_table} course ON course.id = lesson.course_id
    JOIN {Enrollment._meta.db_table} enrollment ON enrollment.course_id = course.id AND enrollment.is_active
    LEFT JOIN {CourseStaff._meta.db_table} staff
        ON staff.course_id = course.id AND staff.user_id = enrollment.user_id
    LEFT JOIN {Reading._meta.db_table} reading
        ON reading.lesson_id = lesson.id AND reading.enrollment_id = enrollment.id
    LEFT JOIN {Tick._meta.db_table} tick ON tick.lesson_id = lesson.id AND tick.enrollment_id = enrollment.id
    WHERE lesson.slug = %s AND course.slug = %s AND enrollment.user_id = %s
        AND lesson.status = '{Lesson.Status.PUBLISHED}' AND staff.id IS NULL
    ORDER BY tick.key
"""  # noqa: S608 - names of tables and a constant


# --- other lessons ----------------------------------------------------------------------------------------------------


def get_enrolled_lesson(
    user: Visitor, course_slug: str, lesson_slug: str
) -> tuple[Lesson, OpenCourse, Enrollment]:
    """Return a lesson without its text, for actions of learners only. Raises Http404."""
    reader = get_course(user, course_slug)
    lesson = reader.course.lessons.filter(slug=lesson_slug).defer("source", "html", "text").first()
    if lesson is None or reader.enrollment is None or not reader.may_read(lesson):
        raise Http404
    return lesson, reader, reader.enrollment


def lesson_after(reader: OpenCourse, lesson_id: int) -> Neighbour | None:
    """Return the next lesson that the same reader may open, None after the last."""
    here = Lesson.objects.filter(pk=lesson_id)
    found = _after(_readable(reader), lambda name: Subquery(here.order_by().values(name)))
    row = found.values_list("slug", "title").first()
    return neighbour(reader.course, " ".join(row)) if row else None


def _readable(reader: OpenCourse) -> QuerySet[Lesson]:
    # The same rule as `may_read`.
    lessons = Lesson.objects.filter(course=reader.course)
    if reader.is_staff:
        return lessons
    return lessons.published() if reader.enrollment else lessons.published().filter(public=True)


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
