"""Rights of course staff on learners. A role counts in one cohort, or in all cohorts of the course if it names none.

The content of a course belongs to all of its staff (`lessons.queries.teaches`). Learners, their work and their cohort
belong to the staff of that cohort. Read them through these functions.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from lessons.models import Cohort, Course, CourseStaff
from lessons.queries import Visitor
from portal.accounts.models import User


def staff_of_cohort(
    user: Visitor, *, cohort: str = "cohort", course: str = "course"
) -> QuerySet[CourseStaff]:
    """Return the roles of `user` in the cohort of an outer row, for `Exists`. The arguments are lookups there."""
    of_course = CourseStaff.objects.filter(user=user.pk, course=OuterRef(course))
    return of_course.filter(Q(cohort=None) | Q(cohort=OuterRef(cohort)))


def roles_in(cohort: int | None, course: Course | int) -> QuerySet[CourseStaff]:
    """Return the roles of all people that count in a cohort; for None, those that count in the whole course."""
    return CourseStaff.objects.filter(Q(cohort=None) | Q(cohort=cohort), course=course)


def cohorts_taught(user: Visitor) -> QuerySet[Cohort]:
    """Return the cohorts in which `user` is staff, all for an administrator. Use it in `…cohort__in=`."""
    cohorts = Cohort.objects.order_by()
    if user.is_authenticated and user.is_superuser:
        return cohorts
    return cohorts.filter(Exists(staff_of_cohort(user, cohort="pk")))


def teaches_cohort(user: Visitor, cohort: int | None, course: Course | int) -> bool:
    """Return True for staff of the cohort with this key. Only staff of the whole course teach the cohort None."""
    return _has_one(user, roles_in(cohort, course))


def teaches_whole(user: Visitor, course: Course | int) -> bool:
    """Return True for staff of all cohorts of a course."""
    return _has_one(user, roles_in(None, course))


def leads_cohort(user: Visitor, cohort: int, course: Course | int) -> bool:
    """Return True for instructors of the cohort or of the whole course: they move learners and choose assistants."""
    return _has_one(user, roles_in(cohort, course).filter(role=CourseStaff.Role.INSTRUCTOR))


def _has_one(user: Visitor, roles: QuerySet[CourseStaff]) -> bool:
    if not user.is_authenticated:
        return False
    return user.is_superuser or roles.filter(user=user).exists()


def limited_courses(user: User) -> dict[int, list[int]]:
    """Map the courses that `user` teaches in some cohorts only to the keys of these cohorts."""
    if user.is_superuser or getattr(user, "has_cohort_role", None) in (False, 0):  # from lessons.backends
        return {}
    limits: dict[int, list[int]] = {}
    whole: set[int] = set()
    for course, cohort in CourseStaff.objects.filter(user=user).values_list("course", "cohort"):
        if cohort is None:
            whole.add(course)
        else:
            limits.setdefault(course, []).append(cohort)
    return {course: cohorts for course, cohorts in limits.items() if course not in whole}


def of_own_learners(user: User, cohort: str = "cohort") -> Q:
    """Match the rows of the cohorts of `user` among those of their courses; `cohort` is the lookup to the cohort.

    Without a condition for those who teach all cohorts of their courses, so that their long lists need no join.
    """
    return Q(**{f"{cohort}__in": cohorts_taught(user).values("pk")}) if limited_courses(user) else Q()
