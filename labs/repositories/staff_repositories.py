"""Repositories of staff on other hosts, for `lessons`: fetched like those of learners, and read with GitPython."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.conf import settings

from labs.grader.fetching.address import Address, AddressError
from labs.grader.fetching.fetch import fetch
from labs.grader.fetching.mirrors import hold, mirror_path
from labs.grader.fetching.refusals import FetchError, FetchRefusedError
from labs.grader.git.processes import RepositoryError
from labs.repositories import hosts
from lessons.repositories import FetchedRepository, Hosts, RepositoryUnavailableError

logger = logging.getLogger(__name__)


def read_address(text: str) -> tuple[str, str]:
    """Return the address in a pasted text, and its branch or "". Raises RepositoryUnavailableError."""
    try:
        address = hosts.read(text)
    except AddressError as error:
        raise RepositoryUnavailableError(error.message) from error
    return address.page, address.branch or ""


@contextmanager
def fetch_repository(address: str, branch: str) -> Iterator[FetchedRepository]:
    """Fetch a repository and hold its mirror. Raises RepositoryUnavailableError."""
    try:
        at = replace(hosts.read(address), branch=branch or None)
    except AddressError as error:  # its host may have been allowed when the address was saved
        raise RepositoryUnavailableError(error.message) from error
    try:
        with _open(at) as repository:
            yield repository
    except FetchRefusedError as refusal:
        raise RepositoryUnavailableError(_for_staff(refusal.message)) from refusal
    except (FetchError, RepositoryError) as fault:
        logger.exception("cannot read the repository %s", at)
        message = "We could not read the repository because of a fault on our side. Try again later."
        raise RepositoryUnavailableError(message) from fault


@contextmanager
def _open(address: Address) -> Iterator[FetchedRepository]:
    # GitPython takes 0.4 s, which few commands need
    from labs.repositories.practice_git import open_repository

    path = mirror_path(settings.MIRROR_ROOT, address)
    with hold(path, seconds=hosts.HOLD_SECONDS) as mirror:
        found = fetch(address, mirror, network=hosts.network_of(address.host))
        with open_repository(path) as repo:
            yield FetchedRepository(repo, found.refs, found.head_branch)
    hosts.prune_after(path)


def _for_staff(message: str) -> str:
    # the sentences are written for learners, who submit; no name of a repository contains a space
    for theirs, ours in (
        ("Submit again", "Try again"),
        ("submit again", "try again"),
        ("submit its", "enter its"),
    ):
        message = message.replace(theirs, ours)
    return message


HOSTS = Hosts(read_address, fetch_repository)
