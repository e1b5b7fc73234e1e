"""Service processes under the supervisor, and their logs in `var/log`."""

import contextlib
import os
import re
import signal
import subprocess
import time
from collections import deque
from pathlib import Path

from portal.services import Service
from portal.watchdog import Watchdog

MAX_LOG_BYTES = 5 * 1024 * 1024
STEADY_SECONDS = 10.0
DEATHS_TOLD = 5
PROBLEM = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b")
MAIL_STARTS, MAIL_ENDS = "Content-Type: text/", "-" * 79  # as Django's console backend prints an email


def say(text: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone
        print(text, flush=True)


class ServiceLogs:
    """The log folder. Report once if a log cannot be written, and once when all can be written again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.failed_at: float | None = None

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def append(self, name: str, chunk: bytes) -> None:
        try:
            self._append(self.path(name), chunk)
        except OSError as error:
            if self.failed_at is None:
                say(f"Cannot write the logs in {self.folder}: {error.strerror}. Free up disk space.")
            self.failed_at = time.monotonic()
        else:
            # the last block of a file may have room for a line even if the disk is full
            if self.failed_at is not None and time.monotonic() - self.failed_at > STEADY_SECONDS:
                self.failed_at = None
                say("Logs are being written again.")

    def _append(self, path: Path, chunk: bytes) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
            path.replace(path.with_suffix(".old.log"))
        with path.open("ab") as log:
            log.write(chunk)


class Child:
    """A service and its process, which is None between a crash and the restart."""

    def __init__(self, service: Service, watchdog: Watchdog, logs: ServiceLogs) -> None:
        self.service = service
        self.watchdog = watchdog
        self.logs = logs
        self.deaths = 0
        self.due = 0.0
        self.output: int | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self.started = time.monotonic()
        self.ready = False
        self.tail: deque[str] = deque(maxlen=20)
        self.rest = b""
        self.in_mail = False
        try:
            self.output, self.process = self.spawn()
        except OSError as error:  # out of processes, descriptors or memory: retry later
            self.plan_restart(f"not started: {error.strerror}")
        else:
            self.watchdog.note_start(self.process.pid)

    def spawn(self) -> tuple[int, subprocess.Popen[bytes]]:
        ours, theirs = os.pipe()
        try:
            process = subprocess.Popen(
                self.service.argv,
                stdin=subprocess.DEVNULL,
                stdout=theirs,
                stderr=theirs,
                start_new_session=True,
            )
        except OSError:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        os.set_blocking(ours, False)
        return ours, process

    def look(self) -> None:
        """Reap a dead process, start one that is due, notice one that is ready or steady."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self.start()
        elif self.process.poll() is not None:
            self.bury(self.process.returncode)
        elif not self.ready:
            self.ready = self.service.is_ready(self.tail)
        elif self.deaths and time.monotonic() - self.started > STEADY_SECONDS:
            if self.deaths >= DEATHS_TOLD:
                say(f"{self.service.name} is running again.")
            self.deaths = 0

    def bury(self, code: int) -> None:
        self.clear()
        self.plan_restart(signal.Signals(-code).name if code < 0 else f"exit code {code}")

    def plan_restart(self, reason: str) -> None:
        self.deaths += 1
        pause = min(0.1 * 2 ** min(self.deaths, 6), 5.0)
        self.due = time.monotonic() + pause
        name = self.service.name
        if self.deaths < DEATHS_TOLD:
            say(f"{name} stopped ({reason}). Restarting in {pause:.1f} s.")
        elif self.deaths == DEATHS_TOLD:
            say(f"{name} stopped {self.deaths} times in a row ({reason}). Last lines of its log:")
            for line in self.tail:
                say(f"    {line}")
            say(f"Retrying every 5 s. Full log: {os.path.relpath(self.log)}")

    def clear(self) -> None:
        # Kills the whole process group, because pool processes outlive their worker.
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.watchdog.note_end(self.process.pid)
        while self.read():
            pass
        self.close()
        self.process = None
        self.ready = False

    def read(self) -> bool:
        """Read the process's output. Return False if there was none."""
        try:
            chunk = os.read(self.output, 65536) if self.output is not None else b""
        except BlockingIOError:
            return False
        if not chunk:
            self.close()
            return False
        self.logs.append(self.service.name, chunk)
        *lines, self.rest = (self.rest[-MAX_LOG_BYTES:] + chunk).split(b"\n")
        for line in lines:
            self.note(line.decode(errors="replace").rstrip())
        return True

    @property
    def log(self) -> Path:
        return self.logs.path(self.service.name)

    def close(self) -> None:
        if self.output is not None:
            os.close(self.output)
        self.output = None

    def note(self, line: str) -> None:
        self.tail.append(line)
        self.in_mail = self.in_mail or line.startswith(MAIL_STARTS)
        if self.in_mail or (self.service.shows_problems and PROBLEM.search(line)):
            say(f"{self.service.name}: {line}")
        self.in_mail = self.in_mail and line != MAIL_ENDS
