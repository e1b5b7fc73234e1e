"""Count the learners of a cohort who are on course for the pass mark."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from lessons.models import Cohort, Lesson, Meeting
from portal.progress.score_queries import (
    listed_labs,
    listed_quizzes,
    rules_of,
    scorable_checklists,
    scorable_labs,
    scorable_meetings,
    scorable_quizzes,
)
from portal.progress.scoring import LABS, NOTHING, QUIZZES, Scheme
from portal.progress.totals import read_totals


def count_on_course(cohort: Cohort, learners: Collection[int], now: datetime) -> int | None:
    """Return the number of learners with their share of the pass mark; None before anything is expected.

    Quizzes and labs of the sessions before the last held one are expected: those of a session are due before the next
    meeting, as on home.
    """
    least = points_on_course(cohort, now)
    if not least:
        return None
    return sum(points >= least for points in read_totals(cohort, learners).values())


def points_on_course(cohort: Cohort, now: datetime) -> Decimal:
    """Return the points that lead to the pass mark at this pace; 0 before anything is expected."""
    return _expected_points(cohort, now) * cohort.course.pass_mark / 100


def _expected_points(cohort: Cohort, now: datetime) -> Decimal:
    planned = Meeting.objects.planned().filter(cohort=cohort, starts_at__lte=now).order_by("starts_at", "pk")
    held = [
        each.session_id for each in planned.only("session", "starts_at", "minutes") if each.ends_at <= now
    ]
    if len(held) < 2:
        return NOTHING
    course, sessions = cohort.course, held[:-1]
    quizzes = listed_quizzes(course).filter(lesson__session__in=sessions).values_list("pk", flat=True)
    lessons = Lesson.objects.filter(course=course, session__in=sessions).listed().exclude(lab_slugs=[])
    named = {slug for slugs in lessons.order_by().values_list("lab_slugs", flat=True) for slug in slugs}
    labs = listed_labs(course).filter(slug__in=named).values_list("pk", flat=True)
    due = {*(f"quiz:{pk}" for pk in quizzes), *(f"lab:{pk}" for pk in labs)}
    scheme = _scheme(cohort)
    return sum((_points(scheme, kind, due) for kind in (QUIZZES, LABS)), NOTHING)


def _scheme(cohort: Cohort) -> Scheme:
    course = cohort.course
    meetings = scorable_meetings(course, [cohort.pk]).get(cohort.pk, [])
    items = [
        *scorable_quizzes(course),
        *scorable_labs(course),
        *scorable_checklists(course),
        *meetings,
    ]
    return Scheme(rules_of(course), items)


def _points(scheme: Scheme, kind: str, due: set[str]) -> Decimal:
    keys = scheme.keys[kind]
    counted = min(sum(key in due for key in keys), len(keys) - scheme.drops[kind])
    return scheme.worths[kind] * counted
