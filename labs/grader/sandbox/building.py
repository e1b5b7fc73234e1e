"""Run one long build command in its own process group, with limits on silence, bytes and seconds."""

import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..fetching.bounded_process import bytes_in
from .job import CannotBuildError, SandboxError

MAX_SILENT_SECONDS = 90.0
LOOK_SECONDS = 2.0
_KEPT_OUTPUT = 64 << 10


@dataclass(frozen=True)
class Watch:
    """A command that writes to the folders `grows` counts as silent only while they do not grow.

    `max_bytes` limits how much it adds to them; `tell` is called with its progress.
    """

    grows: tuple[Path, ...]
    max_bytes: int
    max_seconds: float
    tell: Callable[[str], None]
    max_silent_seconds: float = MAX_SILENT_SECONDS


def run(argv: Sequence[str], environment: dict[str, str], watch: Watch, lock: IO[str]) -> tuple[int, str]:
    """Return the exit code and the output. Raises SandboxError, or CannotBuildError for too many bytes.

    The command inherits the lock, so that the next builder waits if it outlives us.
    """
    before = _bytes(watch)
    with subprocess.Popen(
        [*parent_death_prefix(), *argv], cwd="/", env=environment, umask=0o022, pass_fds=[lock.fileno()],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            return _follow(process, watch, before)
        finally:
            end_group(process.pid)


def end_group(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def parent_death_prefix() -> list[str]:
    # `kill -9` of a worker runs no `finally`; util-linux is installed wherever there is a sandbox
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []


def _bytes(watch: Watch) -> int:
    return sum(map(bytes_in, watch.grows))


def _follow(process: "subprocess.Popen[bytes]", watch: Watch, before: int) -> tuple[int, str]:
    assert process.stdout  # noqa: S101 - it was asked for
    said, size = bytearray(), 0
    began = heard = looked = time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if selector.select(LOOK_SECONDS):
                chunk = os.read(process.stdout.fileno(), 1 << 16)
                if not chunk:
                    return process.wait(), said.decode("utf-8", "replace")
                said = (said + chunk)[-_KEPT_OUTPUT:]
                heard = time.monotonic()
            if time.monotonic() - looked < LOOK_SECONDS:
                continue
            last, size, looked = size, _bytes(watch) - before, time.monotonic()
            heard = heard if size == last else looked
            watch.tell(f"{_last_line(said)}{size >> 20} MB so far, {looked - began:.0f} s")
            _refuse_endless(watch, size, looked - heard, looked - began)


def _refuse_endless(watch: Watch, size: int, silent: float, took: float) -> None:
    if size > watch.max_bytes:
        raise CannotBuildError(f"the packages need more than {watch.max_bytes >> 20} MB")
    if silent > watch.max_silent_seconds:
        raise SandboxError(f"building the environment stopped: no output for {silent:.0f} seconds")
    if took > watch.max_seconds:
        raise SandboxError(f"building the environment took longer than {watch.max_seconds:g} seconds")


def _last_line(said: bytearray) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return f"{lines[-1].strip()[:200]}, " if lines else ""
