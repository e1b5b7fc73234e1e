"""Celery adapters. A message is only a wake-up: the tables say what is to be done."""

import time

from celery import shared_task

from labs.github import (
    client,
    confirming,
    course_commits,
    course_writing,
    evidence,
    look_queue,
    looking,
    reconciling,
    sending,
)
from labs.grading.github_facts import wake_asker
from labs.grading.tasks import take_turn_after_looks
from labs.models import Connection
from portal.broker import send

MAX_SECONDS = 1  # a submission that waits longer than a look must not wait for many
SOFT_SECONDS, SECONDS = 300, 330  # less than the lease of a commit


def wake(connection: Connection) -> None:
    # Tried once; without a broker, beat does it later.
    if look_queue.has_rested(connection):
        send(look)
    else:
        send(look_again, connection=connection.pk)


def wake_sender() -> None:
    send(send_statuses)


def wake_committer() -> None:
    send(commit_courses)


@shared_task
def look() -> None:
    # Looks go before grading, so each repository has one in a minute. For a short while, so that later wake-ups find
    # nothing to do.
    started, looked = time.monotonic(), list[int]()
    while key := looking.look_at_next(look_queue.rested_connections()):
        looked.append(key)
        if time.monotonic() - started > MAX_SECONDS:
            break
    _end_turn(started, looked)
    if look_queue.rested_connections().exists():
        send(look)


@shared_task
def look_again(connection: int) -> None:
    # A repository of which more messages came takes turns with the submissions of others, as this message does.
    started = time.monotonic()
    if looking.look_at_next(look_queue.due_connections().filter(pk=connection)):
        _end_turn(started, [connection])


def _end_turn(started: float, looked: list[int]) -> None:
    take_turn_after_looks(time.monotonic() - started)
    for connection in look_queue.due_connections().filter(pk__in=looked):
        send(look_again, connection=connection.pk)


@shared_task
def look_at_due() -> None:
    """Wake a worker for what a lost wake-up left behind, or what waits for another try."""
    if look_queue.rested_connections().exists():
        send(look)


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
        send(look)


@shared_task
def confirm_times() -> None:
    confirming.confirm_times()


@shared_task
def repeat_failed_deliveries() -> None:
    reconciling.repeat_failed_deliveries()


@shared_task(soft_time_limit=SOFT_SECONDS, time_limit=SECONDS)
def commit_courses() -> None:
    course_writing.run_next()
    if course_commits.due_commits().exists():
        wake_committer()
