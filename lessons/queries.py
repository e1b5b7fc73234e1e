"""Read queries of courses and their people. Every function returns only rows that the given user may see."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone

from lessons.models import Cohort, Course, CourseStaff, Enrollment, Lesson, LiveQuiz, Session
from lessons.release import NotOpenYetError, is_open, lesson_opening
from portal.accounts.models import User

Visitor = User | AnonymousUser
MAX_KEY = 2**63 - 1  # a larger number in an address is no key, and SQLite fails on it


@dataclass
class OpenCourse:
    """A course as one visitor may see it: as a learner (`enrollment`), as staff, or as neither, at the time `now`."""

    course: Course
    enrollment: Enrollment | None = None
    is_staff: bool = False
    has_live: bool = False  # a live quiz that the learner may answer now
    now: datetime = field(default_factory=timezone.now)

    @property
    def is_member(self) -> bool:
        return self.is_staff or self.enrollment is not None

    @property
    def cohort(self) -> int | None:
        return self.enrollment.cohort_id if self.enrollment else None

    @property
    def learner(self) -> int | None:
        """The key of the enrollment."""
        return self.enrollment.pk if self.enrollment else None

    def has_opened(self, opens_at: datetime | None) -> bool:
        return self.is_staff or is_open(opens_at, self.now)

    def may_read(self, lesson: Lesson, opens_at: datetime | None) -> bool:
        """Return True for staff, for learners if the lesson is open, for others if it is public as well.

        Raises NotOpenYetError for a learner if it opens later.
        """
        if self.is_member:
            return self.may_open(lesson.title, opens_at, is_draft=lesson.is_draft)
        return lesson.public and self.has_opened(opens_at)

    def may_open(self, title: str, opens_at: datetime | None, *, is_draft: bool) -> bool:
        """Return True if something that opens at this time is open to a member. Raises NotOpenYetError."""
        if self.is_member and self.has_opened(opens_at):
            return True
        if self.enrollment and not is_draft:
            raise NotOpenYetError(self.course, title, opens_at)
        return False

    def lessons(self) -> QuerySet[Lesson]:
        """Return the lessons that the visitor may know of, each with `opens_at`."""
        lessons = Lesson.objects.filter(
            course=self.course, session__course=self.course, session__deletion=None
        ).in_order()
        lessons = lessons.annotate(opens_at=lesson_opening(self.cohort))
        return lessons if self.is_staff else lessons.listed()

    def open_lessons(self) -> QuerySet[Lesson]:
        """Return the lessons that are open to a member; a visitor may read those that are public."""
        return self.lessons() if self.is_staff else self.lessons().filter(Q(opens_at__lte=self.now))


def teaches(user: Visitor, course: Course) -> bool:
    """Return True for all staff of a course, who see its content. `lessons.rights` has the rights on learners."""
    if not user.is_authenticated:
        return False
    return user.is_superuser or CourseStaff.objects.filter(user=user, course=course).exists()


def leads(user: User, course: Course) -> bool:
    """Return True for the instructors of a whole course: others cannot copy, delete or restore it."""
    led = CourseStaff.objects.filter(user=user, course=course, role=CourseStaff.Role.INSTRUCTOR, cohort=None)
    return user.is_superuser or led.exists()


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
        live = LiveQuiz.objects.running().filter(course=OuterRef("pk"))
        courses = courses.annotate(
            mine=FilteredRelation("enrollments", condition=mine),
            live=Exists(live.filter(Q(cohort=None) | Q(cohort=OuterRef("mine__cohort")))),
            taught=Exists(CourseStaff.objects.filter(user=user, course=OuterRef("pk"))),
        ).select_related("mine__cohort")  # type: ignore[misc]  # the mypy plugin does not know filtered relations
    found: list[Any] = list(courses)
    return [
        OpenCourse(
            course,
            getattr(course, "mine", None),
            is_staff=user.is_authenticated and (user.is_superuser or course.taught),
            has_live=user.is_authenticated and course.live and course.mine is not None,
        )
        for course in found
    ]


def get_member_course(user: Visitor, slug: str) -> OpenCourse:
    """Return the course, for its learners and staff only. Raises Http404."""
    found = get_course(user, slug)
    if not found.is_member:
        raise Http404
    return found


def get_taught_course_by_slug(user: Visitor, slug: str) -> Course:
    """Return the course if `user` teaches it. Raises Http404."""
    found = get_course(user, slug)
    if not found.is_staff:
        raise Http404
    return found.course


def get_taught_course(user: Visitor, key: str) -> Course:
    """Return the course with this primary key if `user` teaches it. Raises Http404."""
    course = Course.objects.filter(pk=key).first() if key.isdecimal() and len(key) < 20 else None
    if course is None or not teaches(user, course):
        raise Http404
    return course


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
    cohorts = Cohort.objects.select_related("course").filter(course__deletion=None)
    return cohorts.filter(invite_code=code.strip().lower()).first()


def courses_of(user: User) -> QuerySet[Course]:
    enrolled = Enrollment.objects.active().filter(user=user, course=OuterRef("pk"))
    taught = CourseStaff.objects.filter(user=user, course=OuterRef("pk"))
    return Course.objects.filter(Exists(enrolled) | Exists(taught))


# Any: `values` gives dictionaries
def courses_taught(user: User) -> QuerySet[CourseStaff, Any]:
    return CourseStaff.objects.filter(user=user).values("course")


# Any: `values` gives dictionaries
def courses_learned(user: User) -> QuerySet[Enrollment, Any]:
    return Enrollment.objects.active().filter(user=user).values("course")


# Any: an expression, or None
def cohort_of(user: Visitor) -> Any:
    """Return an expression for the cohort of `user` in the `course` of a row."""
    if not user.is_authenticated:
        return None
    own = Enrollment.objects.active().filter(user=user, course=OuterRef("course"))
    return Subquery(own.values("cohort")[:1])


def readable_lessons(user: Visitor) -> QuerySet[Lesson]:
    """Return the lessons of all courses that `user` may read, by the rule of `OpenCourse.may_read`."""
    if user.is_authenticated and user.is_superuser:
        return Lesson.objects.order_by()
    lessons = Lesson.objects.alias(opens_at=lesson_opening(cohort_of(user))).order_by()
    opened = Q(opens_at__lte=timezone.now())
    if not user.is_authenticated:
        return lessons.filter(opened, public=True)
    known = Q(public=True) | Q(course__in=courses_learned(user))
    return lessons.filter(opened & known | Q(course__in=courses_taught(user)))


def waiting_lessons(user: Visitor) -> QuerySet[Lesson]:
    """Return the lessons that open later to `user` as a learner: they may know the titles, as in the outline."""
    if not user.is_authenticated or user.is_superuser:
        return Lesson.objects.none()
    lessons = Lesson.objects.listed().alias(opens_at=lesson_opening(cohort_of(user))).order_by()
    later = Q(opens_at__isnull=True) | Q(opens_at__gt=timezone.now())
    own = lessons.filter(later, course__in=courses_learned(user))
    return own.exclude(course__in=courses_taught(user))


def lab_homes(courses: Iterable[Course | int]) -> dict[tuple[int, str], str]:
    """Map (course, slug) of each lab to the title of the first lesson, other than drafts, that names it."""
    lessons = Lesson.objects.listed().filter(course__in=courses).exclude(lab_slugs=[]).in_order()
    homes: dict[tuple[int, str], str] = {}
    for course, slugs, title in lessons.values_list("course", "lab_slugs", "title"):
        for slug in slugs:
            homes.setdefault((course, slug), title)
    return homes


def labs_without_lesson(course: Course) -> list[str]:
    """Return the slugs of proved labs that learners cannot find, because no lesson names them, or only drafts do."""
    homes = lab_homes([course])
    labs: Any = course.labs
    return [slug for slug in labs.proved().values_list("slug", flat=True) if (course.pk, slug) not in homes]
