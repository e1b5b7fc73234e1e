"""Looks at a repository that a fault of ours stopped: keep the fault, and tell the learner and the staff."""

import logging
import secrets
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from labs.grader.fetching.refusals import FetchError
from labs.grading.staff_mail import mail_staff
from labs.models import Connection, Delivery

logger = logging.getLogger(__name__)

Outcome = Delivery.Outcome
MAX_FAULT = 2_000  # characters
WORKER_DIED = "The worker stopped without an error each time."


def fault_of(error: Exception) -> str:
    """Return our fault in a line, "" if the repository or its host is at fault."""
    cause = error.__cause__
    return f"{type(cause).__name__}: {cause}"[:MAX_FAULT] if isinstance(cause, FetchError) else ""


@transaction.atomic
def give_up(connection: Connection, waiting: Iterable[Delivery], fault: str) -> None:
    """End the waiting messages, keep the fault for staff, and mail them."""
    reference = f"L-{secrets.token_hex(2).upper()}"
    reason = (
        "We could not look at the repository because of a fault on our side. We told the course staff. "
        f"You don’t have to do anything. Reference {reference}."
    )
    keys = [each.pk for each in waiting]
    Delivery.objects.filter(pk__in=keys, outcome=Outcome.WAITING).update(
        outcome=Outcome.FAILED, reason=reason, is_prompt=False
    )
    connection.look_fault = f"{reference}: {fault}"
    connection.save(update_fields=["look_fault"])
    transaction.on_commit(lambda: _tell_staff(connection), robust=True)


def _tell_staff(connection: Connection) -> None:
    logger.error("%s could not be looked at: %s", connection, connection.look_fault)
    lab = connection.repository.lab
    page = settings.PUBLIC_URL + reverse("teach_queue")
    mail_staff(
        course=lab.course,
        subject=f"A repository could not be looked at: {lab}",
        text=f"Pushes to {connection} are not graded because of a fault on our side.\n\n{connection.look_fault}\n\n"
        f"When the cause is fixed, choose “Retry now”: {page}\n",
    )
