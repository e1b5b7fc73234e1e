"""Read a submitted state again: from a stored copy, from the mirror, and from its host only if both lack it."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

from django.core.cache import cache

from labs.grader.fetching.fetch import ORDINARY
from labs.grader.fetching.refusals import FetchRefusedError, refusal_of
from labs.grader.git.repository import Repository as GitRepository
from labs.grader.git.repository import RepositoryDamagedError, RepositoryError
from labs.grading import worker
from labs.models import Repository, Submission
from labs.repositories import graded, hosts
from labs.repository_queries import last_seen_in, repositories_of_state

T = TypeVar("T")
logger = logging.getLogger(__name__)

# A host that does not respond costs up to 60 s each time, so a rehearsal soon stops asking it.
MAX_FAILURES = 3
FAILURES_SECONDS = 3600


def read_state(
    submission: Submission, read: Callable[[GitRepository, Sequence[str]], T], *, rehearsal: int
) -> T:
    """Return `read(repository, notes)` of the submitted state. A copy that is damaged is passed over.

    If the host has the state, it replaces the damaged copy. A rehearsal leaves out a repository that failed
    MAX_FAILURES times in a row, and a host after failures of as many repositories. Raises as
    `worker.open_submitted_state` and `read` do.
    """
    for copy in _copies(submission):
        try:
            with copy as path:
                if path is not None:
                    with GitRepository.open(path, refs=submission.receipt.refs) as repository:
                        return read(repository, ())
        except RepositoryDamagedError as error:
            logger.error("submission %s: a copy is damaged: %s", submission.pk, error)
    with (
        _count_failures(last_seen_in(submission), rehearsal),
        worker.open_submitted_state(submission) as (repository, notes),
    ):
        return read(repository, notes)


def _copies(submission: Submission) -> Iterator[AbstractContextManager[Path | None]]:
    for repository in repositories_of_state(submission):
        yield _stored_copy(repository, submission)
    if address := last_seen_in(submission).address:
        yield hosts.hold_kept(address, submission.receipt.refs)


@contextmanager
def _stored_copy(repository: Repository, submission: Submission) -> Iterator[Path | None]:
    try:
        path = graded.path_of_state(repository, submission.digest)
    except RepositoryError:
        logger.exception("submission %s: repository %s", submission.pk, repository.pk)
        path = None
    try:
        yield path
    except RepositoryDamagedError:
        if repository.address is not None:
            graded.note_damage(repository, submission.digest)
        raise


@contextmanager
def _count_failures(repository: Repository, rehearsal: int) -> Iterator[None]:
    if repository.address is None:
        yield
        return
    of_host, own = (f"rehearsal-{rehearsal}-failures-{each}" for each in (repository.host, repository.pk))
    failing, failures = cache.get(of_host, []), cache.get(own, 0)
    if max(failures, len(failing)) >= MAX_FAILURES:
        raise refusal_of("dead_host", repository.address, ORDINARY)
    try:
        yield
    except FetchRefusedError as error:
        if error.is_transient:
            cache.set(own, failures + 1, FAILURES_SECONDS)
            cache.set(of_host, sorted({*failing, repository.pk}), FAILURES_SECONDS)
        raise
    cache.delete_many([of_host, own])
