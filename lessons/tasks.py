"""Celery adapters. A message is only a wake-up: the queue is the table of fetches."""

from celery import shared_task

from lessons.course_files import fetches, updating
from portal.broker import send

SOFT_SECONDS, SECONDS = 300, 330  # less than the lease of a fetch


def wake_reader() -> None:
    # Tried once; without a broker, beat does it later.
    send(read_repositories)


@shared_task(soft_time_limit=SOFT_SECONDS, time_limit=SECONDS)
def read_repositories() -> None:
    updating.run_next()
    if fetches.waiting().exists():
        wake_reader()
