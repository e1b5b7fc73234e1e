"""Work that waits for the staff of some courses: questions, marks and regrades. The number of queries is fixed."""

from collections.abc import Collection
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse

from labs.models import LabRegrade, Submission
from lessons.marking_queries import waiting_answers
from lessons.models import Course, QuizRegrade, Thread
from lessons.models.regrade import RegradeState
from lessons.rights import limited_courses, of_own_learners
from portal.accounts.models import User
from portal.progress.models import Inquiry
from portal.progress.teaching.missing import Waiting

MAX_NAMED = 20  # labs with submissions to mark, and regrades


def read_waiting(user: User, courses: Collection[Course]) -> dict[int, Waiting]:
    """Map the key of each course to the work that its learners whom `user` teaches wait for."""
    found = {course.pk: Waiting() for course in courses}
    keys, slugs = list(found), {course.pk: course.slug for course in courses}
    own = of_own_learners(user)
    threads = Thread.objects.filter(own, course__in=keys).present().waiting().order_by().values("course")
    is_help = Q(kind=Thread.Kind.HELP)
    counted = threads.annotate(
        questions=Count("pk", filter=~is_help),
        requests=Count("pk", filter=is_help),
        since=Min("waiting_since", filter=~is_help),
    )
    for course, *values in counted.values_list("course", "questions", "requests", "since"):
        found[course].questions, found[course].requests, found[course].asked_at = values
    for course, count in _count(waiting_answers(keys, user), "attempt__course"):
        found[course].answers = count
    inquiries = Inquiry.objects.filter(of_own_learners(user, "enrollment__cohort"), course__in=keys)
    for course, count in _count(inquiries.filter(state=Inquiry.State.OPEN), "course"):
        found[course].inquiries = count
    for course, slug, title, count in _labs_to_mark(user, keys):
        found[course].labs.append((title, reverse("lab_marking", args=[slugs[course], slug]), count))
    _add_regrades(found, slugs, set(keys) - limited_courses(user).keys())
    return found


# Any: rows with a course
def _count(rows: Any, course: str) -> Any:
    return rows.order_by().values(course).annotate(count=Count("pk")).values_list(course, "count")


def _labs_to_mark(user: User, courses: Collection[int]) -> Any:  # Any: rows of values
    own = of_own_learners(user, "enrollment__cohort")
    rows: Any = Submission.objects.filter(
        own, course__in=courses, is_best=True, enrollment__is_active=True, rubric_waiting__gt=0
    )
    rows = rows.filter(lab__deletion=None).order_by().values("course", "lab__slug", "lab__title")
    counted = rows.annotate(count=Count("pk")).order_by("-count", "lab__title")
    return counted.values_list("course", "lab__slug", "lab__title", "count")[:MAX_NAMED]


def _add_regrades(found: dict[int, Waiting], slugs: dict[int, str], courses: Collection[int]) -> None:
    # only staff of a whole course decide about a regrade
    for model, kind in ((QuizRegrade, "quiz"), (LabRegrade, "lab")):
        rows: Any = model.objects.filter(
            **{f"{kind}__course__in": list(courses)}, state=RegradeState.REHEARSED
        )
        rows = rows.order_by("pk").values_list(f"{kind}__course", f"{kind}__slug", f"{kind}__title", "pk")
        for course, slug, title, key in rows[:MAX_NAMED]:
            found[course].regrades.append(
                (title, reverse(f"{kind}_regrade", args=[slugs[course], slug, key]))
            )
