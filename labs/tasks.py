"""Celery adapters. A message is only a wake-up: the queue is the table, so a lost or doubled one costs nothing."""

import logging

from celery import current_app, shared_task

from labs import grading, lifecycle, receipts

logger = logging.getLogger(__name__)

MOST_WAKE_UPS = 4
ONCE = {"max_retries": 0}


def wake() -> None:
    """Ask a worker to look at the queue. Tried once; without a broker the reaper does it later."""
    try:
        with current_app.connection_for_write(transport_options=ONCE) as connection:
            grade_next.apply_async(connection=connection, retry=False)
    except (
        Exception
    ) as error:  # whatever a broker's client raises, what was asked for is in the table already
        logger.warning("the broker could not be reached, the reaper will wake a worker: %s", error)


@shared_task
def grade_next() -> None:
    if grading.grade_next() and lifecycle.waiting().exists():
        wake()


@shared_task
def reap() -> None:
    """What died is brought back: expired leases, pushes without a receipt, wake-ups that were lost."""
    lifecycle.reap()
    receipts.repair()
    for _ in lifecycle.waiting()[:MOST_WAKE_UPS]:
        wake()
