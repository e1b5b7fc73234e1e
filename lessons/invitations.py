"""Invite people by email to a cohort."""

import logging

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string

from lessons.models import Cohort
from lessons.staffing import invitation_address
from portal.broker import send

logger = logging.getLogger(__name__)

BATCH = 50
MAX_SECONDS = 300


def send_invitations(cohort: int, emails: list[str]) -> None:
    """Have a worker send the invitations in batches; without a broker, send them here."""
    for start in range(0, len(emails), BATCH):
        batch = {"cohort": cohort, "emails": emails[start : start + BATCH]}
        if not send(deliver_invitations, **batch):
            deliver_invitations(**batch)


@shared_task(soft_time_limit=MAX_SECONDS, time_limit=MAX_SECONDS + 10)
def deliver_invitations(*, cohort: int, emails: list[str]) -> None:
    found = Cohort.objects.select_related("course").get(pk=cohort)
    context = {"cohort": found, "address": invitation_address(found), "site_name": settings.SITE_NAME}
    text = render_to_string("lessons/invitation_email.txt", context)
    subject = " ".join(f"[{settings.SITE_NAME}] Your invitation to {found.course.title}".split())
    mails = [EmailMessage(subject, text, to=[email]) for email in emails]
    try:
        get_connection().send_messages(mails)
    except (
        Exception
    ) as error:  # an error of the mail server must not stop the worker; staff can send the link
        logger.warning("%d invitations to cohort %s were not sent: %r", len(emails), cohort, error)
