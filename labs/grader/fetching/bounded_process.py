"""Run one process that talks to a stranger's server: bounded in time, memory, disk and output, and always ended."""

import os
import select
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_MEGABYTE = 1 << 20
# Called with all output so far whenever more arrives; its first non-None result is sent to the process.
Reply = Callable[[bytes], bytes | None]
_KEPT_MESSAGES = 64 << 10
_MAX_MESSAGES = _MEGABYTE
_DISK_SECONDS = 0.2
# sets its own limits, then executes the command: `preexec_fn` is not safe in the presence of threads
_WRAPPER = """
import contextlib, os, resource, sys
for pair in sys.argv[1].split(","):
    name, value = pair.split("=")
    with contextlib.suppress(AttributeError, OSError, ValueError):
        resource.setrlimit(getattr(resource, "RLIMIT_" + name.upper()), (int(value), int(value)))
os.execvp(sys.argv[2], sys.argv[2:])
"""


@dataclass(frozen=True)
class FetchLimits:
    """Limits of one fetch. `bytes` limits the whole mirror; `uid` is used if the caller is root."""

    bytes: int = 60 * _MEGABYTE
    refs: int = 500
    entries: int = 5_000
    seconds: float = 60
    cpu_seconds: int = 30
    memory: int = 512 * _MEGABYTE
    listing: int = 4 * _MEGABYTE
    low_speed: int = 10_240
    low_speed_seconds: int = 10
    uid: int = 61_001


@dataclass(frozen=True)
class Ended:
    """Result of a process. `limit` is the one that it exceeded, if any: seconds, disk, messages or output.

    `status` is negative for a signal; `output` is what it printed; `messages` is the beginning of its stderr.
    """

    status: int
    limit: str | None
    output: bytes
    messages: str


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    limits: FetchLimits,
    deadline: float,
    stdin: bytes = b"",
    reply: Reply | None = None,
    watched: Path | None = None,
) -> Ended:
    """Run a command until it ends or exceeds a limit or the deadline, in `time.monotonic()` seconds.

    Its whole process group is killed in any case, even if `reply` raises. `watched` is the folder that may not grow
    past `limits.bytes`. Raises OSError if the command cannot start.
    """
    process = subprocess.Popen(
        [*_confinement(limits), *argv],
        cwd=cwd,
        env=dict(environment),
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        try:
            watch = _Watch(limits, deadline, watched, stdin, reply)
            limit = watch.follow(process)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    messages = watch.said[process.stderr][:_KEPT_MESSAGES].decode("utf-8", "replace")
    return Ended(process.returncode, limit, bytes(watch.said[process.stdout]), messages)


class _Watch:
    """Read the output of a process until both streams end or a limit is exceeded."""

    def __init__(
        self, limits: FetchLimits, deadline: float, watched: Path | None, told: bytes, reply: Reply | None
    ) -> None:
        self._limits, self._deadline, self._watched = limits, deadline, watched
        self._told, self._reply = told, reply
        self._looked = 0.0
        self.said: dict[IO[bytes] | None, bytearray] = {}

    def follow(self, process: "subprocess.Popen[bytes]") -> str | None:
        most = {
            process.stdout: ("output", self._limits.listing),
            process.stderr: ("messages", _MAX_MESSAGES),
        }
        self.said = {stream: bytearray() for stream in most}
        with selectors.DefaultSelector() as selector:
            for stream in most:
                assert stream  # noqa: S101 - both were asked for
                selector.register(stream, selectors.EVENT_READ, most[stream])
            assert process.stdin  # noqa: S101 - it was asked for
            selector.register(process.stdin, selectors.EVENT_WRITE)
            while selector.get_map():
                if limit := self._passed() or self._read(selector):
                    return limit
                self._answer(process, selector)
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(self._deadline - time.monotonic(), 0.1))
            return "disk" if self._too_large() else None
        return "seconds"

    def _read(self, selector: selectors.BaseSelector) -> str | None:
        for key, _ in selector.select(0.05):
            if key.data is None:
                self._tell(key.fd)
                continue
            name, most = key.data
            data = os.read(key.fd, 1 << 16)
            self.said[key.fileobj] += data  # type: ignore[index]  # registered above
            if len(self.said[key.fileobj]) > most:  # type: ignore[index]  # registered above
                return str(name)
            if not data:
                selector.unregister(key.fileobj)
        return None

    def _tell(self, stdin: int) -> None:
        try:
            self._told = self._told[os.write(stdin, self._told[: select.PIPE_BUF]) :]
        except BrokenPipeError:  # it has ended; its other streams say how
            self._told, self._reply = b"", None

    def _answer(self, process: "subprocess.Popen[bytes]", selector: selectors.BaseSelector) -> None:
        stdin = process.stdin
        if stdin is None or stdin.closed:
            return
        if self._reply and (words := self._reply(bytes(self.said[process.stdout]))) is not None:
            self._told, self._reply = self._told + words, None
        waits = stdin in selector.get_map()
        if self._told and not waits:
            selector.register(stdin, selectors.EVENT_WRITE)
        elif waits and not self._told:
            selector.unregister(stdin)
        if not self._told and not self._reply:
            stdin.close()

    def _passed(self) -> str | None:
        now = time.monotonic()
        if now > self._deadline:
            return "seconds"
        if now - self._looked < _DISK_SECONDS:
            return None
        self._looked = now
        return "disk" if self._too_large() else None

    def _too_large(self) -> bool:
        return self._watched is not None and bytes_in(self._watched) > self._limits.bytes


def bytes_in(folder: Path) -> int:
    """Return the size of all files in a folder. A file with several hard links, such as a starter, counts once."""
    sizes = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # files may come and go meanwhile
                found = os.lstat(os.path.join(parent, name))  # noqa: PTH118 - five times a second
                sizes[found.st_dev, found.st_ino] = found.st_size
    return sum(sizes.values())


def drops_to_uid() -> bool:
    # the caller is root and util-linux is installed
    return os.geteuid() == 0 and _util_linux()


def _util_linux() -> bool:
    return bool(shutil.which("setpriv") and shutil.which("prlimit"))


def _confinement(limits: FetchLimits) -> list[str]:
    most = {
        "fsize": limits.bytes,
        "data": limits.memory,
        "as": 4 * limits.memory,
        "cpu": limits.cpu_seconds,
        "nofile": 256,
        "core": 0,
    }
    if not _util_linux():
        pairs = ",".join(f"{name}={value}" for name, value in most.items())
        return [sys.executable, "-I", "-S", "-c", _WRAPPER, pairs]
    user: list[str] = []
    if drops_to_uid():
        most["nproc"] = 64  # counts all processes of the uid, so it needs a uid of our own
        user = [f"--reuid={limits.uid}", f"--regid={limits.uid}", "--clear-groups", "--bounding-set=-all"]
    return [
        *("setpriv", *user, "--no-new-privs", "--pdeathsig=KILL", "--"),
        *("prlimit", *(f"--{name}={value}" for name, value in most.items()), "--"),
    ]
