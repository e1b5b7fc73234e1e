"""Celery adapters of peer review."""

from celery import shared_task

from labs.peer_review import rounds


@shared_task(soft_time_limit=300, time_limit=330)
def keep_rounds() -> None:
    """Close and draw the rounds that are due."""
    rounds.close_due()
    rounds.draw_due()
