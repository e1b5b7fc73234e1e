"""Celery adapters. A message is only a wake-up: the queue is the table of emails."""

from celery import shared_task

from portal.broker import send
from portal.notices import sending

SOFT_SECONDS, SECONDS = 120, 150  # less than the lease of an email (`outbox.LEASE`)


@shared_task(soft_time_limit=SOFT_SECONDS, time_limit=SECONDS)
def send_mails() -> None:
    if sending.send_due():
        send(send_mails)
