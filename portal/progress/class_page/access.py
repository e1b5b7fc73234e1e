"""Check who may open the class page of a cohort: the staff of this cohort."""

from functools import wraps
from typing import Any

from django.http import Http404, HttpResponseBase

from lessons.models import Cohort, Course, Enrollment
from lessons.pages.views.staff import AnyView, of_course
from lessons.queries import MAX_KEY, Visitor
from lessons.rights import cohorts_taught
from portal.accounts.http import UserRequest


def get_cohort(user: Visitor, course: Course, slug: str) -> Cohort:
    """Return a cohort of the course in which `user` is staff. Raises Http404."""
    found = cohorts_taught(user).filter(course=course, slug=slug).first()
    if found is None:
        raise Http404
    found.course = course
    return found


def of_cohort(view: AnyView) -> AnyView:
    """Call `view(request, cohort, …)` for staff of the cohort. Raises Http404 for anybody else."""

    @wraps(view)
    def call(request: UserRequest, course: Course, cohort: str, **kwargs: Any) -> HttpResponseBase:
        return view(request, get_cohort(request.user, course, cohort), **kwargs)

    return of_course(call)


def get_learner(cohort: Cohort, key: int) -> Enrollment:
    """Return an active learner of the cohort. Raises Http404."""
    learners = Enrollment.objects.active().filter(cohort=cohort).select_related("user", "course")
    found = learners.filter(pk=key).first() if key <= MAX_KEY else None
    if found is None:
        raise Http404
    return found
