"""Read queries of the people of a cohort. Every function returns only rows that the given user may see."""

from django.db.models import Case, QuerySet, When
from django.http import Http404

from lessons.joining import place_in_line
from lessons.models import Cohort, Enrollment, RosterEntry, WaitingPlace
from lessons.queries import MAX_KEY, Visitor
from lessons.rights import cohorts_taught, teaches_cohort

MAX_LISTED = 2_000


def get_cohort_taught(user: Visitor, course: str, cohort: str) -> Cohort:
    """Return a cohort in which `user` is staff. Raises Http404."""
    rows = cohorts_taught(user).select_related("course")
    found = rows.filter(course__slug=course, course__deletion=None, slug=cohort).first()
    if found is None:
        raise Http404
    return found


def get_learner_taught(user: Visitor, course: str, key: int) -> Enrollment:
    """Return an active enrollment in a cohort in which `user` is staff. Raises Http404."""
    rows = Enrollment.objects.active().select_related("user", "cohort__course")
    found = (
        rows.filter(pk=key, course__slug=course, course__deletion=None).first() if key <= MAX_KEY else None
    )
    if found is None or not teaches_cohort(user, found.cohort_id, found.course_id):
        raise Http404
    return found


def learners_by_name(cohort: Cohort) -> QuerySet[Enrollment]:
    rows = Enrollment.objects.active().filter(cohort=cohort).select_related("user")
    return rows.order_by("user__name", "user__email", "pk")[: MAX_LISTED + 1]


def line_of(cohort: Cohort) -> QuerySet[WaitingPlace]:
    return WaitingPlace.objects.filter(cohort=cohort).select_related("user")[: MAX_LISTED + 1]


def roster_without_account(cohort: Cohort) -> QuerySet[RosterEntry]:
    """Return people who have not joined: those with a problem first."""
    rows = RosterEntry.objects.filter(cohort=cohort, enrollment=None)
    return rows.order_by(Case(When(state="refused", then=0), default=1), "pk")[: MAX_LISTED + 1]


def is_learner_of(user: Visitor, cohort: Cohort) -> bool:
    return Enrollment.objects.active().filter(user=user.pk, cohort=cohort).exists()


def own_waiting_place(user: Visitor, cohort: Cohort) -> tuple[WaitingPlace | None, int]:
    """Return the place of `user` on the waiting list, and its number in the line."""
    found = WaitingPlace.objects.filter(cohort=cohort, user=user.pk).first()
    return found, place_in_line(found) if found else 0
