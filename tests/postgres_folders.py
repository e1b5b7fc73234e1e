"""Folders of the PostgreSQL servers of tests, and the removal of those whose run was killed."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

DISK, MEMORY = Path("/tmp"), Path("/dev/shm")
MAX_DATA_BYTES = 4 << 30  # of the servers that run at once
PREFIX = "portal-pg-"


@contextmanager
def postgres_folders() -> Iterator[tuple[Path, Path, int]]:
    """Yield a folder, one for the data, and the descriptor of a lock, which the server should inherit.

    As long as the run or its server has the lock open, no other run removes the folders.
    """
    remove_dead()
    new = Path(tempfile.mkdtemp(prefix=f"new-{PREFIX}", dir=DISK))
    lock = os.open(new / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    folder = new.rename(DISK / new.name.removeprefix("new-"))  # other runs see it with its lock only
    home = (MEMORY if _memory_is_roomy() else folder) / folder.name
    try:
        home.mkdir(0o700)
        yield folder, home, lock
    finally:
        _remove(folder)
        os.close(lock)


def remove_dead() -> None:
    """Remove the folders of this user's runs that ended, with their servers, before they could do it."""
    for path in DISK.glob(f"{PREFIX}*/lock"):
        with suppress(OSError), path.open("rb") as lock:  # somebody has the lock, or it is gone
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(lock.fileno()).st_uid == os.getuid():
                _remove(path.parent)


def _remove(folder: Path) -> None:
    for place in (MEMORY, DISK):
        shutil.rmtree(place / folder.name, ignore_errors=True)


def _memory_is_roomy() -> bool:
    """Say whether a few servers fit into the folder in memory; containers often have 64 MB."""
    return os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MAX_DATA_BYTES
