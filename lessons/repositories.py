"""Git repositories of staff on other hosts. `labs` registers the hardened fetch, because `lessons` imports no labs."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

# What git-check-ref-format refuses in the name of a branch, and a hyphen in front.
NOT_IN_NAMES = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[/.-]|[/.]$|\.lock$")


RESERVED_FOLDER = ".github"  # GitHub runs workflows from it


class RepositoryUnavailableError(Exception):
    """A repository cannot be read; the message says why and what to do."""


@dataclass(frozen=True)
class FetchedRepository:
    """A bare mirror, open for reading. `refs` maps full ref names to object IDs; `branch` is the one asked for.

    Files over 1 MB are not fetched.
    """

    repo: Any  # Any: git.Repo, which only modules that read repositories import
    refs: Mapping[str, str]
    branch: str


@dataclass(frozen=True)
class Hosts:
    """Access to other hosts.

    `address(text)` returns (address, branch or "") of a pasted text. `fetch(address, branch)` fetches into a mirror and
    holds it; an empty branch means the default one. Both raise RepositoryUnavailableError.
    """

    address: Callable[[str], tuple[str, str]]
    fetch: Callable[[str, str], AbstractContextManager[FetchedRepository]]


_hosts: list[Hosts] = []


def is_reserved(path: str) -> bool:
    """Return True for `.github` at the top of a repository, and everything below it."""
    return path.strip("/").split("/")[0].casefold() == RESERVED_FOLDER


def register_hosts(hosts: Hosts) -> None:
    _hosts[:] = [hosts]


def read_address(text: str) -> tuple[str, str]:
    """Return the address, such as `https://github.com/owner/name`, and the branch in it, if any."""
    return _registered().address(text)


@contextmanager
def fetched(address: str, branch: str = "") -> Iterator[FetchedRepository]:
    """Fetch all branches and tags, within limits; for tasks and commands, because it may take a minute."""
    with _registered().fetch(address, branch) as repository:
        yield repository


def _registered() -> Hosts:
    if not _hosts:
        raise RepositoryUnavailableError("This portal cannot fetch repositories from other hosts.")
    return _hosts[0]
