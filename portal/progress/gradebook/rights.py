"""Names in the gradebook: only instructors see them if a course is marked under pseudonyms."""

from lessons import pseudonyms
from lessons.models import Cohort, Enrollment
from portal.accounts.models import User


def sees_names(user: User, cohort: Cohort) -> bool:
    return pseudonyms.sees_names(user, cohort.course, cohort.pk)


def name_of(user: User, enrollment: Enrollment) -> str:
    enrollment.course = enrollment.cohort.course
    return pseudonyms.Names(user).of(enrollment)
