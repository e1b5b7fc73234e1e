"""Ask GitHub again when a push arrived, if it did not say so while the push was received."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from labs.github.asking import UnconfirmedError
from labs.github.first_seen import Pushes, confirmed_time
from labs.github.reconciling import OldNameError
from labs.grading import counting, lifecycle
from labs.models import Connection, Receipt

logger = logging.getLogger(__name__)

MAX_ASKED = 20  # receipts at a time
MAX_AGE = timedelta(days=3)


def confirm_times() -> int:
    """Ask about receipts whose time GitHub has not confirmed, for MAX_AGE; return how many have a final time now."""
    unconfirmed = Receipt.objects.filter(claimed_at__isnull=False)
    unconfirmed.filter(received_at__lt=timezone.now() - MAX_AGE).update(claimed_at=None)
    # in any order: those that GitHub never answers about must not keep the others from being asked about
    rows = unconfirmed.select_related("repository__enrollment", "repository__lab").order_by("?")
    return sum(_confirm_or_log(receipt) for receipt in rows[:MAX_ASKED])


def _confirm_or_log(receipt: Receipt) -> bool:
    try:
        return _confirm(receipt)
    except Exception:
        logger.exception("the time of receipt %s could not be confirmed", receipt.pk)
        return False


def _confirm(receipt: Receipt) -> bool:
    messages = list(receipt.deliveries.exclude(commit=""))
    connection = Connection.objects.select_related("repository").filter(repository=receipt.repository).first()
    try:
        at = confirmed_time(Pushes(connection), messages) if connection and messages else receipt.received_at
    except (UnconfirmedError, OldNameError) as error:  # GitHub has it no longer
        logger.warning("the time of receipt %s stays: %s", receipt.pk, error)
        at = receipt.received_at
    if at is None:
        return False
    _store_time(receipt, min(at, receipt.received_at))
    return True


@transaction.atomic
def _store_time(receipt: Receipt, at: datetime) -> None:
    learner = counting.lock_learner(receipt.repository.enrollment_id)
    Receipt.objects.filter(pk=receipt.pk).update(received_at=at, claimed_at=None)
    receipt.refresh_from_db(fields=["received_at", "claimed_at"])
    lifecycle.use_earlier_receipt(receipt)
    counting.recount_locked(learner)
