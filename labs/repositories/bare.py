"""The bare repositories of the practice remote on disk. The web server writes them, workers only read."""

import errno
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
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.conf import settings

from labs.grader.fetching.upstream import DATA
from labs.grader.git.processes import ENVIRONMENT, RepositoryError

GIT_SECONDS = 60
MAX_LOCK_SECONDS = 30
REPACK_SECONDS = 20  # less than a push waits for the lock
EMPTY_PACK_BYTES = 32  # a header and a checksum
NO_ROOM_BYTES = 1 << 16  # free space that a full disk may still report

# `transfer.hideRefs` makes git hide everything but branches and tags, and refuse to update it.
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
    "advice.graftFileDeprecated=false",  # git would warn about our graft file in the learner's terminal
)


class BusyError(Exception):
    """Another push to the same repository is running."""


class TookTooLongError(Exception):
    """git was terminated after `GIT_SECONDS`; nothing was changed."""


def _argv(*arguments: str, file_bytes: int = 0) -> list[str]:
    file_bytes = file_bytes or 2 * settings.PRACTICE_MAX_BYTES + (1 << 20)
    limits = [f"--fsize={file_bytes}", "--data=1073741824", f"--cpu={GIT_SECONDS}", "--core=0"]
    confined = ["prlimit", *limits, "--"] if shutil.which("prlimit") else []
    own = [*SETTINGS, f"receive.maxInputSize={settings.PRACTICE_MAX_BYTES}"]
    return [*confined, "git", *(part for setting in own for part in ("-c", setting)), *arguments]


# --- pushes, one at a time ------------------------------------------------------------------------------------------


def _mark_path(path: Path, folder: str) -> Path:
    # a file that belongs to a repository, out of git's reach: `x.git` has `locks/x` and `pushing/x`
    place = path.parent / folder
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place / path.stem


@contextmanager
def hold_lock(path: Path, *, seconds: float = MAX_LOCK_SECONDS) -> Iterator[IO[bytes]]:
    """Lock a repository. Raises BusyError after `seconds`.

    A child process that inherits the file shares the lock, and keeps it if we die.
    """
    deadline = time.monotonic() + seconds
    with _mark_path(path, "locks").open("wb") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise BusyError from None
                time.sleep(0.02)
        yield lock


def begin_push(path: Path) -> None:
    _mark_path(path, "pushing").touch()


def end_push(path: Path) -> None:
    _mark_path(path, "pushing").unlink(missing_ok=True)


def push_began_at(path: Path) -> datetime | None:
    """Return the time of the mark of a push in progress or interrupted, None without one."""
    try:
        return datetime.fromtimestamp(_mark_path(path, "pushing").stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def folders_with_push() -> list[str]:
    """Return the folders of repositories with a push in progress or interrupted."""
    place = Path(settings.PRACTICE_ROOT) / "pushing"
    return sorted(mark.name for mark in place.iterdir()) if place.is_dir() else []


def is_pushing(path: Path) -> bool:
    return _mark_path(path, "pushing").exists()


def sweep(path: Path) -> None:
    # a lock file left by a killed git would block its branch for ever
    for left in (*path.glob("*.lock"), *(path / "refs").rglob("*.lock"), *path.glob("objects/pack/tmp_*")):
        left.unlink(missing_ok=True)
    for quarantine in (path / "objects").glob("tmp_objdir-*"):
        shutil.rmtree(quarantine, ignore_errors=True)


def ask_for_repack(path: Path) -> None:
    with suppress(OSError):  # a full disk does not undo the push: the next one asks again
        _mark_path(path, "packing").touch()


def end_repack(path: Path) -> None:
    _mark_path(path, "packing").unlink(missing_ok=True)


def folders_to_repack() -> list[str]:
    place = Path(settings.PRACTICE_ROOT) / "packing"
    return sorted(mark.name for mark in place.iterdir()) if place.is_dir() else []


def packs(path: Path) -> list[Path]:
    return list(path.glob("objects/pack/*.pack"))


# --- git ------------------------------------------------------------------------------------------------------------


def advertise(path: Path, service: str, protocol: str) -> bytes:
    """Return the refs as `service` advertises them to a fetch. Raises TookTooLongError, RepositoryError."""
    argv = _argv(service, "--stateless-rpc", "--http-backend-info-refs", str(path))
    with tempfile.TemporaryFile() as nothing, tempfile.TemporaryFile() as answer:
        status = _run_git(argv, _protocol_environment(protocol), GIT_SECONDS, stdin=nothing, stdout=answer)
        if status:
            raise _git_error(service, status, path, answer)
        answer.seek(0)
        return answer.read()


def receive_pack(path: Path, body: IO[bytes], lock: IO[bytes] | None = None) -> IO[bytes]:
    """Return git's answer to a push, as a file at its beginning. Raises TookTooLongError.

    The exit status adds nothing to the answer.
    """
    with _answer() as answer:
        argv = _argv("receive-pack", "--stateless-rpc", str(path))
        _run_git(argv, {}, GIT_SECONDS, stdin=body, stdout=answer, lock=lock)
        return answer


def upload_pack(path: Path, body: IO[bytes], protocol: str) -> IO[bytes]:
    """Return git's answer to a fetch, as a file at its beginning. Raises TookTooLongError, RepositoryError, OSError."""
    with _answer() as answer:
        argv = _argv("upload-pack", "--stateless-rpc", str(path), file_bytes=_max_answer_bytes())
        status = _run_git(argv, _protocol_environment(protocol), GIT_SECONDS, stdin=body, stdout=answer)
        if status and not _refuses(answer):
            raise _git_error("upload-pack", status, path, answer)
        return answer


@contextmanager
def _answer() -> Iterator[IO[bytes]]:
    # the caller closes the file
    answer = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        yield answer
        answer.seek(0)
    except BaseException:
        answer.close()
        raise


def _protocol_environment(protocol: str) -> dict[str, str]:
    return {"GIT_PROTOCOL": protocol if re.fullmatch(r"version=[12]", protocol) else ""}


def _max_answer_bytes() -> int:
    # thin packs are completed in addition to the quota
    return int(settings.PRACTICE_QUOTA_BYTES + 2 * settings.PRACTICE_MAX_BYTES)


def _refuses(answer: IO[bytes]) -> bool:
    # such as "not our ref": git told the client itself
    answer.seek(0)
    return answer.read(8)[4:] == b"ERR "


def _git_error(service: str, status: int, path: Path, answer: IO[bytes]) -> Exception:
    disk = os.fstatvfs(answer.fileno())
    if disk.f_bavail * disk.f_frsize < NO_ROOM_BYTES:
        return OSError(errno.ENOSPC, f"no disk space for the output of git {service}")
    return RepositoryError(f"git {service} exited with status {status} in {path}")


def pack_objects(
    path: Path, tips: Iterable[str], lock: IO[bytes] | None = None, *, may_lack: bool = False
) -> str:
    """Write one pack of everything reachable from `tips` and return its name, "" for an empty one.

    The old packs stay. Objects in packs with a `.keep` file are left out. With `may_lack`, objects may be missing, as
    large files are in a mirror. Raises TookTooLongError, RepositoryError.
    """
    options = ["--revs", "--quiet", "--non-empty", "--delta-base-offset", "--honor-pack-keep"]
    options += ["--missing=allow-any"] if may_lack else []
    pack = str(path / "objects/pack/pack")
    argv = _argv(f"--git-dir={path}", "pack-objects", *options, pack, file_bytes=_max_answer_bytes())
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as answer:
        asked.write("".join(f"{tip}\n" for tip in tips).encode())
        asked.seek(0)
        status = _run_git(argv, {}, REPACK_SECONDS, stdin=asked, stdout=answer, lock=lock)
        answer.seek(0)
        if status:
            raise RepositoryError(f"git pack-objects exited with status {status} in {path}")
        return answer.read().decode().strip()


def copy_objects(source: Path, target: Path, revisions: Iterable[str], lock: IO[bytes]) -> None:
    """Copy everything reachable from `revisions` of a mirror into one pack of `target`; `^ID` leaves that out.

    Files that the mirror lacks because they are large stay missing. Raises TookTooLongError, RepositoryError.
    """
    options = ["--revs", "--quiet", "--stdout", "--delta-base-offset", "--missing=allow-any"]
    pack = _argv(f"--git-dir={source}", "pack-objects", *options, file_bytes=_max_answer_bytes())
    index = _argv(f"--git-dir={target}", "index-pack", "--stdin", file_bytes=_max_answer_bytes())
    with (
        tempfile.TemporaryFile() as asked,
        tempfile.TemporaryFile() as packed,
        tempfile.TemporaryFile() as name,
    ):
        asked.write("".join(f"{revision}\n" for revision in revisions).encode())
        asked.seek(0)
        status = _run_git(pack, {}, REPACK_SECONDS, stdin=asked, stdout=packed, lock=lock)
        if not status and packed.seek(0, os.SEEK_END) > EMPTY_PACK_BYTES:
            packed.seek(0)
            status = _run_git(index, {}, REPACK_SECONDS, stdin=packed, stdout=name, lock=lock)
        if status:
            raise RepositoryError(f"git could not copy objects of {source} to {target}: status {status}")


def write_bundle(path: Path, refs: Mapping[bytes, bytes], head: bytes, bundle: IO[bytes]) -> None:
    """Write a file that `git clone` reads, with these refs; `head` is the one to check out.

    Raises TookTooLongError, RepositoryError.
    """
    named = [
        *([refs[head] + b" HEAD"] if head in refs else []),
        *(refs[name] + b" " + name for name in sorted(refs)),
    ]
    bundle.write(b"# v2 git bundle\n" + b"".join(line + b"\n" for line in named) + b"\n")
    bundle.flush()
    options = ["--revs", "--quiet", "--stdout", "--delta-base-offset"]
    argv = _argv(f"--git-dir={path}", "pack-objects", *options, file_bytes=_max_answer_bytes())
    with tempfile.TemporaryFile() as asked:
        asked.write(b"".join(object_id + b"\n" for object_id in refs.values()))
        asked.seek(0)
        if status := _run_git(argv, {}, REPACK_SECONDS, stdin=asked, stdout=bundle):
            raise RepositoryError(f"git pack-objects exited with status {status} in {path}")


def lacks_objects(path: Path, tips: Iterable[bytes]) -> bool:
    """Return True if an object that is reachable from `tips` is missing. Raises as `is_reachable`."""
    options = ["--objects", "--quiet", "--missing=error", "--stdin", "--"]
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as answer:
        asked.write(b"".join(tip + b"\n" for tip in tips))
        asked.seek(0)
        argv = _argv(f"--git-dir={path}", "rev-list", *options)
        return bool(_run_git(argv, {}, REPACK_SECONDS, stdin=asked, stdout=answer))


def is_reachable(path: Path, commit: str, tips: Iterable[str]) -> bool:
    """Return True if one of the tips contains a commit. Raises TookTooLongError, RepositoryError."""
    argv = _argv(f"--git-dir={path}", "rev-list", "--max-count=1", "--stdin", "--")
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as answer:
        asked.write("".join([f"{commit}\n", *(f"^{tip}\n" for tip in tips)]).encode())
        asked.seek(0)
        if status := _run_git(argv, {}, REPACK_SECONDS, stdin=asked, stdout=answer):
            raise RepositoryError(f"git rev-list exited with status {status} in {path}")
        return not answer.tell()


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
    lock: IO[bytes] | None = None,
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
            raise TookTooLongError
        return process.wait()
    finally:
        _end(process)


def _ends_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    # `Popen.wait` polls every 50 ms, which delayed each push
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
    # on SIGTERM git removes its lock files and its quarantine
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
