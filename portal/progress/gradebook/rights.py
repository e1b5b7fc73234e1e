"""Names in the gradebook: only instructors see them if a course is marked under pseudonyms."""

from lessons.models import Cohort, Enrollment
from lessons.pseudonyms import pseudonym_of
from lessons.rights import leads_cohort
from portal.accounts.models import User


def sees_names(user: User, cohort: Cohort) -> bool:
    return not cohort.course.marks_blindly or leads_cohort(user, cohort.pk, cohort.course)


def name_of(user: User, enrollment: Enrollment) -> str:
    if sees_names(user, enrollment.cohort):
        return enrollment.user.get_full_name()
    return pseudonym_of(enrollment.pk)
