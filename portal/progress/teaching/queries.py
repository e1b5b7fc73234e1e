"""Read queries of the staff's pages. Their number does not depend on the number of courses or of their items."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from labs.models import Lab, LabVersion
from lessons.models import Cohort, Course, CourseStaff, Enrollment, Lesson, Meeting, Quiz, Session
from lessons.queries import courses_taught
from lessons.rights import cohorts_taught
from lessons.staffing import invitation_address
from portal.accounts.models import User
from portal.progress.teaching.missing import CohortFacts, CourseFacts, Waiting
from portal.progress.teaching.outline import Rows, outline_of
from portal.progress.teaching.waiting import read_waiting

MAX_COURSES = 20
# Lessons and labs of a course, and of all courses, whose outlines the start page shows.
MAX_ITEMS = 60
MAX_ITEMS_IN_ALL = 120
MAX_MEETING = timedelta(days=1)  # as forms and files allow


def taught_courses(user: User) -> QuerySet[Course]:
    """Return the courses that `user` teaches, all for an administrator: those that meet soonest first."""
    courses = Course.objects.all()
    if not user.is_superuser:
        courses = courses.filter(pk__in=courses_taught(user))
    planned = Meeting.objects.planned()
    upcoming = planned.filter(course=OuterRef("pk"), starts_at__gt=timezone.now() - MAX_MEETING)
    courses = courses.annotate(
        meets_at=Subquery(upcoming.order_by("starts_at").values("starts_at")[:1]),
        lesson_count=_count(Lesson.objects.filter(course=OuterRef("pk")), "course"),
        lab_count=_count(Lab.objects.filter(course=OuterRef("pk")), "course"),
    )
    return courses.order_by(F("meets_at").asc(nulls_last=True), "title", "pk")


# Any: rows of an outer one, whose key is in their column `by`
def _count(rows: QuerySet[Any], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(rows=Count("pk")).values("rows")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def roles_of(user: User, courses: Iterable[Course]) -> dict[int, str]:
    """Map the key of each course to the user's role in the whole of it; an administrator needs none."""
    found = CourseStaff.objects.filter(user=user, course__in=[course.pk for course in courses], cohort=None)
    return dict(found.values_list("course", "role"))


def facts_of(
    courses: list[Course], *, now: datetime, user: User | None = None, whole: bool = False
) -> list[CourseFacts]:
    """Return the facts of each course, with the cohorts in which `user` is staff, all if it is None.

    Only with `whole`, big courses have all their lessons.
    """
    cohorts = _cohorts(courses, user, now)
    small = courses if whole else list(_shown_whole(courses))
    meet_next = {each.next_meeting.session_id for of in cohorts.values() for each in of if each.next_meeting}
    rows = _rows(courses, Q(course__in=small) | Q(session__in=meet_next))
    waiting = read_waiting(user, courses) if user else {}
    return [
        CourseFacts(
            course,
            outline_of(course, rows[course.pk], now, is_whole=course in small),
            cohorts[course.pk],
            waiting.get(course.pk, Waiting()),
        )
        for course in courses
    ]


# Any: annotated with counts
def _shown_whole(courses: list[Any]) -> Iterator[Course]:
    # As many small courses as fit on the start page.
    left = MAX_ITEMS_IN_ALL
    for course in courses:
        items = course.lesson_count + course.lab_count
        if items <= min(left, MAX_ITEMS):
            left -= items
            yield course


def _rows(courses: list[Course], wanted: Q) -> dict[int, Rows]:
    found: dict[int, Rows] = {course.pk: Rows() for course in courses}
    sessions = Session.objects.filter(course__in=courses).order_by("position", "pk")
    for session in sessions.only("title", "slug", "release", "course", "position"):
        found[session.course_id].sessions.append(session)
    lessons = Lesson.objects.filter(wanted, course__in=courses).in_order()
    for lesson in lessons.only(
        "title", "status", "publish_at", "minutes", "lab_slugs", "gate_errors", "course", "session"
    ):
        found[lesson.course_id].lessons.append(lesson)
    keys = [lesson.pk for rows in found.values() for lesson in rows.lessons]
    for quiz in _quizzes(keys):
        found[quiz.course_id].quizzes.append(quiz)
    for lab in _labs(courses):
        found[lab.course_id].labs.append(lab)
    return found


def _quizzes(lessons: list[int]) -> QuerySet[Quiz]:
    quizzes = Quiz.objects.filter(lesson__in=lessons).select_related("current", "unproved").order_by("pk")
    shown = ("title", "slug", "status", "publish_at", "course", "lesson", "current__question_count")
    return quizzes.only(*shown, "unproved__proof")


def _labs(courses: list[Course]) -> QuerySet[Lab]:
    newest = LabVersion.objects.filter(lab=OuterRef("pk")).order_by("-pk")
    labs = Lab.objects.filter(course__in=courses).annotate(
        newest_proved=Subquery(newest.values("proved")[:1]),
        newest_ran=Subquery(newest.annotate(ran=Q(proof__isnull=False)).values("ran")[:1]),
    )
    return labs.only("title", "slug", "status", "publish_at", "course").order_by("position", "slug")


def _cohorts(courses: list[Course], user: User | None, now: datetime) -> dict[int, list[CohortFacts]]:
    cohorts = Cohort.objects.all() if user is None else cohorts_taught(user)
    rows: Any = cohorts.filter(course__in=courses).select_related("course")
    rows = rows.annotate(
        learner_count=_count(Enrollment.objects.active().filter(cohort=OuterRef("pk")), "cohort"),
        meeting_count=Count("meetings", filter=Q(meetings__session__deletion=None)),
    )
    found: dict[int, list[CohortFacts]] = defaultdict(list)
    upcoming = _next_meetings(courses, now)
    for cohort in rows.order_by("course", "pk"):
        counts = cohort.learner_count, cohort.meeting_count
        facts = CohortFacts(cohort, *counts, upcoming.get(cohort.pk), invitation_address(cohort))
        found[cohort.course_id].append(facts)
    return found


def _next_meetings(courses: list[Course], now: datetime) -> dict[int, Meeting]:
    # By key of the cohort. One that has begun counts until it ends.
    rows = Meeting.objects.planned().filter(course__in=courses, starts_at__gt=now - MAX_MEETING)
    rows = rows.select_related("cohort", "session").order_by("starts_at", "pk")
    found: dict[int, Meeting] = {}
    for meeting in rows.defer("session__prepare", "session__prepare_html", "session__summary"):
        if meeting.ends_at > now:
            found.setdefault(meeting.cohort_id, meeting)
    return found
