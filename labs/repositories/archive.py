"""All repositories of a lab as one TAR, made while it is sent: a bundle for each, from which `git clone` works.

Bundles are named after the folders of the repositories, which are random letters and digits, so nothing that a learner
chose becomes a file name. Files of repositories are never checked out.
"""

import csv
import io
import logging
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

from labs.grader.fetching.mirrors import hold, mirror_path
from labs.grader.fetching.refusals import FetchError
from labs.grader.git.objects import absent
from labs.grader.git.processes import RepositoryError
from labs.grader.git.repository import WITHOUT_LARGE_FILES
from labs.models import Repository
from labs.repositories import bare, folders, graded, ref_files
from lessons.pseudonyms import Names

logger = logging.getLogger(__name__)

MAX_BYTES = 2 << 30
MAX_SECONDS = 100
MAX_RECEIPTS = 50  # of one repository, from the newest
_MAIN = b"refs/heads/main"
_BLOCK = tarfile.BLOCKSIZE
_CHUNK = 1 << 18
_CAUSES = (RepositoryError, FetchError, bare.TookTooLongError, bare.BusyError, OSError)


def archive_chunks(repositories: Iterable[Repository], names: Names | None = None) -> Iterator[bytes]:
    """Yield a TAR with a bundle for each repository and `repositories.csv`, which names the learners as `names` does.

    Past MAX_BYTES or MAX_SECONDS, or if one cannot be read, its row says so instead.
    """
    rows: list[tuple[str, str, str]] = []
    sent, started = 0, time.monotonic()
    for repository in repositories:
        name = f"{repository.folder or repository.pk}.bundle"
        with tempfile.TemporaryFile() as bundle:
            is_late = time.monotonic() - started > MAX_SECONDS
            problem = (
                "not included: the archive took too long" if is_late else write_bundle(repository, bundle)
            )
            size = bundle.tell()
            if not problem and sent + size > MAX_BYTES:
                problem = "not included: the archive is full"
            if not problem:
                yield from _member(name, bundle, size)
                sent += size
        rows.append((*_learner_and_place(repository, names), problem or name))
    yield from _index(rows)
    yield b"\0" * 2 * _BLOCK


def write_bundle(repository: Repository, bundle: IO[bytes]) -> str:
    """Write the branches and tags of a repository into an open file. Return a reason if that fails, else ""."""
    try:
        with _opened(repository) as (path, refs):
            if not refs:
                return "not included: no branch or tag is stored"
            if (path / WITHOUT_LARGE_FILES).exists() and bare.lacks_objects(path, refs.values()):
                return "not included: it has files over 1 MB, which the portal does not fetch"
            branches = [ref for ref in sorted(refs) if ref.startswith(b"refs/heads/")]
            head = _MAIN if _MAIN in refs else next(iter(branches), b"")
            bare.write_bundle(path, refs, head, bundle)
            bundle.seek(0, 2)
    except _CAUSES:
        logger.exception("repository %s is not in an archive", repository.pk)
        return "not included: it could not be read"
    return ""


@contextmanager
def _opened(repository: Repository) -> Iterator[tuple[Path, dict[bytes, bytes]]]:
    if repository.address is None:
        path = folders.owned_path(repository)
        yield path, ref_files.read_own_ids(path)
        return
    for receipt in repository.receipts.all()[:MAX_RECEIPTS]:  # the newest state that was graded
        if kept := graded.path_of_state(repository, receipt.digest):
            yield kept, _as_bytes(receipt.refs)
            return
    path = mirror_path(settings.MIRROR_ROOT, repository.address)
    if not path.is_dir():
        yield path, {}
        return
    newest = repository.receipts.first()
    refs = newest.refs if newest else {}
    with hold(path, seconds=5):
        gone = absent(path, refs.values())
        yield path, _as_bytes({name: oid for name, oid in refs.items() if oid not in gone})


def _as_bytes(refs: Mapping[str, str]) -> dict[bytes, bytes]:
    return {name.encode("utf-8", "replace"): object_id.encode() for name, object_id in refs.items()}


# --- TAR ------------------------------------------------------------------------------------------------------------


def _member(name: str, content: IO[bytes], size: int) -> Iterator[bytes]:
    # tarfile itself would copy the whole file before anything can be sent
    header = tarfile.TarInfo(name)
    header.size, header.mtime = size, int(time.time())
    yield header.tobuf(tarfile.USTAR_FORMAT)
    content.seek(0)
    while chunk := content.read(_CHUNK):
        yield chunk
    yield b"\0" * (-size % _BLOCK)


def _learner_and_place(repository: Repository, names: Names | None) -> tuple[str, str]:
    learner = repository.enrollment
    if names is None or names.are_shown(learner.course, learner.cohort_id):
        return _plain(learner.user.email), str(repository.address or "practice remote")
    return names.of(learner), "on GitHub" if repository.address else "practice remote"


def _plain(email: str) -> str:
    # a spreadsheet would run an address such as =1+1@example.org
    return email if email[:1].isalnum() else f"'{email}"


def _index(rows: Iterable[tuple[str, str, str]]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("learner", "repository", "file"))
    writer.writerows(rows)
    data = text.getvalue().encode("utf-8", "replace")
    yield from _member("repositories.csv", io.BytesIO(data), len(data))
