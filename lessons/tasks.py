"""Celery adapters. A message is only a wake-up: the queue is the table of fetches, or of incoming notes."""

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from lessons import (
    actions,
    announcements,
    closing,
    deleting,
    invitations,  # noqa: F401 - its task runs on workers
    quiz_proofs,
    quiz_regrades,
    regrades,
    stored_files,
)
from lessons.course_files import fetches, updating
from lessons.models import Attempt, IncomingNotes, ModelDraft
from lessons.notes_import import incoming, model_drafts
from portal.broker import send

SOFT_SECONDS, SECONDS = 300, 330  # less than the lease of a fetch
MAX_LEFT = 20
MAX_COUNTED = 200  # lessons in one task, which takes a few seconds


def wake_reader() -> None:
    # Tried once; without a broker, beat does it later.
    send(read_repositories)


@shared_task(soft_time_limit=SOFT_SECONDS, time_limit=SECONDS)
def read_repositories() -> None:
    updating.run_next()
    if fetches.waiting().exists():
        wake_reader()


@shared_task
def close_attempts() -> None:
    # Results, progress and staff lists do not wait for a visit of the learner.
    closing.close_overdue(Attempt.objects.all())


def wake_notes(row: IncomingNotes) -> bool:
    """Return False if no worker can be reached."""
    return bool(send(fetch_notes, pk=row.pk))


@shared_task(soft_time_limit=180, time_limit=200)
def fetch_notes(pk: int) -> None:
    row = IncomingNotes.objects.select_related("course", "into").filter(pk=pk).first()
    if row is not None:
        incoming.fetch(row)


def wake_model(row: ModelDraft) -> bool:
    """Return False if no worker can be reached."""
    return bool(send(draft_by_model, pk=row.pk))


@shared_task(soft_time_limit=150, time_limit=170)
def draft_by_model(pk: int) -> None:
    try:
        model_drafts.run(pk)
    except SoftTimeLimitExceeded:
        model_drafts.give_up(pk)


@shared_task
def work_on_notes() -> None:
    # what a lost wake-up or a worker that died left behind
    for pk in incoming.waiting().values_list("pk", flat=True)[:MAX_LEFT]:
        send(fetch_notes, pk=pk)
    for pk in model_drafts.waiting().values_list("pk", flat=True)[:MAX_LEFT]:
        send(draft_by_model, pk=pk)


def wake_starter() -> None:
    send(begin)


@shared_task
def begin() -> None:
    """Do what is due at the start of a worker, as after an upgrade or an outage."""
    quiz_proofs.retry()
    if actions.count_missing_errors(MAX_COUNTED):
        wake_starter()


def wake_regrades() -> None:
    # Tried once; without a broker, beat does it later.
    send(work_on_regrades)


@shared_task
def work_on_regrades() -> None:
    """Take a turn at one regrade; the rest is another task, so that others get their turn in between."""
    if regrades.run_next(quiz_regrades.WORK):
        wake_regrades()
    regrades.forget_old(quiz_regrades.WORK)


@shared_task(soft_time_limit=1800, time_limit=1860)
def remove_deleted() -> None:
    deleting.remove_old()


@shared_task(soft_time_limit=1800, time_limit=1860)
def remove_unused_files() -> None:
    stored_files.remove_unused()


@shared_task
def send_announcements() -> None:
    announcements.send_due()
