"""The bare repositories of the practice remote on disk. The web server writes them, workers only read."""

import fcntl
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.conf import settings

from labs.grader.fetching.upstream import DATA
from labs.grader.git.processes import ENVIRONMENT, RepositoryFault

GIT_SECONDS = 60
LOCK_SECONDS = 30
REPACK_SECONDS = 20  # less than a push waits for the lock

# `transfer.hideRefs` makes git refuse to update anything but branches and tags, and never tell of it.
SETTINGS = (
    "transfer.hideRefs=refs",
    "transfer.hideRefs=!refs/heads",
    "transfer.hideRefs=!refs/tags",
    "transfer.fsckObjects=true",
    *(f"receive.fsck.{name}=ignore" for name in DATA),
    "transfer.unpackLimit=1",
    "receive.denyDeletes=false",
    "receive.denyDeleteCurrent=ignore",
    "receive.denyNonFastForwards=false",
    "receive.autogc=false",
    "receive.advertisePushOptions=false",
    "uploadpack.allowFilter=false",
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "core.bigFileThreshold=2m",
    "pack.threads=1",
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.graftFileDeprecated=false",  # git would say in the learner's terminal that we name a graft file
)


class Busy(Exception):  # noqa: N818 - what it says to the learner
    """Another push to the same repository goes on."""


class TookTooLong(Exception):  # noqa: N818 - what it says to the learner
    """git was ended after `GIT_SECONDS`; nothing was changed."""


def _argv(*arguments: str, file_bytes: int = 0) -> list[str]:
    file_bytes = file_bytes or 2 * settings.PRACTICE_MAX_BYTES + (1 << 20)
    limits = [f"--fsize={file_bytes}", "--data=1073741824", f"--cpu={GIT_SECONDS}", "--core=0"]
    confined = ["prlimit", *limits, "--"] if shutil.which("prlimit") else []
    own = [*SETTINGS, f"receive.maxInputSize={settings.PRACTICE_MAX_BYTES}"]
    return [*confined, "git", *(part for setting in own for part in ("-c", setting)), *arguments]


# --- pushes, one at a time ------------------------------------------------------------------------------------------


def _beside(path: Path, folder: str) -> Path:
    """A file that belongs to a repository, out of reach of git: `x.git` has `locks/x` and `pushing/x`."""
    place = path.parent / folder
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place / path.stem


@contextmanager
def locked(path: Path, *, seconds: float = LOCK_SECONDS) -> Iterator[IO[bytes]]:
    """Hold a repository alone. Raises Busy after `seconds`.

    A process that inherits the file holds the lock with us, and goes on holding it should we die.
    """
    deadline = time.monotonic() + seconds
    with _beside(path, "locks").open("wb") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise Busy from None
                time.sleep(0.02)
        yield lock


def begin_push(path: Path) -> None:
    """Leave a mark that stands until the push is recorded."""
    _beside(path, "pushing").touch()


def end_push(path: Path) -> None:
    _beside(path, "pushing").unlink(missing_ok=True)


def pushing() -> list[str]:
    """Return the folders of repositories with a push in progress or interrupted."""
    place = Path(settings.PRACTICE_ROOT) / "pushing"
    return sorted(mark.name for mark in place.iterdir()) if place.is_dir() else []


def is_pushing(path: Path) -> bool:
    return _beside(path, "pushing").exists()


def sweep(path: Path) -> None:
    """Remove what a git that was killed leaves behind; a lock file would keep its branch from ever moving again."""
    for left in (*path.glob("*.lock"), *(path / "refs").rglob("*.lock"), *path.glob("objects/pack/tmp_*")):
        left.unlink(missing_ok=True)
    for quarantine in (path / "objects").glob("tmp_objdir-*"):
        shutil.rmtree(quarantine, ignore_errors=True)


def ask_for_repack(path: Path) -> None:
    """Mark a repository for `housekeeping` to repack."""
    with suppress(OSError):  # a full disk takes no push back: the next one asks again
        _beside(path, "packing").touch()


def end_repack(path: Path) -> None:
    _beside(path, "packing").unlink(missing_ok=True)


def to_repack() -> list[str]:
    """Return the folders of repositories marked for repacking."""
    place = Path(settings.PRACTICE_ROOT) / "packing"
    return sorted(mark.name for mark in place.iterdir()) if place.is_dir() else []


def packs(path: Path) -> list[Path]:
    return list(path.glob("objects/pack/*.pack"))


# --- git ------------------------------------------------------------------------------------------------------------


def advertise(path: Path, service: str, protocol: str) -> bytes:
    """The refs as `service` tells them to a client that fetches."""
    with tempfile.TemporaryFile() as nothing, tempfile.TemporaryFile() as answer:
        _run(path, service, "--http-backend-info-refs", stdin=nothing, stdout=answer, protocol=protocol)
        answer.seek(0)
        return answer.read()


def serve(
    path: Path, service: str, body: IO[bytes], protocol: str = "", lock: IO[bytes] | None = None
) -> IO[bytes]:
    """What `service` answers to a request, as a file at its beginning. Raises TookTooLong."""
    answer = tempfile.TemporaryFile()  # noqa: SIM115 - whoever streams it closes it
    try:
        _run(path, service, stdin=body, stdout=answer, protocol=protocol, lock=lock)
    except BaseException:
        answer.close()
        raise
    answer.seek(0)
    return answer


def _run(
    path: Path,
    service: str,
    *options: str,
    stdin: IO[bytes],
    stdout: IO[bytes],
    protocol: str = "",
    lock: IO[bytes] | None = None,
) -> None:
    known = protocol if re.fullmatch(r"version=[12]", protocol) else ""
    argv = _argv(service, "--stateless-rpc", *options, str(path))
    _run_git(argv, {"GIT_PROTOCOL": known}, GIT_SECONDS, stdin=stdin, stdout=stdout, lock=lock)


def pack_objects(path: Path, tips: Iterable[str], lock: IO[bytes]) -> str:
    """Write one pack of all that is reachable from `tips` beside those there are; its name, "" for an empty one.

    Raises TookTooLong, RepositoryFault.
    """
    most = settings.PRACTICE_QUOTA_BYTES + 2 * settings.PRACTICE_MAX_BYTES
    options = ["--revs", "--quiet", "--non-empty", "--delta-base-offset"]
    pack = str(path / "objects/pack/pack")
    argv = _argv(f"--git-dir={path}", "pack-objects", *options, pack, file_bytes=most)
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as answer:
        asked.write("".join(f"{tip}\n" for tip in tips).encode())
        asked.seek(0)
        status = _run_git(argv, {}, REPACK_SECONDS, stdin=asked, stdout=answer, lock=lock)
        answer.seek(0)
        if status:
            raise RepositoryFault(f"git pack-objects ended with {status} in {path}")
        return answer.read().decode().strip()


def pack_refs(path: Path, lock: IO[bytes]) -> None:
    argv = _argv(f"--git-dir={path}", "pack-refs", "--all", "--prune")
    with tempfile.TemporaryFile() as nothing, tempfile.TemporaryFile() as answer:
        _run_git(argv, {}, REPACK_SECONDS, stdin=nothing, stdout=answer, lock=lock)


def _run_git(
    argv: list[str],
    environment: dict[str, str],
    seconds: float,
    *,
    stdin: IO[bytes],
    stdout: IO[bytes],
    lock: IO[bytes] | None,
) -> int:
    process = subprocess.Popen(
        argv,
        env={**ENVIRONMENT, **environment},
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=[lock.fileno()] if lock else [],
    )
    try:
        if not _ends_within(process, seconds):
            raise TookTooLong
        return process.wait()
    finally:
        _end(process)


def _ends_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for the process without the 50 ms polling of `Popen.wait`, which delayed each push."""
    if sys.platform != "linux":
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        return process.returncode is not None
    ended = os.pidfd_open(process.pid)
    try:
        poll = select.poll()
        poll.register(ended, select.POLLIN)
        return bool(poll.poll(seconds * 1000))
    finally:
        os.close(ended)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the whole group; at SIGTERM git removes its lock files and its quarantine."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
