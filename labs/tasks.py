"""Celery adapters. A message is only a wake-up: the queue is the table, so a lost or doubled one costs nothing."""

import logging
import time

from celery import Task, current_app, shared_task

from labs import grading, lifecycle, proving, receipts

logger = logging.getLogger(__name__)

MOST_WAKE_UPS = 4
MOST_SECONDS = 5  # little beside the time limit, which is of the whole task
ONCE = {"max_retries": 0}


def wake() -> None:
    """Ask a worker to look at the queue. Tried once; without a broker the reaper does it later."""
    _send(grade_next)


def wake_prover() -> None:
    """The same for labs that wait for their proof."""
    _send(prove_next)


def _send(task: Task) -> None:
    try:
        with current_app.connection_for_write(transport_options=ONCE) as connection:
            task.apply_async(connection=connection, retry=False)
    except (
        Exception
    ) as error:  # whatever a broker's client raises, what was asked for is in the table already
        logger.warning("the broker could not be reached, the reaper will wake a worker: %s", error)


@shared_task
def grade_next() -> None:
    """What waits, one after the other for a short while: other learners' wake-ups find nothing to do then."""
    started = time.monotonic()
    while grading.grade_next():
        if time.monotonic() - started > MOST_SECONDS:
            wake()
            return


@shared_task(soft_time_limit=proving.SECONDS_WITH_CODE + 20, time_limit=proving.SECONDS_WITH_CODE + 40)
def prove_next() -> None:
    if proving.prove_next() and proving.waiting().exists():
        wake_prover()


@shared_task
def reap() -> None:
    """What died is brought back: expired leases, pushes without a receipt, wake-ups that were lost."""
    if proving.waiting().exists():
        wake_prover()
    lifecycle.reap()
    receipts.repair()
    for _ in lifecycle.waiting()[:MOST_WAKE_UPS]:
        wake()
