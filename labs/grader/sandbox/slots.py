"""One uid per running sandbox: the kernel counts and kills processes by uid."""

import fcntl
import os
import signal
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .job import SandboxError

FIRST_UID = 61_100
SLOTS = 32
FOLDER = Path("/run/labcheck")
_SECONDS = 60.0


@contextmanager
def lease_slot(folder: Path = FOLDER) -> Iterator[int | None]:
    """Hold a uid that no other sandbox of this machine has; None if the caller is not root.

    Nothing of that uid runs before or after. Raises SandboxError if all are taken for a minute.
    """
    if os.geteuid() != 0:
        yield None
        return
    uid, lock = _lease(folder, time.monotonic() + _SECONDS)
    try:
        end_all_of(uid)
        yield uid
    finally:
        try:
            end_all_of(uid)
        finally:
            os.close(lock)


def _lease(folder: Path, deadline: float) -> tuple[int, int]:
    folder.mkdir(mode=0o700, exist_ok=True)
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != 0:
        raise SandboxError(f"{folder} is not a folder owned by root")
    while time.monotonic() < deadline:
        for uid in range(FIRST_UID, FIRST_UID + SLOTS):
            lock = os.open(folder / str(uid), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            with suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return uid, lock
            os.close(lock)
        time.sleep(0.05)
    raise SandboxError(f"all {SLOTS} sandbox slots are in use")


def end_all_of(uid: int) -> None:
    """Kill every process of a uid and wait until it is gone. Raises SandboxError after two seconds."""
    deadline = time.monotonic() + 2
    while processes := list(processes_of(uid)):
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        if time.monotonic() > deadline:
            raise SandboxError(f"processes of uid {uid} do not exit")
        time.sleep(0.005)


def processes_of(uid: int) -> Iterator[int]:
    # zombies do not count
    for name in os.listdir("/proc"):  # noqa: PTH208 - twice a run, and Path costs more than the reading
        if name.isdigit():
            with suppress(OSError):
                lines = Path("/proc", name, "status").read_text().splitlines()
                fields = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
                if fields["State"][0] not in "ZX" and fields["Uid"].split()[0] == str(uid):
                    yield int(name)


def tasks_of(uid: int) -> int:
    # threads, as the limit of processes counts them
    return sum(_threads(process) for process in processes_of(uid))


def _threads(process: int) -> int:
    with suppress(OSError):
        return len(list(Path("/proc", str(process), "task").iterdir()))
    return 0
