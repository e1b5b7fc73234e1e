"""Mail to the staff of a course."""

import logging

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail

from lessons.models import Course, CourseStaff
from portal.broker import send

logger = logging.getLogger(__name__)

MAX_SECONDS = 30  # bounds a mail server that answers in small pieces


def mail_staff(*, course: Course, subject: str, text: str) -> None:
    """Have the later-worker send it, so that grading never waits for a mail server; without a broker, send it here.

    A failing mail server is only logged, since callers log the fault itself.
    """
    staff = CourseStaff.objects.filter(course=course, user__is_active=True)
    mail = {
        # a title may contain a line break, a subject must not
        "subject": " ".join(f"[{settings.SITE_NAME}] {subject}".split()),
        "text": text,
        "to": list(staff.values_list("user__email", flat=True).distinct()),
    }
    if mail["to"] and not send(deliver, **mail):
        deliver(**mail)


@shared_task(soft_time_limit=MAX_SECONDS, time_limit=MAX_SECONDS + 10)
def deliver(*, subject: str, text: str, to: list[str]) -> None:
    try:
        send_mail(subject, text, from_email=None, recipient_list=to)
    except Exception as error:  # an error of the mail server must not stop the worker
        logger.warning("the email %r was not sent (to %d staff): %r", subject, len(to), error)
