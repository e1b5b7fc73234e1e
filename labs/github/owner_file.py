"""A file that only somebody who may push to a repository can put there."""

from collections.abc import Mapping
from dataclasses import replace

from labs.grader.fetching.refusals import FetchError, FetchRefusedError
from labs.grader.git.repository import Repository, RepositoryError, Tip, UnreadableError
from labs.models import Connection
from labs.repositories import hosts

NAME = "portal-owner.txt"
BRANCH = "portal-owner"  # so that the branch that is graded stays as it is


def check_file(connection: Connection, refs: Mapping[str, str], head_ref: str) -> None:
    """Set the proof of a connection if the file is there, or a note about the file that was found. Saves neither."""
    address = connection.repository.address
    if address is None:
        return
    branches = [BRANCH, head_ref.removeprefix("refs/heads/")]
    try:
        with (
            hosts.hold_mirror(replace(address, branch=None), refs) as (path, _notes),
            Repository.open(path, refs=refs) as repository,
        ):
            tips = [tip for name in branches if (tip := repository.branch(name))]
            contents = [content for tip in tips if (content := _read(repository, tip)) is not None]
    except (FetchRefusedError, UnreadableError) as refusal:
        connection.proof_note = refusal.message
        return
    except (FetchError, RepositoryError):
        connection.proof_note = "We could not read the repository because of a fault on our side. Try again."
        return
    if connection.challenge() in contents:
        connection.owner_proved_by, connection.proof_note = Connection.Proof.FILE, ""
        return
    connection.proof_note = (
        f"`{NAME}` has different content."
        if contents
        else f"`{NAME}` is on neither `{BRANCH}` nor `{branches[1]}`."
    )


def _read(repository: Repository, tip: Tip) -> str | None:
    entry = repository.entry(tip.commit, NAME.encode())
    if entry is None or not entry.is_file:
        return None
    return (repository.content(entry.id) or b"")[:200].decode("utf-8", "replace").strip()
