"""Fetch all branches and tags of an untrusted repository into a mirror, within limits and without a checkout."""

from dataclasses import dataclass, field

from ..git.objects import kinds_of
from ..git.processes import RepositoryDamagedError, TooLargeError
from ..words import quoted
from .address import Address
from .bounded_process import FetchLimits
from .listing import HEADS
from .mirrors import Mirror
from .network import INTERNET, Network
from .notes import entries_at, notes_on
from .refusals import FetchRefusedError, damaged_refusal, refusal_of
from .upstream import Server

ORDINARY = FetchLimits()
WHILE_SOMEBODY_WAITS = FetchLimits(seconds=4.5)
MAX_PACKS = 50


@dataclass(frozen=True)
class Latest:
    """The branch that an address means, its latest commit, and the first line of that commit's message.

    `subject` is None if the message did not come in time; it has no control characters.
    """

    branch: str
    commit: str
    subject: str | None


@dataclass(frozen=True)
class Fetched:
    """Contents of a mirror. `refs` maps full ref names to object IDs; `notes` are sentences for the report.

    `is_new` is True if the mirror was empty before.
    """

    refs: dict[str, str]
    head_branch: str
    notes: list[str]
    is_new: bool = field(default=True, compare=False)


def latest(
    address: Address, *, limits: FetchLimits = WHILE_SOMEBODY_WAITS, network: Network = INTERNET
) -> Latest:
    """Return the latest commit at an address, within `limits.seconds`. Raises FetchRefusedError, FetchError."""
    server = Server(address, limits, network)
    listing = server.listing()
    branch = listing.meant_by(address)
    commit = listing.refs[HEADS + branch]
    return Latest(branch, commit, server.subject(commit))


def fetch(
    address: Address, mirror: Mirror, limits: FetchLimits = ORDINARY, *, network: Network = INTERNET
) -> Fetched:
    """Fetch all branches and tags into a mirror that is held, incrementally if it has some already.

    Raises FetchRefusedError if the learner or the host is at fault, FetchError and RepositoryError if we are. A mirror
    that is damaged is emptied, and filled again.
    """
    server = Server(address, limits, network)
    if mirror.packs >= MAX_PACKS:
        mirror.empty()
    had_some = mirror.is_complete()
    try:
        return _fill(mirror, server, limits)
    except RepositoryDamagedError:
        pass  # earlier contents of the mirror, which is empty now
    except FetchRefusedError as refusal:
        if refusal.code not in ("too_big", "damaged") or not had_some:
            raise
    return _fill(mirror, server, limits)  # without leftovers of earlier pushes in the mirror


def _fill(mirror: Mirror, server: Server, limits: FetchLimits) -> Fetched:
    had_some = mirror.is_complete()
    with mirror.filling(server.uid):
        found = server.fetch_refs(mirror.path, limits.refs)
        branch, refs = found.branch, found.refs
        try:
            _look_at(mirror, refs)
            notes = _notes(server.address, mirror, branch, refs[HEADS + branch], limits)
        except RepositoryDamagedError as error:
            if had_some:  # the damage may be in what we stored before, which is our fault
                raise
            raise damaged_refusal(str(error), server.address, limits) from error
        default = found.listing.head
        mirror.complete(refs, default if HEADS + default in refs else branch)
    return Fetched(refs, branch, [*found.listing.left_out(refs), *notes], is_new=not had_some)


def _look_at(mirror: Mirror, refs: dict[str, str]) -> None:
    kinds = kinds_of(mirror.path, refs.values())
    for name, object_id in refs.items():
        kind = kinds[object_id]
        if kind is None:
            raise RepositoryDamagedError(f"object {object_id} is missing or damaged")
        if name.startswith(HEADS) and kind != "commit":
            raise RepositoryDamagedError(f"a branch points to a {kind}, not a commit")


def _notes(address: Address, mirror: Mirror, branch: str, commit: str, limits: FetchLimits) -> list[str]:
    try:
        return notes_on(mirror.path, entries_at(mirror.path, commit, limits.entries), quoted(branch))
    except TooLargeError as limit:
        raise refusal_of("too_many_files", address, limits, branch=quoted(branch)) from limit
