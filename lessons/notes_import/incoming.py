"""Bring notes into a course: by upload, by paste, or out of a Git repository."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from lessons import leases
from lessons.models import Course, IncomingNotes, Notes
from lessons.notes import ENDINGS, Candidate, EncodingUnsureError, NotesError, read_source
from lessons.notes_import.storing import Origin, require_present, store_notes
from lessons.repositories import (
    NOT_IN_NAMES,
    FetchedRepository,
    RepositoryUnavailableError,
    fetched,
    read_address,
)
from lessons.texts.problem import Problem

State = IncomingNotes.State
KEPT_FOR = timedelta(days=7)  # what nobody went on with
LEASE = timedelta(seconds=210)  # more than the time limit of the task
MAX_TRIES = 2
GIVEN_UP = "The fetch did not end in time. Fetch again, or upload the file."
MAX_LISTED = 12
MAX_ENTRIES = 5_000
NOT_NOTES = {"readme", "license", "licence", "contributing", "changelog", "requirements"}
Brought = tuple[Notes | None, IncomingNotes | None, list[Problem]]


def bring_file(*, course: Course, name: str, data: bytes, into: Notes | None = None) -> Brought:
    """Store a file of notes, or keep it until somebody chooses its encoding.

    Return the notes or what waits, and the pictures that were left out. Raises NotesError.
    """
    forget_old(course)
    try:
        notes, problems = store_notes(course=course, name=name, data=data, into=into)
    except EncodingUnsureError as unsure:
        if not unsure.candidates:
            raise
        return None, _keep(IncomingNotes(course=course, into=into), name, data, Origin()), []
    return notes, None, problems


def _keep(row: IncomingNotes, name: str, data: bytes, origin: Origin) -> IncomingNotes:
    row.state, row.name, row.data = State.UNSURE, name, data
    for field_name, value in asdict(origin).items():
        setattr(row, field_name, value)
    row.save()
    return row


def forget_old(course: Course) -> None:
    IncomingNotes.objects.filter(course=course, created_at__lt=timezone.now() - KEPT_FOR).delete()


def candidates_of(incoming: IncomingNotes) -> tuple[Candidate, ...]:
    """Return the encodings to choose from, each with a sample; () if they are no longer in doubt."""
    try:
        read_source(incoming.name, bytes(incoming.data))
    except EncodingUnsureError as unsure:
        return unsure.candidates
    except NotesError:
        pass
    return ()


def choose_encoding(*, incoming: IncomingNotes, encoding: str) -> tuple[Notes, list[Problem]]:
    """Store notes that waited for their encoding. Raises NotesError."""
    origin = Origin(incoming.address, incoming.branch, incoming.path, incoming.commit)
    with transaction.atomic():
        notes, problems = store_notes(
            course=incoming.course,
            name=incoming.name,
            data=bytes(incoming.data),
            encoding=encoding,
            into=incoming.into,
            origin=origin,
        )
        incoming.delete()
    return notes, problems


# --- repositories ---------------------------------------------------------------------------------------------------


def begin_fetch(
    *, course: Course, address: str, path: str = "", branch: str = "", into: Notes | None = None
) -> IncomingNotes:
    """Check an address, and keep the row that a worker fills. Raises RepositoryUnavailableError, NotesError."""
    forget_old(course)
    require_present(into)
    page, named = read_address(address)
    if NOT_IN_NAMES.search(branch or named):
        raise RepositoryUnavailableError("This is not a valid branch name. Enter a name such as main.")
    return IncomingNotes.objects.create(
        course=course,
        state=State.FETCHING,
        address=page,
        branch=branch or named,
        path=path.strip().strip("/"),
        into=into,
    )


def fetch(incoming: IncomingNotes) -> None:
    """Fetch the repository, and store the notes in it, unless another worker does.

    What goes wrong is in the row, with what to do.
    """
    if incoming.tries >= MAX_TRIES and waiting().filter(pk=incoming.pk).exists():
        fail(incoming, GIVEN_UP)
        return
    if not leases.take(waiting(), pk=incoming.pk, tries=incoming.tries, lease=LEASE):
        return  # the message came twice
    incoming.tries += 1
    try:
        path, data, origin = _read_file(incoming)
        try:
            notes, problems = store_notes(
                course=incoming.course, name=path.name, data=data, into=incoming.into, origin=origin
            )
        except EncodingUnsureError as unsure:
            if not unsure.candidates:
                raise
            _keep(incoming, path.name, data, origin)
            return
    except (RepositoryUnavailableError, NotesError) as error:
        fail(incoming, str(error))
        return
    _end(incoming, State.STORED, notes=notes, problem="\n".join(map(str, problems)))


def waiting() -> QuerySet[IncomingNotes]:
    """Return the fetches that no worker has: new, or of a worker that died."""
    return leases.free(IncomingNotes.objects.filter(state=State.FETCHING))


def give_up_if_dead(incoming: IncomingNotes) -> None:
    """Say that a fetch failed if no worker took it in time, or each that did died."""
    is_old = timezone.now() - incoming.created_at > LEASE * (incoming.tries + 1)
    if incoming.state == State.FETCHING and is_old and waiting().filter(pk=incoming.pk).exists():
        fail(incoming, GIVEN_UP)


def fail(incoming: IncomingNotes, message: str) -> None:
    _end(incoming, State.FAILED, problem=message)


# Any: values of fields
def _end(incoming: IncomingNotes, state: str, **values: Any) -> None:
    # unless the lease was lost to another worker
    own = IncomingNotes.objects.filter(pk=incoming.pk, state=State.FETCHING, tries=incoming.tries)
    if own.update(state=state, leased_until=None, **values):
        incoming.refresh_from_db()


def _read_file(incoming: IncomingNotes) -> tuple[PurePosixPath, bytes, Origin]:
    problem: NotesError | None = None
    with fetched(incoming.address, incoming.branch) as found:
        # Raised outside: inside, the fetch would take a ValueError for a damaged repository.
        try:
            return _read_branch(found, incoming)
        except NotesError as error:
            problem = error
    raise problem


def _read_branch(found: FetchedRepository, incoming: IncomingNotes) -> tuple[PurePosixPath, bytes, Origin]:
    oid = found.refs.get(f"refs/heads/{found.branch}")
    if oid is None:
        raise NotesError(f"The repository has no branch “{found.branch}”. Push it, or choose another.")
    tree = found.repo.commit(oid).tree
    path = incoming.path or _only_file(tree)
    blob = _find(tree, path)
    try:
        data = blob.data_stream.read()
    except (ValueError, OSError, LookupError) as error:  # it was left out of the fetch
        raise NotesError("It is over 1 MB, or damaged. Upload the file here.", path=path) from error
    return PurePosixPath(path), data, Origin(incoming.address, found.branch, path, oid)


# Any: objects of GitPython, which only `labs` imports
def _find(tree: Any, path: str) -> Any:
    try:
        found = tree / path
    except KeyError:
        found = None
    if found is None or found.type != "blob":
        have = ", ".join(_texts(tree)[:MAX_LISTED]) or "no file that can be notes"
        raise NotesError(f"The repository has no file {path}. It has: {have}.")
    return found


# Any: as above
def _only_file(tree: Any) -> str:
    texts = _texts(tree)
    likely = [path for path in texts if PurePosixPath(path).stem.lower() not in NOT_NOTES]
    if len(likely) != 1:
        have = ", ".join(likely[:MAX_LISTED]) or "no file that can be notes"
        raise NotesError(f"Enter the file with the notes. The repository has: {have}.")
    return likely[0]


# Any: as above
def _texts(tree: Any) -> list[str]:
    found = []
    for number, entry in enumerate(tree.traverse()):
        if number >= MAX_ENTRIES:
            break
        if entry.type == "blob" and PurePosixPath(entry.path).suffix.lower() in ENDINGS:
            found.append(str(entry.path))
    return sorted(found)
