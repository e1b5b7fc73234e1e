"""Stop everything that the supervisor started, even if the supervisor itself is killed.

The watchdog reads one line per process group: `+123` for started, `-123` for gone. When that input ends, the
supervisor has ended. Until it is done it holds the supervisor's lock, so that the next one starts from a
clean state.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

GRACE_SECONDS = 3.0


class Watchdog:
    """The supervisor's interface to the watchdog process."""

    def __init__(self, lock: int, socket: Path) -> None:
        theirs, self.line = os.pipe()
        # By path, because the package would import Django and Celery.
        self.process = subprocess.Popen(
            [sys.executable, "-I", __file__, str(socket), str(lock)],
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[lock],
        )
        os.close(theirs)

    def note_start(self, group: int) -> None:
        self.tell(f"+{group}\n")

    def note_end(self, group: int) -> None:
        self.tell(f"-{group}\n")

    def tell(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            os.write(self.line, line.encode())

    def dismiss(self) -> None:
        os.close(self.line)
        self.process.wait()


def main(socket: Path, lock: int) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups = remaining_groups(sys.stdin)
    os.ftruncate(lock, 0)  # a new start now waits until this one has stopped
    end(groups)
    socket.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        socket.parent.rmdir()


def remaining_groups(lines: Iterable[str]) -> set[int]:
    groups: set[int] = set()
    for line in lines:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    return groups


def end(groups: set[int]) -> None:
    """Send SIGTERM to each group, then SIGKILL to those that remain after the grace period."""
    deadline = time.monotonic() + GRACE_SECONDS
    left = {group for group in groups if send(group, signal.SIGTERM)}
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = {group for group in left if send(group, 0)}
    for group in left:
        send(group, signal.SIGKILL)


def send(group: int, number: int) -> bool:
    """Return False if the group has no process left (where Linux finds none, macOS denies permission)."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
