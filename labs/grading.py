"""The worker's side: claim, open the repository, grade, record."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DatabaseError, connection

from labs import lifecycle
from labs.grader.engine import grade
from labs.grader.report import Outcome, Report
from labs.grader.repository import Repository, RepositoryFault, Unreadable
from labs.grader.spec import LabSpec, load_spec
from labs.lifecycle import Claim
from labs.models import LabVersion, Submission

logger = logging.getLogger(__name__)


@lru_cache(maxsize=64)
def parsed(source: str) -> LabSpec:
    """The checks of a lab. A version never changes, so its text says all. Raises SpecError."""
    return load_spec(source)


def grade_next() -> bool:
    """Grade the fairest submission that waits; False where nothing could be claimed."""
    claim = lifecycle.claim()
    if claim is None:
        return False
    with beating(claim):
        grade_claimed(claim)
    return True


def grade_claimed(claim: Claim) -> None:
    """Bring a claimed submission to its verdict, or give it back where our side failed."""
    try:
        _grade(claim)
    except Unreadable as error:
        lifecycle.mark_unreadable(claim, error.message)
    except SoftTimeLimitExceeded:
        lifecycle.give_back(
            claim, f"Grading took longer than {settings.CELERY_TASK_SOFT_TIME_LIMIT} seconds."
        )
    except Exception as error:
        logger.exception("submission %s could not be graded", claim.submission_id)
        lifecycle.give_back(claim, f"{type(error).__name__}: {error}")


def _grade(claim: Claim) -> None:
    related = ("lab__current", "receipt__repository")
    submission = Submission.objects.select_related(*related).get(pk=claim.submission_id)
    version, path = submission.lab.current, submission.receipt.repository.path
    if version is None or not path.is_dir():
        raise RepositoryFault(f"There is no repository at {path}." if version else "The lab has no version.")
    spec = parsed(version.source)
    with Repository.open(path, refs=submission.receipt.refs) as repository:
        if lifecycle.start_checking(claim):
            record(claim, grade(spec, repository), version)


def record(claim: Claim, report: Report, version: LabVersion) -> None:
    """Keep the report; one with a fault in it is no verdict."""
    faults = [result for result in report.results if result.outcome is Outcome.FAULT]
    if faults:
        lifecycle.give_back(claim, "; ".join(f"check {result.id}: {result.reason}" for result in faults))
    elif not lifecycle.finish(claim, report, version):
        logger.warning("submission %s: a late report was refused", claim.submission_id)


@contextmanager
def beating(claim: Claim) -> Iterator[None]:
    """Keep the lease alive from a thread of its own, with a connection of its own."""
    stop = threading.Event()
    heart = threading.Thread(target=_beat, args=(claim, stop), daemon=True)
    heart.start()
    try:
        yield
    finally:
        stop.set()
        heart.join()


def _beat(claim: Claim, stop: threading.Event) -> None:
    try:
        while not stop.wait(settings.GRADING_LEASE_SECONDS / 3):
            if not _beats(claim):
                return
    finally:
        connection.close()


def _beats(claim: Claim) -> bool:
    try:
        return lifecycle.heartbeat(claim)
    except DatabaseError as error:  # the next beat comes before the lease ends
        logger.warning("submission %s: no heartbeat: %s", claim.submission_id, error)
        return True
