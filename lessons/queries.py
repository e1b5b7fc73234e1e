"""Read queries of courses and lessons. Every function returns only rows that the given user may see."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat
from django.http import Http404
from django.urls import reverse

from lessons.models import (
    Cohort,
    Course,
    CourseStaff,
    Enrollment,
    Lesson,
    Quiz,
    Reading,
    Session,
    Tick,
)
from portal.accounts.models import User

Visitor = User | AnonymousUser


@dataclass
class OpenCourse:
    """A course as one visitor may see it: as a learner (`enrollment`), as staff, or as neither."""

    course: Course
    enrollment: Enrollment | None = None
    is_staff: bool = False

    @property
    def is_member(self) -> bool:
        return self.is_staff or self.enrollment is not None

    def may_read(self, lesson: Lesson) -> bool:
        # Learners read published lessons, anyone those that are public, and staff drafts too.
        published = lesson.status == Lesson.Status.PUBLISHED
        return self.is_staff or (published and (lesson.public or self.enrollment is not None))

    def lessons(self) -> QuerySet[Lesson]:
        lessons = Lesson.objects.filter(course=self.course, session__course=self.course).in_order()
        return lessons if self.is_staff else lessons.published()


def teaches(user: Visitor, course: Course) -> bool:
    if not user.is_authenticated:
        return False
    return user.is_superuser or CourseStaff.objects.filter(user=user, course=course).exists()


def active_enrollment(user: Visitor, course: Course) -> Enrollment | None:
    if not user.is_authenticated:
        return None
    return Enrollment.objects.active().filter(user=user, course=course).select_related("cohort").first()


def open_course(user: Visitor, course: Course) -> OpenCourse:
    enrollment = active_enrollment(user, course)
    return OpenCourse(course, enrollment, is_staff=teaches(user, course))


def get_course(user: Visitor, slug: str) -> OpenCourse:
    """Return the course; anyone may see its syllabus. Raises Http404."""
    found = _open_all(user, Course.objects.filter(slug=slug))
    if not found:
        raise Http404
    return found[0]


def open_courses(user: Visitor) -> list[OpenCourse]:
    return _open_all(user, courses_of(user)) if user.is_authenticated else []


def _open_all(user: Visitor, courses: QuerySet[Course]) -> list[OpenCourse]:
    if user.is_authenticated:
        mine = Q(enrollments__user=user, enrollments__is_active=True)
        courses = courses.annotate(
            mine=FilteredRelation("enrollments", condition=mine),
            taught=Exists(CourseStaff.objects.filter(user=user, course=OuterRef("pk"))),
        ).select_related("mine__cohort")  # type: ignore[misc]  # the mypy plugin does not know filtered relations
    found: list[Any] = list(courses)
    return [
        OpenCourse(
            course,
            getattr(course, "mine", None),
            is_staff=user.is_authenticated and (user.is_superuser or course.taught),
        )
        for course in found
    ]


def get_member_course(user: Visitor, slug: str) -> OpenCourse:
    """Return the course, for its learners and staff only. Raises Http404."""
    found = get_course(user, slug)
    if not found.is_member:
        raise Http404
    return found


@dataclass(frozen=True)
class Neighbour:
    """The previous or next lesson."""

    title: str
    url: str


@dataclass
class OpenLesson:
    """A lesson for one reader, with the previous and next lessons, across sessions, that they may open.

    `read` has the keys of the lessons of its session that a learner has marked as read.
    """

    lesson: Lesson
    reader: OpenCourse
    before: Neighbour | None = None
    after: Neighbour | None = None
    reading: Reading | None = None
    ticked: set[str] = field(default_factory=set)
    read: set[int] = field(default_factory=set)

    @property
    def enrollment(self) -> Enrollment | None:
        return self.reader.enrollment


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


# The columns that a lesson's page shows.
_OF_LESSON = (
    *("course", "slug", "title", "status", "public", "lab_slugs"),
    *("html", "contents", "checklist", "minutes", "updated_at"),
    *("session__slug", "session__title", "session__position", "quiz__slug", "quiz__title"),
)


def _open_lesson(reader: OpenCourse, slug: str, leads: OpenCourse | None = None) -> OpenLesson:
    # One query. The neighbours are those that `leads` may open, by default the reader.
    lessons = reader.course.lessons.filter(slug=slug).select_related("session", "quiz").only(*_OF_LESSON)
    near = _readable(leads or reader)
    lesson: Any = lessons.annotate(
        before=_first_named(_before(near, OuterRef)), after=first_named_after(near, OuterRef)
    ).first()
    if lesson is None or not reader.may_read(lesson):
        raise Http404
    return OpenLesson(
        lesson, reader, neighbour(reader.course, lesson.before), neighbour(reader.course, lesson.after)
    )


def _readable(reader: OpenCourse) -> QuerySet[Lesson]:
    # The same rule as `may_read`.
    lessons = Lesson.objects.filter(course=reader.course)
    if reader.is_staff:
        return lessons
    return lessons.published() if reader.enrollment else lessons.published().filter(public=True)


def _before(lessons: QuerySet[Lesson], here: Callable[[str], Combinable]) -> Any:
    # Nearest first. `here` returns an expression for a field of the current lesson.
    same = Q(session__position=here("session__position"))
    found = lessons.filter(
        Q(session__position__lt=here("session__position"))
        | same & Q(position__lt=here("position"))
        | same & Q(position=here("position"), pk__lt=here("pk"))
    )
    return found.order_by("-session__position", "-position", "-pk")


def _after(lessons: QuerySet[Lesson], here: Callable[[str], Combinable]) -> Any:
    same = Q(session__position=here("session__position"))
    found = lessons.filter(
        Q(session__position__gt=here("session__position"))
        | same & Q(position__gt=here("position"))
        | same & Q(position=here("position"), pk__gt=here("pk"))
    )
    return found.order_by("session__position", "position", "pk")


def _first_named(lessons: QuerySet[Lesson]) -> Subquery:
    named = lessons.annotate(named=Concat("slug", Value(" "), "title"))
    return Subquery(named.values("named")[:1])


def first_named_after(lessons: QuerySet[Lesson], here: Callable[[str], Combinable]) -> Subquery:
    """Return the first of `lessons` after `here`, as `neighbour` reads it.

    `here` returns an expression for a field of the current lesson.
    """
    return _first_named(_after(lessons, here))


def neighbour(course: Course, named: str | None) -> Neighbour | None:
    # `named` is the slug, which has no spaces, then a space and the title.
    if not named:
        return None
    slug, _, title = named.partition(" ")
    return Neighbour(title, reverse("lesson", args=[course.slug, slug]))


def lesson_after(reader: OpenCourse, lesson_id: int) -> Neighbour | None:
    """Return the next lesson that the same reader may open, None after the last."""
    here = Lesson.objects.filter(pk=lesson_id)
    found = _after(_readable(reader), lambda name: Subquery(here.order_by().values(name)))
    row = found.values_list("slug", "title").first()
    return neighbour(reader.course, " ".join(row)) if row else None


@dataclass(frozen=True)
class LearnerLesson:
    """A lesson that a learner may read; `told` is everything on its page that is specific to the learner."""

    slug: str
    reader: OpenCourse
    # Any: columns of different types
    told: list[tuple[Any, ...]]

    def open(self) -> OpenLesson:
        """Return what `get_lesson` returns. Raises Http404."""
        found = self._fetch()
        *_, has_reading, read_at, heading, read, _ = self.told[0]
        if has_reading:
            found.reading = Reading(lesson=found.lesson, read_at=read_at, heading=heading)
        found.ticked = {row[-1] for row in self.told} - {None}
        found.read = {int(key) for key in (read or "").split(",") if key}
        return found

    def _fetch(self) -> OpenLesson:
        # Like `_open_lesson`, but in SQL: building that query takes as long as rendering the page.
        course = self.reader.course
        lesson: Any = next(iter(Lesson.objects.raw(_PAGE_OF_LEARNER, [self.slug, course.pk])), None)
        if lesson is None:  # withdrawn meanwhile
            raise Http404
        lesson.course = course
        lesson.session = Session(pk=lesson.session_id, slug=lesson.session_slug, title=lesson.session_title)
        quiz = Quiz(slug=lesson.quiz_slug, title=lesson.quiz_title) if lesson.quiz_slug else None
        _QUIZ.set_cached_value(lesson, quiz)
        before, after = neighbour(course, lesson.before), neighbour(course, lesson.after)
        return OpenLesson(lesson, self.reader, before, after)


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
    # SQLite has had string_agg since 3.44 only.
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


_QUIZ: Any = Lesson._meta.get_field("quiz")


def _nearest(sign: str, order: str) -> str:
    # The same order as `_before` and `_after`.
    return f"""
        SELECT near.slug || ' ' || near.title
        FROM {Lesson._meta.db_table} near JOIN {Session._meta.db_table} part ON part.id = near.session_id
        WHERE near.course_id = lesson.course_id AND near.status = '{Lesson.Status.PUBLISHED}'
            AND (part.position, near.position, near.id) {sign} (session.position, lesson.position, lesson.id)
        ORDER BY part.position {order}, near.position {order}, near.id {order} LIMIT 1
    """  # noqa: S608 - names of tables and constants


_PAGE_OF_LEARNER = f"""
    SELECT lesson.id, lesson.course_id, lesson.session_id, lesson.slug, lesson.title, lesson.status,
        lesson.public, lesson.lab_slugs, lesson.html, lesson.contents, lesson.checklist, lesson.minutes,
        lesson.updated_at, session.slug AS session_slug, session.title AS session_title,
        quiz.slug AS quiz_slug, quiz.title AS quiz_title,
        ({_nearest("<", "DESC")}) AS before, ({_nearest(">", "ASC")}) AS after
    FROM {Lesson._meta.db_table} lesson
    JOIN {Session._meta.db_table} session ON session.id = lesson.session_id
    LEFT JOIN {Quiz._meta.db_table} quiz ON quiz.lesson_id = lesson.id
    WHERE lesson.slug = %s AND lesson.course_id = %s AND lesson.status = '{Lesson.Status.PUBLISHED}'
"""  # noqa: S608 - names of tables and constants


def get_enrolled_lesson(
    user: Visitor, course_slug: str, lesson_slug: str
) -> tuple[Lesson, OpenCourse, Enrollment]:
    """Return a lesson without its text, for actions of learners only. Raises Http404."""
    reader = get_course(user, course_slug)
    lesson = reader.course.lessons.filter(slug=lesson_slug).defer("source", "html", "text").first()
    if lesson is None or reader.enrollment is None or not reader.may_read(lesson):
        raise Http404
    return lesson, reader, reader.enrollment


def get_taught_course(user: Visitor, key: str) -> Course:
    """Return the course with this primary key if `user` teaches it. Raises Http404."""
    course = Course.objects.filter(pk=key).first() if key.isdecimal() else None
    if course is None or not teaches(user, course):
        raise Http404
    return course


def get_lesson_as_learner(user: Visitor, course_slug: str, lesson_slug: str) -> OpenLesson:
    """Return a lesson, even a draft, as a new learner sees it, for course staff only. Raises Http404."""
    reader = get_course(user, course_slug)
    if not (reader.is_staff and user.is_authenticated):
        raise Http404
    newcomer = OpenCourse(reader.course, Enrollment(user=user, course=reader.course))
    found = _open_lesson(reader, lesson_slug, leads=newcomer)
    return replace(found, reader=newcomer)


def get_enrolled_session(user: Visitor, course_slug: str, session_slug: str) -> tuple[Session, Enrollment]:
    """Return a session and the learner's enrollment in its course. Raises Http404."""
    session = (
        Session.objects.select_related("course").filter(course__slug=course_slug, slug=session_slug).first()
    )
    enrollment = active_enrollment(user, session.course) if session else None
    if session is None or enrollment is None:
        raise Http404
    return session, enrollment


def cohort_by_code(code: str) -> Cohort | None:
    """Return the cohort with this invite code, ignoring case and surrounding spaces."""
    return Cohort.objects.select_related("course").filter(invite_code=code.strip().lower()).first()


def courses_of(user: User) -> QuerySet[Course]:
    enrolled = Enrollment.objects.active().filter(user=user, course=OuterRef("pk"))
    taught = CourseStaff.objects.filter(user=user, course=OuterRef("pk"))
    return Course.objects.filter(Exists(enrolled) | Exists(taught))


def lab_homes(courses: Iterable[Course | int]) -> dict[tuple[int, str], str]:
    """Map (course, slug) of each lab to the title of the first published lesson that names it."""
    lessons = Lesson.objects.published().filter(course__in=courses).exclude(lab_slugs=[]).in_order()
    homes: dict[tuple[int, str], str] = {}
    for course, slugs, title in lessons.values_list("course", "lab_slugs", "title"):
        for slug in slugs:
            homes.setdefault((course, slug), title)
    return homes


def labs_without_lesson(course: Course) -> list[str]:
    """Return the published labs that no published lesson names, so that learners cannot find them."""
    homes = lab_homes([course])
    labs: Any = course.labs
    return [
        slug for slug in labs.published().values_list("slug", flat=True) if (course.pk, slug) not in homes
    ]
