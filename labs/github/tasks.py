"""Celery adapters. A message is only a wake-up: the tables say what is to be done."""

import time

from celery import shared_task
from django.utils import timezone

from labs.github import client, course_commits, course_writing, evidence, looking, reconciling, sending
from labs.grading.github_facts import wake_asker
from portal.broker import send

MAX_SECONDS = 1  # a submission that waits longer than a look must not wait for many
AFTER_OTHERS = 3  # the priority of grading
SOFT_SECONDS, SECONDS = 300, 330  # less than the lease of a commit


def wake() -> None:
    # Tried once; without a broker, beat does it later.
    send(look)


def wake_sender() -> None:
    send(send_statuses)


def wake_committer() -> None:
    send(commit_courses)


@shared_task
def look() -> None:
    # For a short while, so that later wake-ups find nothing to do. Looks go before grading, so each repository has
    # one, and those of which more messages came meanwhile take turns with the submissions of others.
    begun, started = timezone.now(), time.monotonic()
    while looking.look_at_next(due_since=begun) and time.monotonic() - started <= MAX_SECONDS:
        pass
    if looking.due_connections().exists():
        send(look.signature(priority=AFTER_OTHERS))


@shared_task
def look_at_due() -> None:
    """Wake a worker for what a lost wake-up left behind, or what waits for another try."""
    if looking.due_connections().exists():
        wake()


@shared_task
def send_statuses() -> None:
    if client.has_app() and sending.send_waiting():
        wake_sender()


@shared_task
def ask_github() -> None:
    # for a short while, so that other work of this queue gets its turn
    started = time.monotonic()
    while evidence.ask_next():
        if time.monotonic() - started > MAX_SECONDS:
            wake_asker()
            return
    evidence.remove_old()


@shared_task
def look_at_quiet_repositories() -> None:
    if reconciling.look_at_quiet_repositories():
        wake()


@shared_task
def repeat_failed_deliveries() -> None:
    reconciling.repeat_failed_deliveries()


@shared_task(soft_time_limit=SOFT_SECONDS, time_limit=SECONDS)
def commit_courses() -> None:
    course_writing.run_next()
    if course_commits.due_commits().exists():
        wake_committer()
