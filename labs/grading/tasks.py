"""Celery adapters. A message is only a wake-up: the queue is the table, so a lost or duplicate one costs nothing."""

import logging
import time

from celery import shared_task

from labs.grading import (
    counting,
    lifecycle,
    proofs,
    pulse,
    queues,
    receipts,
    regrades,
    sandbox,
    times,
    worker,
)
from labs.models import Queue, Recount
from labs.repositories import housekeeping
from lessons.regrades import forget_old, run_next
from portal.broker import send

logger = logging.getLogger(__name__)

MAX_WAKE_UPS = 4
MAX_SECONDS = 1  # so that a look at a repository, which goes before grading, waits for a job at most
MAX_TURN_SECONDS = 30  # after slow looks: the task's time limit must suffice for the last submission


def wake() -> None:
    # Tried once; without a broker the reaper does it later.
    send(grade_next)


def take_turn_after_looks(seconds: float) -> None:
    """Let a worker grade for as long as looks took, before further looks, if submissions wait."""
    if queues.claimable().exists():
        send(grade_after_looks, seconds=seconds)


def wake_regrader() -> None:
    send(regrade_next)


def wake_prover() -> None:
    send(prove_next)


def wake_counter() -> None:
    send(count_points)


def wake_later_worker() -> None:
    send(begin_later)


@shared_task
def grade_next() -> None:
    # for a short while, so that later wake-ups find nothing to do
    if _grade_for_a_while(Queue.LIVE, MAX_SECONDS):
        wake()


@shared_task
def grade_after_looks(seconds: float) -> None:
    # Goes before further looks, so they take at most half of the time. Submissions that it leaves have their wake-ups.
    _grade_for_a_while(Queue.LIVE, min(seconds, MAX_TURN_SECONDS))


@shared_task
def regrade_next() -> None:
    if _grade_for_a_while(Queue.LATER, MAX_SECONDS):
        wake_regrader()


def _grade_for_a_while(queue: Queue, seconds: float) -> bool:
    # True if more may wait
    started = time.monotonic()
    while (more := worker.grade_next(queue)) and time.monotonic() - started <= seconds:
        pass
    if proofs.environments_are_missing():
        wake_prover()
    return more


@shared_task(soft_time_limit=proofs.SECONDS_IN_ALL + 20, time_limit=proofs.SECONDS_IN_ALL + 40)
def prove_next() -> None:
    if not proofs.prove_next():
        return
    if proofs.versions_to_prove().exists():
        wake_prover()
    if queues.claimable().exists():  # a push may have waited for an environment
        wake()


@shared_task
def count_points() -> None:
    counting.recount_asked()


@shared_task
def begin_later() -> None:
    proofs.retry_all()
    sandbox.sweep()
    proofs.ask_for_environments()
    if proofs.versions_to_prove().exists():
        wake_prover()


@shared_task
def reap() -> None:
    """Recover what was lost: expired leases, pushes without a receipt, wake-ups. A step that fails stops no other."""
    pulse.beat("reaper")
    for step in (lifecycle.reap, receipts.repair, proofs.tell_of_faults, _wake_workers):
        try:
            step()
        except Exception:
            logger.exception("recovery of lost work: %s failed", step.__name__)


def _wake_workers() -> None:
    if proofs.versions_to_prove().exists():
        wake_prover()
    if Recount.objects.exists():
        wake_counter()
    if queues.claimable(Queue.LATER).exists():
        wake_regrader()
    for _ in queues.claimable()[:MAX_WAKE_UPS]:
        wake()


@shared_task
def count_times() -> None:
    times.count_times()


def wake_lab_regrades() -> None:
    send(work_on_lab_regrades)


@shared_task
def work_on_lab_regrades() -> None:
    """Take a turn at one regrade; the rest is another task, so that others get their turn in between."""
    if run_next(regrades.WORK):
        wake_lab_regrades()
    forget_old(regrades.WORK)


@shared_task
def tidy() -> None:
    housekeeping.tidy()
