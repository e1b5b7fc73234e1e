"""Read queries of inquiries: a learner's own, and those of the cohorts that staff teach."""

from django.db.models import QuerySet
from django.http import Http404

from lessons.models import Course, Enrollment
from lessons.queries import MAX_KEY
from lessons.rights import of_own_learners, teaches_cohort
from portal.accounts.models import User
from portal.progress.models import Inquiry

MAX_ROWS = 100


def get_inquiry(user: User, key: int) -> tuple[Inquiry, bool]:
    """Return an inquiry, and True if `user` teaches its cohort, False if it is their own. Raises Http404."""
    related = (
        "enrollment__user",
        "enrollment__course",
        "enrollment__cohort",
        "answered_by",
        "submission",
        "attempt__quiz__course",
    )
    found = Inquiry.objects.select_related(*related).filter(pk=key).first() if key <= MAX_KEY else None
    if found is None:
        raise Http404
    is_staff = teaches_cohort(user, found.enrollment.cohort_id, found.enrollment.course)
    if not is_staff and found.enrollment.user_id != user.pk:
        raise Http404
    return found, is_staff


def open_inquiries(user: User, course: Course) -> QuerySet[Inquiry]:
    """Return the open inquiries of a course from the cohorts of `user`, the oldest first."""
    own = of_own_learners(user, "enrollment__cohort")
    rows = Inquiry.objects.filter(own, course=course, state=Inquiry.State.OPEN)
    return rows.select_related("enrollment__user", "enrollment__course").order_by("asked_at", "pk")


def answered_inquiries(user: User, course: Course) -> QuerySet[Inquiry]:
    own = of_own_learners(user, "enrollment__cohort")
    rows = Inquiry.objects.filter(own, course=course).exclude(state=Inquiry.State.OPEN)
    return rows.select_related("enrollment__user", "enrollment__course").order_by("-answered_at", "-pk")


def inquiries_of(enrollment: Enrollment) -> QuerySet[Inquiry]:
    return Inquiry.objects.filter(enrollment=enrollment).select_related("answered_by").order_by("-pk")
