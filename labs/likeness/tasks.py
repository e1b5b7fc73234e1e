"""Celery adapters of comparisons."""

from celery import shared_task

from labs.likeness import runs
from portal.broker import send


def wake() -> None:
    # Tried once; without a broker, beat does it later.
    send(compare_next)


@shared_task(soft_time_limit=600, time_limit=650)
def compare_next() -> None:
    if runs.run_next():
        wake()
