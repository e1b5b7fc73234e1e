"""Check who may open the pages of a cohort for staff: the staff of this cohort."""

from functools import wraps
from typing import Any

from django.http import Http404, HttpResponseBase

from lessons.models import Cohort, Course, Enrollment
from lessons.pages.views.staff import AnyView, of_course
from lessons.people_queries import get_cohort_taught
from lessons.queries import MAX_KEY
from portal.accounts.http import UserRequest


def of_cohort(view: AnyView) -> AnyView:
    """Call `view(request, cohort, …)` for staff of the cohort. Raises Http404 for anybody else."""

    @wraps(view)
    def call(request: UserRequest, course: Course, cohort: str, **kwargs: Any) -> HttpResponseBase:
        return view(request, get_cohort_taught(request.user, course.slug, cohort), **kwargs)

    return of_course(call)


def get_learner(cohort: Cohort, key: int) -> Enrollment:
    """Return a learner of the cohort, also one who left. Raises Http404."""
    learners = Enrollment.objects.filter(cohort=cohort, pk=key).select_related("user")
    found = learners.first() if key <= MAX_KEY else None
    if found is None:
        raise Http404
    found.cohort, found.course = cohort, cohort.course
    return found


def get_active_learner(cohort: Cohort, key: int) -> Enrollment:
    """Return a learner who has not left the cohort. Raises Http404."""
    found = get_learner(cohort, key)
    if not found.is_active:
        raise Http404
    return found
