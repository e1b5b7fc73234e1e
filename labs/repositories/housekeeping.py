"""Housekeeping: repack repositories, remove unclaimed folders, unused files and leftovers of killed processes."""

import logging
import os
import shutil
import tempfile
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Exists, OuterRef
from django.utils import timezone

from labs.grader.fetching.bounded_process import bytes_in
from labs.grader.fetching.mirrors import prune_mirrors
from labs.grader.git.objects import absent
from labs.grader.git.processes import RepositoryError
from labs.models import Lab, LabVersion, Repository, StarterFiles
from labs.repositories import bare, disk, expiry, folders, packing, ref_files
from lessons.models.deletion import KEPT_FOR

logger = logging.getLogger(__name__)

MAX_REPACK_SECONDS = 120  # in one run; the rest waits for the next
MAX_MARKS = 500
UNCLAIMED_DAYS = 30  # after a restore an administrator may still want folders without a row
LEFTOVER_SECONDS = 24 * 3600
MAX_TIPS_AT_ONCE = 10_000


def tidy() -> None:
    # a step that fails does not stop the others
    steps = (
        repack_waiting,
        sweep_unclaimed,
        sweep_temporary,
        sweep_mirrors,
        expiry.expire_graded,
        sweep_starter_files,
        clear_sessions,
        count_practice_bytes,
    )
    for step in steps:
        try:
            step()
        except (OSError, DatabaseError, RepositoryError):
            logger.exception("housekeeping: %s failed", step.__name__)


# --- packs ----------------------------------------------------------------------------------------------------------


def repack_waiting() -> int:
    started, packed = time.monotonic(), 0
    for repository in Repository.objects.in_folders(bare.folders_to_repack()[:MAX_MARKS]):
        if time.monotonic() - started > MAX_REPACK_SECONDS:
            break
        packed += repack(repository)
    return packed


def repack(repository: Repository) -> bool:
    """Pack all objects reachable from a branch, a tag or a receipt, and drop the rest. Return False if it is in use."""
    path = repository.path
    try:
        with bare.hold_lock(path, seconds=0) as lock:
            if bare.is_pushing(path):  # its receipt may be missing until `receipts.repair` writes it
                return False
            folders.owned_path(repository)
            bare.end_repack(path)  # first of all: if the rest fails, the next push asks again
            packing.repack_objects(path, _tips(repository), lock)
            bare.pack_refs(path, lock)
    except bare.BusyError:
        return False
    except (OSError, RepositoryError, bare.TookTooLongError) as error:
        logger.error("%s could not be repacked: %r", path, error)
        return False
    return True


def _tips(repository: Repository) -> list[str]:
    # a receipt may name objects of a folder that was lost
    tips = {object_id.decode() for object_id in ref_files.read_ids(repository.path).values()}
    for refs in repository.receipts.values_list("refs", flat=True).order_by().iterator():
        tips.update(refs.values())
    wanted = sorted(tips)
    for start in range(0, len(wanted), MAX_TIPS_AT_ONCE):
        tips -= absent(repository.path, wanted[start : start + MAX_TIPS_AT_ONCE])
    return sorted(tips)


# --- folders that no row names --------------------------------------------------------------------------------------


def sweep_unclaimed() -> int:
    """Remove half-made folders, and those without a row for UNCLAIMED_DAYS; return the number of the latter.

    A row is committed before its folder is created, so a folder without a row has lost it.
    """
    roots = (Path(settings.PRACTICE_ROOT), False), (Path(settings.GRADED_ROOT), True)
    return sum(_sweep_root(root, _claimed_folders(is_elsewhere=is_elsewhere)) for root, is_elsewhere in roots)


def _sweep_root(root: Path, claimed: set[str]) -> int:
    there = {path.stem: path for path in root.glob("*.git")}
    removed = 0
    for name, path in there.items():
        mark = path / "unclaimed"
        if name in claimed:
            mark.unlink(missing_ok=True)
        elif not mark.exists():
            mark.touch()
        elif time.time() - mark.stat().st_mtime > UNCLAIMED_DAYS * 24 * 3600:
            removed += _remove(path)
    for half_made in (*root.glob("*.new"), *root.glob("starters/labcheck-*")):
        if half_made.is_dir() and _is_leftover(half_made):
            shutil.rmtree(half_made, ignore_errors=True)
    _sweep_marks(root, {path.stem for path in root.glob("*.git")})
    return removed


def _claimed_folders(*, is_elsewhere: bool) -> set[str]:
    rows = Repository.objects.filter(host__isnull=not is_elsewhere).values_list("folder", "pk")
    return {folder or str(key) for folder, key in rows.iterator()}


def _remove(path: Path) -> bool:
    try:
        with bare.hold_lock(path, seconds=0):
            shutil.rmtree(path, ignore_errors=True)
    except bare.BusyError:
        return False
    return True


def _sweep_marks(root: Path, there: set[str]) -> None:
    for mark in (*root.glob("locks/*"), *root.glob("pushing/*"), *root.glob("packing/*")):
        with suppress(OSError):
            if mark.name not in there and _is_leftover(mark):
                mark.unlink()


# --- elsewhere ------------------------------------------------------------------------------------------------------


def sweep_temporary() -> int:
    removed = 0
    for folder in Path(tempfile.gettempdir()).glob("labcheck-*"):
        with suppress(OSError):
            if folder.lstat().st_uid == os.getuid() and folder.is_dir() and _is_leftover(folder):
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
    return removed


def _is_leftover(path: Path) -> bool:
    return time.time() - path.lstat().st_mtime > LEFTOVER_SECONDS


def sweep_mirrors() -> int:
    root = Path(settings.MIRROR_ROOT)
    return prune_mirrors(root, settings.MIRROR_MAX_BYTES) if root.is_dir() else 0


def sweep_starter_files() -> int:
    """Remove the files of starters that no lab.yaml has and that nobody uploaded in the last 30 days."""
    texts = (Lab._base_manager, LabVersion._base_manager)  # also of deleted labs
    used = [Exists(rows.filter(source__contains=OuterRef("commit"))) for rows in texts]
    old = StarterFiles.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    return old.exclude(used[0] | used[1]).delete()[0]


def clear_sessions() -> None:
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


def count_practice_bytes() -> int:
    root = Path(settings.PRACTICE_ROOT)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    size = bytes_in(root)
    disk.keep_practice_bytes(size)
    return size
