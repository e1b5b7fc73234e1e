"""Repositories at other hosts: look up an address, and keep mirrors for the workers."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

from django.conf import settings
from django.core.cache import cache

from labs.grader.fetching.address import Address, read_address
from labs.grader.fetching.bounded_process import bytes_in
from labs.grader.fetching.fetch import ORDINARY, WHILE_SOMEBODY_WAITS, fetch, latest
from labs.grader.fetching.listing import HEADS
from labs.grader.fetching.mirrors import hold, mirror_path, prune_mirrors
from labs.grader.fetching.network import INTERNET, Network
from labs.grader.fetching.refusals import FetchError, FetchRefusedError, damaged_refusal, refusal_of
from labs.grader.fetching.upstream import Server
from labs.grader.git.objects import absent
from labs.grader.git.processes import RepositoryDamagedError
from labs.grader.words import count, quoted
from labs.models import Repository

logger = logging.getLogger(__name__)

# Waiting and fetching take at most 90 s, which leaves the checks their 180 s of the task's 360 s.
HOLD_SECONDS = 30


class LookUpFailedError(Exception):
    """An address cannot be looked up now; `message` says why and what to do.

    `may_retry`: the fault is ours or the host's, so the same look-up may succeed later. `may_have_moved`: there is no
    such repository, or it has another address now.
    """

    def __init__(self, message: str, *, may_retry: bool = False, may_have_moved: bool = False) -> None:
        super().__init__(message)
        self.message, self.may_retry, self.may_have_moved = message, may_retry, may_have_moved


@dataclass(frozen=True)
class Offer:
    """A branch at an address that can be submitted, and its newest commit; `subject` is None if it came too late."""

    address: Address
    branch: str
    commit: str
    subject: str | None


def read(text: str) -> Address:
    return read_address(text, hosts=settings.REPOSITORY_HOSTS)


def network_of(host: str) -> Network:
    if host not in settings.REPOSITORY_HOSTS:  # it may have been allowed when the address was submitted
        raise FetchRefusedError("host", f"Repositories on {quoted(host)} are no longer supported.")
    if not settings.TEST_GIT_SERVER:
        return INTERNET
    address, ca_file = settings.TEST_GIT_SERVER
    return Network(lambda host, port: [address], frozenset([address]), Path(ca_file))


class NoTokenError(Exception):
    """The token that opens a private repository cannot be had now."""


TokenOf = Callable[[Repository], str]
_token_of: list[TokenOf] = []


def register_tokens(token_of: TokenOf) -> None:
    """Let `token_of` say which token opens a learner's repository, "" if none does. It raises NoTokenError."""
    _token_of.append(token_of)


def _network_for(address: Address, repository: Repository | None) -> Network:
    # A token is for the repository of one learner: whoever else types its address gets none. It opens only that
    # repository, so it may go to any address on the host: the repository may have been renamed.
    network = network_of(address.host)
    if repository is None or repository.host != address.host:
        return network
    try:
        tokens = [token for token_of in _token_of if (token := token_of(repository))]
    except NoTokenError as error:
        raise refusal_of("dead_host", address, ORDINARY) from error
    return replace(network, token=tokens[0]) if tokens else network


# --- while somebody waits -------------------------------------------------------------------------------------------


def check_lookup_rate(user_id: int) -> None:
    """Count a lookup of this user. Raises LookUpFailedError past `LOOKUPS_PER_MINUTE` in any 60 seconds."""
    limit = settings.LOOKUPS_PER_MINUTE
    # Each slot is free again a minute after it was taken; `add` lets only one request take it.
    if not any(cache.add(f"lookup-{user_id}-{slot}", True, 60) for slot in range(limit)):
        allowed = count(limit, "repository", "repositories")
        raise LookUpFailedError(f"You can look up at most {allowed} a minute. Wait a minute.")


def newest(address: Address) -> Offer:
    """Return the newest commit at an address within 5 s. Stores nothing. Raises LookUpFailedError."""
    with _raise_lookup_error():
        found = latest(address, network=network_of(address.host))
    return Offer(address, found.branch, found.commit, found.subject)


def snapshot(address: Address, of: Repository | None = None) -> tuple[dict[str, str], str]:
    """Return refs as full name to object ID, and the full name of the branch that is meant, within 5 s.

    `of` is the learner's repository, whose token may open it. Raises LookUpFailedError.
    """
    with _raise_lookup_error():
        listing = Server(address, WHILE_SOMEBODY_WAITS, _network_for(address, of)).listing()
        branch = listing.meant_by(address)
    return listing.first(branch, ORDINARY.refs), HEADS + branch


@contextmanager
def _raise_lookup_error() -> Iterator[None]:
    try:
        yield
    except FetchRefusedError as refusal:
        moved = refusal.code in ("not_found", "moved")
        raise LookUpFailedError(
            refusal.message, may_retry=refusal.is_transient, may_have_moved=moved
        ) from refusal
    except FetchError as fault:
        logger.exception("cannot look up a repository")
        sentence = "We could not look up the repository because of a fault on our side. Try again later."
        raise LookUpFailedError(sentence, may_retry=True) from fault


# --- while it is graded ---------------------------------------------------------------------------------------------


@contextmanager
def hold_mirror(
    address: Address, refs: Mapping[str, str], of: Repository | None = None
) -> Iterator[tuple[Path, list[str]]]:
    """Hold the mirror of a repository with all objects of `refs` in it; yield it with notes for the report.

    `of` is the learner's repository, whose token may open it.

    Raises FetchRefusedError if the learner or the host is at fault, FetchError and RepositoryError if we are.
    """
    path = mirror_path(settings.MIRROR_ROOT, address)
    with hold(path, seconds=HOLD_SECONDS) as mirror:
        fetched = fetch(address, mirror, network=_network_for(address, of))
        notes = [*fetched.notes, *_changes(path, address, refs, fetched.refs)]
        try:
            yield path, notes
        except RepositoryDamagedError as error:
            mirror.empty()
            if fetched.is_new:  # not a fault of our disk: the host sent it
                raise damaged_refusal(str(error), address, ORDINARY) from error
            raise
    prune_after(path)


@contextmanager
def hold_kept(address: Address, refs: Mapping[str, str]) -> Iterator[Path | None]:
    """Hold the mirror of a repository if it has all objects of `refs`, without the network; else yield None.

    A damaged mirror is emptied, so that the next fetch is whole. A mirror keeps what was fetched earlier, also what its
    host no longer has, until `MIRROR_MAX_BYTES` is reached: then the mirrors that were not used for longest go first.
    """
    path = mirror_path(settings.MIRROR_ROOT, address)
    if not path.exists():
        yield None
        return
    with hold(path, seconds=HOLD_SECONDS) as mirror:
        has_all = mirror.is_complete() and not absent(path, refs.values())
        if has_all:
            try:
                yield path
            except RepositoryDamagedError:
                mirror.empty()
                raise
    if not has_all:
        yield None


@dataclass
class _Added:
    """Upper bound of the bytes fetched by this process since mirrors were last pruned; infinite until then."""

    bytes: float = inf


_added = _Added()


def prune_after(path: Path) -> None:
    # after a fetch into `path`; walks all mirrors only once this process may have added a twentieth of their limit
    _added.bytes += bytes_in(path)
    if _added.bytes < settings.MIRROR_MAX_BYTES // 20:
        return
    _added.bytes = 0
    with suppress(FileNotFoundError):  # another worker may remove some at the same time
        prune_mirrors(settings.MIRROR_ROOT, settings.MIRROR_MAX_BYTES)


def _changes(path: Path, address: Address, refs: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    # We grade what was submitted as long as the repository still contains it; the report says so.
    if refs == now:
        return []
    named = quoted(str(address))
    if gone := _missing_refs(path, refs):
        name = quoted(gone[0].split("/", 2)[2])
        what = f"{named} was rewritten after it was submitted: the commit that {name} pointed to is gone."
        raise FetchRefusedError("rewritten", f"{what} Grade the latest commit instead.")
    return [f"{named} has changed since it was submitted. This is the result of the submitted commit."]


def _missing_refs(path: Path, refs: Mapping[str, str]) -> list[str]:
    missing = absent(path, refs.values())
    return [name for name, object_id in refs.items() if object_id in missing]
