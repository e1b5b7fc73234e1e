"""Cached copies of repositories, so that regrading fetches only what is new. One process holds each at a time.

A mirror is a bare repository made of a few files that we write; git writes nothing but its objects. The lock is on
the folder itself, so there is no lock file.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ..git.repository import WITHOUT_LARGE_FILES
from .address import Address
from .bounded_process import bytes_in
from .refusals import FetchError, FetchRefusedError

HOLD_SECONDS = 60.0
_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
_REFS = "packed-refs"


class Mirror:
    """A folder that is held; see `hold`. It is complete, empty, or left over from an interrupted fetch."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mark = path / WITHOUT_LARGE_FILES

    @property
    def objects(self) -> Path:
        return self.path / "objects"

    @property
    def packs(self) -> int:
        return sum(1 for _ in self.objects.glob("pack/*.pack"))

    def is_complete(self) -> bool:
        return self._mark.is_file()

    @contextmanager
    def filling(self, uid: int | None) -> Iterator[None]:
        """Allow the uid that fetches to add objects; the mirror is incomplete until `complete()` is called.

        If the host failed or sent nothing, the mirror is restored; after any other failure it is emptied.
        """
        was_complete = self.is_complete()
        self._prepare(uid)
        before = set(self.objects.rglob("*"))
        try:
            yield
        except FetchRefusedError as refusal:
            if not was_complete or not (refusal.is_transient or refusal.before_transfer):
                self.empty()
            else:
                self._remove_all_but(before)
                self._mark.touch()
            raise
        except BaseException:
            self.empty()
            raise

    def _prepare(self, uid: int | None) -> None:
        if not self.is_complete():  # a fetch that was killed may have left anything
            self.empty()
        self._mark.unlink(missing_ok=True)
        for folder in (self.path, self.path / "refs", self.objects):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)  # whatever the umask: the uid must be able to read all of it
        if uid is not None:
            os.chown(self.objects, uid, uid)
        self._write("config", _CONFIG)
        self._write("HEAD", "ref: refs/heads/main\n")

    def _write(self, name: str, text: str) -> None:
        path = self.path / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)

    def _remove_all_but(self, kept: set[Path]) -> None:
        for path in set(self.objects.rglob("*")) - kept:
            if not path.is_dir():
                path.unlink(missing_ok=True)

    def complete(self, refs: Mapping[str, str], default_branch: str) -> None:
        # the fetched refs replace all earlier ones, so refs deleted on the host are dropped
        lines = (f"{object_id} {name}\n" for name, object_id in sorted(refs.items()))
        self._write(_REFS, "".join(lines))
        self._write("HEAD", f"ref: refs/heads/{default_branch}\n")
        self._mark.touch()

    def empty(self) -> None:
        self._mark.unlink(missing_ok=True)  # first, in case we are killed half-way
        for path in self.path.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def mirror_path(root: Path, address: Address) -> Path:
    # hosts ignore case in names
    return root / address.host / f"{address.owner}+{address.name}.git".lower()


@contextmanager
def hold(path: Path, *, seconds: float = HOLD_SECONDS) -> Iterator[Mirror]:
    """Hold a mirror, created if missing, for fetching and reading. Raises FetchError after `seconds`.

    A mirror that ends up empty is removed. The lock ends with the process.
    """
    folder = _locked(path, time.monotonic() + seconds)
    try:
        yield Mirror(path)
        os.utime(path)
    finally:
        with suppress(OSError):
            path.rmdir()
        os.close(folder)


def _locked(path: Path, deadline: float) -> int:
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):  # exist_ok raises it if the holder removes the folder at that moment
            path.mkdir()
        folder = _lock(path)
        if folder is not None:
            return folder
        if time.monotonic() >= deadline:
            raise FetchError(f"timed out waiting for the mirror {path.name}")
        time.sleep(0.05)


def _lock(path: Path) -> int | None:
    # None if it is in use, or was removed in the meantime
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return None
    with suppress(OSError):
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(folder), path.stat()):
            return folder
    os.close(folder)
    return None


def prune_mirrors(root: Path, max_bytes: int) -> int:
    """Remove the least recently used mirrors until the rest fits; return how many. Held ones stay."""
    mirrors = sorted(root.glob("*/*.git"), key=lambda path: path.stat().st_mtime)
    sizes = {path: bytes_in(path) for path in mirrors}
    total, removed = sum(sizes.values()), 0
    for path, size in sizes.items():
        if total <= max_bytes:
            break
        if _remove(path):
            total, removed = total - size, removed + 1
    return removed


def _remove(path: Path) -> bool:
    folder = _lock(path)
    if folder is None:
        return False
    try:
        Mirror(path).empty()
        path.rmdir()
    finally:
        os.close(folder)
    return True
