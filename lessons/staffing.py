"""Write operations of staff on courses and people. Each function is one transaction."""

import logging
from collections.abc import Iterable
from urllib.parse import quote

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from lessons.deadline_changes import deadline_of_learner_moved
from lessons.joining import give_free_places, lock_cohorts
from lessons.models import Cohort, Course, CourseStaff, Enrollment, ExtraTime
from lessons.models.deadlines import Extension
from portal.accounts.audit import Event, record
from portal.accounts.models import User
from portal.accounts.roles import instructors

logger = logging.getLogger(__name__)


class UnknownPersonError(Exception):
    """No eligible account has this email; the message says what to do."""


class NoInstructorError(Exception):
    """A course would be left without an instructor; the message says what to do."""


def invitation_address(cohort: Cohort) -> str:
    return f"{settings.PUBLIC_URL}{reverse('join')}{quote(cohort.invite_code, safe='')}/"


def person_at(email: str) -> User:
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        raise UnknownPersonError(f"No account uses the email {email}.")
    return user


def owner_of(email: str) -> User:
    """Return the user with this confirmed email. Raises UnknownPersonError.

    Anybody may sign up with any email, so an unconfirmed one must not get staff access.
    """
    user = person_at(email)
    address = EmailAddress.objects.filter(user=user, email__iexact=user.email).first()
    if address and not address.verified:
        raise UnknownPersonError(
            f"{user.email} is not confirmed yet. Ask them to sign in with the code that we emailed."
        )
    return user


@transaction.atomic
def create_course(*, course: Course, by: User) -> Course:
    """Save a new course and make its creator an instructor."""
    course.save()
    staff = CourseStaff.objects.create(course=course, user=by, role=CourseStaff.Role.INSTRUCTOR)
    record(Event.ROLE, f"added: {staff}", user=by)
    return course


@transaction.atomic
def save_enrollment(*, enrollment: Enrollment, by: User) -> Enrollment:
    """Enroll a learner, or move them to another cohort of the course."""
    before = Enrollment.objects.filter(pk=enrollment.pk).values_list("cohort", flat=True).first()
    enrollment.course_id = enrollment.cohort.course_id
    cohorts = sorted({enrollment.cohort_id, before or enrollment.cohort_id})
    lock_cohorts(cohorts)  # first, as whoever joins does
    enrollment.save()
    deadline_of_learner_moved(enrollment.pk)
    for cohort in cohorts:
        give_free_places(cohort)
    what = "enrolled in" if enrollment.is_active else "ended in"
    record(Event.JOINING, f"{enrollment.user.email} {what} {enrollment.cohort}", user=by)
    logger.info("enrollment %s of user %s saved by user %s", enrollment.pk, enrollment.user_id, by.pk)
    return enrollment


def save_extra_time(*, extra: ExtraTime, by: User) -> ExtraTime:
    """Give a learner more time. It holds at once, also for an attempt that is open."""
    extra.save()
    logger.info("extra time %s of enrollment %s by user %s", extra.pk, extra.enrollment_id, by.pk)
    return extra


@transaction.atomic
def save_extension(*, extension: Extension, by: User) -> None:
    """Give a learner a later deadline. It takes effect at once."""
    extension.given_by = by
    extension.save()
    deadline_of_learner_moved(extension.enrollment_id)
    record(
        Event.DEADLINE, f"{extension} until {extension.until:%Y-%m-%d %H:%M %Z}: {extension.reason}", user=by
    )


@transaction.atomic
def delete_extension(*, extension: Extension, by: User) -> None:
    record(Event.DEADLINE, f"extension withdrawn: {extension}", user=by)
    extension.delete()
    deadline_of_learner_moved(extension.enrollment_id)


@transaction.atomic
def save_course_staff(*, staff: CourseStaff, by: User) -> CourseStaff:
    """Let a person teach a course, which gives them access to the admin."""
    staff.save()
    if not staff.user.is_staff:
        staff.user.is_staff = True
        staff.user.save(update_fields=["is_staff"])
    staff.user.groups.add(instructors())
    logger.info("user %s is %s of course %s, by user %s", staff.user_id, staff.role, staff.course_id, by.pk)
    return staff


def refuse_to_orphan(*, without: Iterable[CourseStaff], by: User) -> None:
    """Raise NoInstructorError if a course would have no instructor without these people.

    An administrator may leave a course without one. Call it inside the transaction of the change; it locks
    the courses, so that concurrent changes wait.
    """
    going = [staff for staff in without if staff.role == CourseStaff.Role.INSTRUCTOR and not staff.cohort_id]
    if by.is_superuser or not going:
        return
    courses = Course.objects.filter(pk__in={staff.course_id for staff in going}).order_by("pk")
    for course in courses.select_for_update():
        instructors_of = course.staff.filter(role=CourseStaff.Role.INSTRUCTOR, cohort=None)
        if not instructors_of.exclude(pk__in=[staff.pk for staff in going]).exists():
            raise NoInstructorError(f"{course} would have no instructor. Add another instructor first.")
