"""Start one confined process, read its output, and end it in time."""

import fcntl
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socket import socket
from typing import IO

from .command import PATH
from .job import Limits, WhyEnded


class HungUpError(Exception):
    """The client that asked for the run is gone."""


@contextmanager
def sealed_file(content: bytes) -> Iterator[int]:
    """Yield an immutable file in memory, open for reading at its start."""
    file = os.memfd_create("job", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        with os.fdopen(os.dup(file), "wb") as target:
            target.write(content)
        seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
        fcntl.fcntl(file, fcntl.F_ADD_SEALS, seals)
        os.lseek(file, 0, os.SEEK_SET)
        yield file
    finally:
        os.close(file)


@contextmanager
def start_process(
    argv: list[str], stdin: int, inherited: list[int], output: int
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start the process with an empty environment; kill its whole group at the end.

    The thread that starts it has to stay: bubblewrap's `--die-with-parent` watches that thread.
    """
    with subprocess.Popen(
        argv,
        cwd="/",
        env={"PATH": PATH},
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        pass_fds=inherited,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


class Kept:
    """The beginning and the end of an output, and the size of the gap between them."""

    def __init__(self, size: int) -> None:
        self._half = size // 2
        self.head, self.tail = bytearray(), bytearray()
        self.total = self.left_out = self.lines_left_out = 0

    def add(self, data: bytes) -> None:
        self.total += len(data)
        room = self._half - len(self.head)
        self.head += data[:room]
        self.tail += data[room:]
        if (excess := len(self.tail) - self._half) > 0:
            self.lines_left_out += self.tail.count(b"\n", 0, excess)
            self.left_out += excess
            del self.tail[:excess]


def follow(
    stdout: IO[bytes], limits: Limits, seconds: float, asker: socket | None = None
) -> tuple[WhyEnded, Kept]:
    """Read the output of a process until it ends or exceeds a limit. Raises HungUpError if `asker` closes its end."""
    kept, deadline = Kept(limits.kept_output), time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        if asker is not None:
            selector.register(asker, selectors.EVENT_READ)
        while True:
            ready = [key.fileobj for key, _ in selector.select(max(deadline - time.monotonic(), 0))]
            if asker in ready:
                raise HungUpError
            data = os.read(stdout.fileno(), 1 << 16) if ready else b""
            kept.add(data)
            if kept.total > limits.most_output:
                return "output", kept
            if ready and not data:
                return "exit", kept
            if time.monotonic() >= deadline:
                return "seconds", kept
