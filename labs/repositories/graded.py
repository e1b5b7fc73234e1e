"""Graded states of repositories on other hosts, so that a regrade and the pages of files need no network.

Each learner's repository for a lab has its own bare repository in `GRADED_ROOT`: no learner's objects are near
another's. The states share their objects there. `refs/graded/DIGEST/N` keep the objects of a state.
"""

import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from django.conf import settings

from labs.grader.git.objects import absent
from labs.grader.git.processes import RepositoryError
from labs.grader.git.repository import WITHOUT_LARGE_FILES
from labs.models import Repository
from labs.repositories import bare, disk, folders, practice_git, ref_files, starters

logger = logging.getLogger(__name__)

MAX_LOCK_SECONDS = 5
States = dict[str, list[str]]  # the object IDs that each state needs, by its digest
FAILURES = (OSError, RepositoryError, bare.BusyError, bare.TookTooLongError)
_PREFIX = b"refs/graded/"
_DAMAGED = "damaged-states"  # a file with the digests of states that could not be read


def path_of_state(repository: Repository, digest: str) -> Path | None:
    """Return the folder with all objects of a received state, None if it is not kept. Raises RepositoryError."""
    if repository.address is None:
        return folders.owned_path(repository)
    if not repository.path.is_dir():
        return None
    path = folders.owned_path(repository)
    return path if digest in read_states(path) else None


def digests_of(repository: Repository) -> list[str] | None:
    """Return the digests of the states that are kept, None for the practice remote, which keeps all."""
    if repository.address is None:
        return None
    return list(read_states(folders.owned_path(repository)))


def read_states(path: Path) -> States:
    states: States = {}
    for name, object_id in ref_files.read_packed(path, (_PREFIX,)).items():
        states.setdefault(name.split(b"/")[2].decode(), []).append(object_id.decode())
    return states


def write_states(path: Path, states: States) -> None:
    """Replace the refs; call it with the lock of the repository. Raises RepositoryError if they are too many."""
    refs = {
        f"refs/graded/{digest}/{number}": object_id
        for digest, object_ids in states.items()
        for number, object_id in enumerate(object_ids, 1)
    }
    text = "".join(f"{refs[name]} {name}\n" for name in sorted(refs))
    if len(text) > ref_files.MAX_PACKED_BYTES:
        raise RepositoryError(f"{path} would have more packed refs than the limit.")
    new = path / "packed-refs.new"
    new.write_text(text, encoding="ascii")
    new.replace(path / "packed-refs")


def keep(repository: Repository, digest: str, refs: Mapping[str, str], mirror: Path) -> None:
    """Copy a graded state from a mirror that is held. Without room or after a failure, log that: the result stays."""
    try:
        if not _has_room():
            logger.warning("graded states of repository %s are not kept: the limit is reached", repository.pk)
            return
        path = folders.ensure(repository)
        with bare.hold_lock(path, seconds=MAX_LOCK_SECONDS) as lock:
            states, damaged = read_states(path), _read_damaged(path)
            new = {digest: sorted(set(refs.values()))}
            if digest in damaged:
                _copy_again(path, states | new, new[digest], mirror, lock)
                _write_damaged(path, damaged - {digest})
            elif digest not in states:
                _copy(repository, path, states | new, mirror, lock)
    except FAILURES:
        logger.exception("a graded state of repository %s is not kept", repository.pk)


def note_damage(repository: Repository, digest: str) -> None:
    """Let the next `keep` of this state store its objects again. Until then, the damaged copy stays."""
    try:
        path = folders.owned_path(repository)
        with bare.hold_lock(path, seconds=MAX_LOCK_SECONDS):
            _write_damaged(path, _read_damaged(path) | {digest})
    except FAILURES:
        logger.exception("a damaged state of repository %s is not noted", repository.pk)


def _read_damaged(path: Path) -> set[str]:
    try:
        return set((path / _DAMAGED).read_text(encoding="ascii").split())
    except FileNotFoundError:
        return set()


def _write_damaged(path: Path, digests: set[str]) -> None:
    new = path / f"{_DAMAGED}.new"
    new.write_text("".join(f"{digest}\n" for digest in sorted(digests)), encoding="ascii")
    new.replace(path / _DAMAGED)


def _has_room() -> bool:
    root = Path(settings.GRADED_ROOT)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_short = shutil.disk_usage(root).free < settings.DISK_RESERVE_BYTES
    return not is_short and disk.graded_bytes() < settings.GRADED_MAX_BYTES


def _copy_again(path: Path, states: States, tips: list[str], mirror: Path, lock: IO[bytes]) -> None:
    # All of the state in a new pack: Git reads an object from another pack if one is damaged. The pack is made in an
    # empty repository, because Git compares new objects with those that are there.
    new = path.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    practice_git.create(new)
    bare.copy_objects(mirror, new, tips, lock)
    if absent(new, tips):
        raise RepositoryError(f"{new} lacks objects that were copied")
    files = (new / "objects/pack").iterdir()
    for file in sorted(files, key=lambda file: file.suffix == ".idx"):  # last: Git finds a pack by its index
        file.replace(path / "objects/pack" / file.name)
    shutil.rmtree(new)
    write_states(path, states)


def _copy(repository: Repository, path: Path, states: States, mirror: Path, lock: IO[bytes]) -> None:
    # `states` has the stored ones, of which everything is there, and the new one
    (path / WITHOUT_LARGE_FILES).touch()
    size = _pack_bytes(path)
    stored = {each for ids in read_states(path).values() for each in ids} | _link_starter(repository, mirror)
    tips = {each for ids in states.values() for each in ids}
    known = stored - absent(mirror, stored)
    revisions = [*sorted(tips - stored), *(f"^{each}" for each in sorted(known))]
    bare.copy_objects(mirror, path, revisions, lock)
    if absent(path, tips):
        raise RepositoryError(f"{path} lacks objects that were copied")
    write_states(path, states)
    disk.keep_graded_bytes(disk.graded_bytes() + max(0, _pack_bytes(path) - size))


def _link_starter(repository: Repository, mirror: Path) -> set[str]:
    # A class that cloned one starter shares its pack on disk, as practice repositories do.
    version = repository.lab.current
    tips = set(version.starter["refs"].values()) if version and version.starter else set()
    if version is None or not tips or absent(mirror, tips):
        return set()
    starters.link_objects(version, repository.path)
    return tips


def _pack_bytes(path: Path) -> int:
    return sum(pack.stat().st_size for pack in bare.packs(path) if not pack.with_suffix(".keep").exists())
