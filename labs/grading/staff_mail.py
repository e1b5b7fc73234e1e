"""Mails to the staff of a course."""

from django.conf import settings
from django.core.mail import send_mail

from lessons.models import Course, CourseStaff


def mail_staff(*, course: Course, subject: str, text: str) -> None:
    """A mail server that fails keeps nobody from their work: what happened is in the log as well."""
    staff = CourseStaff.objects.filter(course=course, user__is_active=True)
    send_mail(
        " ".join(
            f"[{settings.SITE_NAME}] {subject}".split()
        ),  # a title may hold a line break, a subject none
        text,
        from_email=None,
        recipient_list=list(staff.values_list("user__email", flat=True)),
        fail_silently=True,
    )
