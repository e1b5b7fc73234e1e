"""Fetches a stranger's repository into a mirror: all branches and tags, never a checkout, all of it bounded."""

from dataclasses import dataclass

from .address import Address
from .confined import FetchLimits
from .mirrors import Mirror
from .network import INTERNET, Network
from .notes import entries_at, notes_on
from .plumbing import RepositoryFault, TooLarge, absent
from .refusals import FetchRefused, refused
from .upstream import HEADS, Server
from .words import quoted

ORDINARY = FetchLimits()
WHILE_SOMEBODY_WAITS = FetchLimits(seconds=4.5)
MOST_PACKS = 50


@dataclass(frozen=True)
class Latest:
    """The branch that an address means, its newest commit, and the first line of that commit's message.

    `subject` is None where the message did not come in time; it holds no control characters.
    """

    branch: str
    commit: str
    subject: str | None


@dataclass(frozen=True)
class Fetched:
    """What a mirror holds now. `refs` maps full ref names to object ids; `notes` are sentences for the report."""

    refs: dict[str, str]
    head_branch: str
    notes: list[str]


def latest(
    address: Address, *, limits: FetchLimits = WHILE_SOMEBODY_WAITS, network: Network = INTERNET
) -> Latest:
    """The newest commit at an address, in at most `limits.seconds`. Raises FetchRefused, FetchFault."""
    server = Server(address, limits, network)
    listing = server.listing()
    branch = listing.meant_by(address)
    commit = listing.refs[HEADS + branch]
    return Latest(branch, commit, server.subject(commit))


def fetch(
    address: Address, mirror: Mirror, limits: FetchLimits = ORDINARY, *, network: Network = INTERNET
) -> Fetched:
    """Bring all branches and tags into a mirror that is held, only what is new where it has some already.

    Raises FetchRefused for the learner's set-up and FetchFault for ours; RepositoryFault where the mirror itself
    cannot be read, which is empty then and begun anew by the next fetch.
    """
    server = Server(address, limits, network)
    if mirror.packs >= MOST_PACKS:
        mirror.empty()
    had_some = mirror.is_complete()
    try:
        return _fill(mirror, server, limits)
    except FetchRefused as refusal:
        if refusal.code != "too_big" or not had_some:
            raise
        return _fill(mirror, server, limits)  # without what earlier pushes had left in the mirror


def _fill(mirror: Mirror, server: Server, limits: FetchLimits) -> Fetched:
    had_some = mirror.is_complete()
    with mirror.filling(server.uid):
        found = server.bring(mirror.path, limits.refs)
        branch, refs = found.branch, found.refs
        if absent(mirror.path, refs.values()):
            if had_some:
                raise RepositoryFault(f"the mirror of {server.address} is damaged")
            raise refused("damaged", server.address, limits, words="`objects are missing`")
        notes = _notes(server.address, mirror, branch, refs[HEADS + branch], limits)
        mirror.complete(refs, branch)
    return Fetched(refs, branch, [*found.listing.left_out(refs), *notes])


def _notes(address: Address, mirror: Mirror, branch: str, commit: str, limits: FetchLimits) -> list[str]:
    try:
        return notes_on(mirror.path, entries_at(mirror.path, commit, limits.entries), quoted(branch))
    except TooLarge as limit:
        raise refused("too_many_files", address, limits, branch=quoted(branch)) from limit
