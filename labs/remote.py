"""The bare repositories of the practice remote on disk. The web server writes them, workers only read."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

from labs.grader.plumbing import ENVIRONMENT, RepositoryFault, output_of

GIT_SECONDS = 60
LOCK_SECONDS = 30
MOST_REFS = 1_000
MOST_REF_BYTES = 4 << 20

# `transfer.hideRefs` makes git refuse to update anything but branches and tags, and never tell of it.
SETTINGS = (
    "transfer.hideRefs=refs",
    "transfer.hideRefs=!refs/heads",
    "transfer.hideRefs=!refs/tags",
    "transfer.fsckObjects=true",
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


def _argv(*arguments: str) -> list[str]:
    most = 2 * settings.PRACTICE_MAX_BYTES + (1 << 20)
    limits = [f"--fsize={most}", "--data=1073741824", f"--cpu={GIT_SECONDS}", "--core=0"]
    confined = ["prlimit", *limits, "--"] if shutil.which("prlimit") else []
    own = [*SETTINGS, f"receive.maxInputSize={settings.PRACTICE_MAX_BYTES}"]
    return [*confined, "git", *(part for setting in own for part in ("-c", setting)), *arguments]


# --- pushes, one at a time ------------------------------------------------------------------------------------------


def _beside(path: Path, folder: str) -> Path:
    """A file that belongs to a repository, out of reach of git: `7.git` has `locks/7` and `pushing/7`."""
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
    """Leave a mark that stands until the push is recorded. What an interrupted push left is swept first."""
    mark = _beside(path, "pushing")
    if mark.exists():
        sweep(path)
    mark.touch()


def end_push(path: Path) -> None:
    _beside(path, "pushing").unlink(missing_ok=True)


def pushing() -> list[int]:
    """The keys of the repositories with a push that goes on or was interrupted."""
    place = Path(settings.PRACTICE_ROOT) / "pushing"
    return sorted(int(mark.name) for mark in place.iterdir()) if place.is_dir() else []


def sweep(path: Path) -> None:
    """Remove what a git that was killed leaves behind; a lock file would keep its branch from ever moving again."""
    for lock in (*path.glob("*.lock"), *(path / "refs").rglob("*.lock")):
        lock.unlink(missing_ok=True)
    for quarantine in (path / "objects").glob("tmp_objdir-*"):
        shutil.rmtree(quarantine, ignore_errors=True)


# --- git ------------------------------------------------------------------------------------------------------------


def ensure(path: Path) -> None:
    """Create the bare repository where there is none; whole or not at all."""
    if not path.is_dir():
        with locked(path):
            if not path.is_dir():  # another request may have made it while this one waited
                _create(path)


def _create(path: Path) -> None:
    new = path.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    arguments = ["init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(new)]
    done = subprocess.run(_argv(*arguments), env=ENVIRONMENT, capture_output=True, timeout=GIT_SECONDS)
    if done.returncode:
        raise RepositoryFault(done.stderr.decode("utf-8", "replace"))
    new.rename(path)


def read_refs(path: Path) -> dict[str, str]:
    """All branches and tags with their objects. Raises RepositoryFault."""
    listing = ["for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags"]
    lines = output_of(path, *listing, most=MOST_REF_BYTES, what="The list of refs").splitlines()
    pairs = (line.decode("utf-8", "backslashreplace").split(" ", 1) for line in lines)
    return {name: oid for oid, name in pairs}


def advertise(path: Path, service: str, protocol: str) -> bytes:
    """The refs as `service` (receive-pack or upload-pack) tells them to a client."""
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
    process = subprocess.Popen(
        _argv(service, "--stateless-rpc", *options, str(path)),
        env={**ENVIRONMENT, "GIT_PROTOCOL": known},
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=[lock.fileno()] if lock else [],
    )
    try:
        process.wait(GIT_SECONDS)
    except subprocess.TimeoutExpired:
        raise TookTooLong from None
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the whole group; at SIGTERM git removes its lock files and its quarantine."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
