"""`python -m portal.supervisor`: runs the portal on this machine until Ctrl-C, SIGTERM or SIGHUP.

What dies is started again; what ends, ends altogether, and `portal/watchdog.py` sees to that where this process cannot.
One loop and no threads: it reads what the children print (all into `var/log`, problems also to the terminal), sees who
died, and starts what is due.
"""

import contextlib
import fcntl
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from portal.services import Service, made, private_broker, services
from portal.watchdog import Watchdog

LOG_BYTES = 5 * 1024 * 1024
STEADY_SECONDS = 10.0
PATIENCE_SECONDS = 30.0
DEATHS_TOLD = 5
PROBLEM = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b")
MAIL_STARTS, MAIL_ENDS = "Content-Type: text/", "-" * 79  # as Django's console backend prints a mail


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    port = read_port(os.environ.get("PORT") or "8000")
    # So that SIGTERM ends a Celery worker without waiting for its tasks, and a web server in spite of its requests.
    os.environ.update(PORT=str(port), REMAP_SIGTERM="SIGQUIT", GRANIAN_WORKERS_KILL_TIMEOUT="3")
    address = f"http://127.0.0.1:{port}"
    try:
        lock = lock_checkout(settings.RUN_LOCK, address)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    if not is_free(port):
        other = next(number for number in range(port + 1, 65536) if is_free(number))
        sys.exit(f"Port {port} is in use or not allowed. Choose another one: make run PORT={other}")
    broker = [] if settings.REDIS_URL else [private_broker()]

    supervisor = Supervisor(lock)
    with supervisor:
        if not supervisor.prepare():
            sys.exit(1)
        for wave in filter(None, (broker, services(port))):
            supervisor.start(wave)
        supervisor.run(f"Portal ready at {address} (Ctrl-C ends it)")


def read_port(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) < 65536):
        sys.exit(f"PORT is {text}. It has to be a number from 1 to 65535, for example: make run PORT=8001")
    return int(text)


def lock_checkout(path: Path, address: str) -> IO[str]:
    """The file's lock is the proof that nobody else runs here: it goes with its holders, however they end."""
    lock = path.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        sys.exit(
            f"The portal of this checkout is already running, at {lock.read()}. End that one first (Ctrl-C)."
        )
    lock.truncate(0)
    lock.write(address)
    lock.flush()
    return lock


def is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def say(text: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone
        print(text, flush=True)


class Child:
    """A service's process; between a death and the next start there is none."""

    def __init__(self, service: Service, watchdog: Watchdog) -> None:
        self.service = service
        self.watchdog = watchdog
        self.log = made(settings.VAR / "log") / f"{service.name}.log"
        self.deaths = 0
        self.start()

    def start(self) -> None:
        ours, theirs = os.pipe()
        os.set_blocking(ours, False)
        self.output: int | None = ours
        self.process: subprocess.Popen[bytes] | None = subprocess.Popen(
            self.service.argv, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)
        self.watchdog.started(self.process.pid)
        self.started = time.monotonic()
        self.ready = False
        self.tail: deque[str] = deque(maxlen=20)
        self.rest = b""
        self.in_mail = False

    def look(self) -> None:
        """What the passing of time asks for: bury the dead, start what is due, notice what is ready or steady."""
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
        self.deaths += 1
        pause = min(0.1 * 2 ** min(self.deaths, 6), 5.0)
        self.due = time.monotonic() + pause
        name, reason = self.service.name, signal.Signals(-code).name if code < 0 else f"exit code {code}"
        if self.deaths < DEATHS_TOLD:
            say(f"{name} ended ({reason}); it is started again in {pause:.1f} s.")
        elif self.deaths == DEATHS_TOLD:
            say(f"{name} ended {self.deaths} times in a row ({reason}). Its last lines:")
            for line in self.tail:
                say(f"    {line}")
            say(f"It is tried again every 5 s. All it prints is in {os.path.relpath(self.log)}.")

    def clear(self) -> None:
        """Ends the process's whole group: a pool outlives its worker."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.watchdog.gone(self.process.pid)
        while self.read():
            pass
        self.close()
        self.process = None
        self.ready = False

    def read(self) -> bool:
        """Takes what the process printed; whether there was anything."""
        try:
            chunk = os.read(self.output, 65536) if self.output is not None else b""
        except BlockingIOError:
            return False
        if not chunk:
            self.close()
            return False
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            log.write(chunk)
        *lines, self.rest = (self.rest[-LOG_BYTES:] + chunk).split(b"\n")
        for line in lines:
            self.note(line.decode(errors="replace").rstrip())
        return True

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


class Supervisor:
    """The loop around the children. Leaving it ends them all."""

    def __init__(self, lock: IO[str]) -> None:
        self.stops = 0
        self.wake, waker = os.pipe()
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # without a handler it would not wake the loop
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)
        self.watchdog = Watchdog(lock.fileno(), Path(settings.PRIVATE_BROKER_SOCKET))
        self.children: list[Child] = []

    def __enter__(self) -> None:
        pass

    def ask_to_stop(self, *_: object) -> None:
        self.stops += 1

    def prepare(self) -> bool:
        """Brings the database up to date; whether that worked."""
        argv = [sys.executable, "-m", "portal.services"]
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True)
        self.watchdog.started(process.pid)
        self.tick_until(lambda: self.stops > 0 or process.poll() is not None)
        process.terminate()
        process.wait()
        self.watchdog.gone(process.pid)
        return process.returncode == 0

    def start(self, wave: list[Service]) -> None:
        """Returns when all are ready, or when asked to stop."""
        if self.stops:
            return
        self.children += [Child(service, self.watchdog) for service in wave]
        self.tick_until(self.is_settled, PATIENCE_SECONDS)
        late = ", ".join(os.path.relpath(child.log) for child in self.children if not child.ready)
        if late and not self.stops:
            say(f"This takes long; the reason may be in {late}.")
        self.tick_until(self.is_settled)

    def run(self, greeting: str) -> None:
        if not self.stops:
            say(greeting)
        self.tick_until(lambda: self.stops > 0)

    def __exit__(self, *error: object) -> None:
        """The youngest ends first, so that each still has what it depends on. A second Ctrl-C ends the waiting."""
        self.stops = max(self.stops, 1)
        for child in reversed(self.children):
            self.end(child)
        self.watchdog.dismiss()

    def end(self, child: Child) -> None:
        process = child.process
        if process is not None:
            process.terminate()
            self.tick_until(lambda: self.stops > 1 or process.poll() is not None, child.service.grace)
            child.clear()

    def is_settled(self) -> bool:
        return self.stops > 0 or all(child.ready for child in self.children)

    def tick_until(self, done: Callable[[], bool], seconds: float = float("inf")) -> None:
        deadline = time.monotonic() + seconds
        while not done() and time.monotonic() < deadline:
            self.tick()

    def tick(self) -> None:
        hurry = self.stops > 0 or not self.is_settled()
        outputs = {child.output: child for child in self.children if child.output is not None}
        for source in select.select([self.wake, *outputs], [], [], 0.1 if hurry else 1.0)[0]:
            if source == self.wake:
                os.read(self.wake, 4096)
            else:
                outputs[source].read()
        if not self.stops:
            for child in self.children:
                child.look()


if __name__ == "__main__":
    main()
