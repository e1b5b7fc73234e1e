"""Run the portal on this machine until Ctrl-C, SIGTERM or SIGHUP: `python -m portal.supervisor`.

A service that dies is restarted, and all of them stop together; `portal/watchdog.py` does that if this
process cannot. One loop without threads reads the children's output (all into `var/log`, problems also to the
terminal), reaps the dead, and starts what is due.
"""

import errno
import fcntl
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from portal import orphans
from portal.children import Child, ServiceLogs, say
from portal.services import Service, private_broker, services
from portal.watchdog import Watchdog

PATIENCE_SECONDS = 30.0
ENDING_SECONDS = 60.0


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    port = read_port(os.environ.get("PORT") or "8000")
    # SIGTERM then stops a Celery worker without waiting for its tasks, and a web server despite open requests.
    os.environ.update(PORT=str(port), REMAP_SIGTERM="SIGQUIT", GRANIAN_WORKERS_KILL_TIMEOUT="3")
    address = f"http://localhost:{port}"
    try:
        lock = lock_checkout(settings.RUN_LOCK, address)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"{settings.RUN_LOCK} cannot be written: {error.strerror}.")
    orphans.mark(settings.VAR)
    if swept := orphans.sweep(settings.VAR, settings.PRIVATE_BROKER_SOCKET):
        say(f"Stopped {swept} service{'' if swept == 1 else 's'} left over from an earlier run.")
    if not is_free(port):
        other = next(number for number in range(port + 1, 65536) if is_free(number))
        sys.exit(f"Port {port} is in use or not allowed. Try another one: make run PORT={other}")
    broker = [] if settings.REDIS_URL else [private_broker()]

    supervisor = Supervisor(lock)
    with supervisor:
        if not supervisor.prepare():
            sys.exit(1)
        for wave in filter(None, (broker, services(port))):
            supervisor.start(wave)
        supervisor.run(f"Portal ready at {address} (press Ctrl-C to stop)")


def read_port(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) < 65536):
        sys.exit(f"PORT is {text}. It must be a number from 1 to 65535, for example: make run PORT=8001")
    return int(text)


def lock_checkout(path: Path, address: str) -> IO[str]:
    # The lock proves that nobody else runs here: the kernel releases it when its holders end, however they
    # do.
    lock = path.open("a+")
    if not take(lock):
        lock.seek(0)
        if running := lock.read():
            sys.exit(f"The portal in this checkout is already running at {running}. Stop it first (Ctrl-C).")
        say("The portal in this checkout is still stopping. Waiting until it has stopped.")
        deadline = time.monotonic() + ENDING_SECONDS
        while not take(lock):
            if time.monotonic() > deadline:
                sys.exit(f"It is still stopping after {ENDING_SECONDS:.0f} s. Try again later.")
            time.sleep(0.1)
    lock.truncate(0)
    lock.write(address)
    lock.flush()
    return lock


def take(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_free(port: int) -> bool:
    # Both addresses of `localhost`, because a server on the other one would get the portal's visitors.
    return all(
        may_listen(*place, port) for place in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
    )


def may_listen(family: socket.AddressFamily, host: str, port: int) -> bool:
    try:
        with socket.socket(family) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
    except OSError as error:
        return error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}  # a machine without IPv6
    return True


class Supervisor:
    """The loop around the children. Exiting the context stops them all."""

    def __init__(self, lock: IO[str]) -> None:
        self.stops = 0
        self.wake, waker = os.pipe()
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # without a handler, SIGCHLD would not wake the loop
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)
        self.lock = lock
        self.logs = ServiceLogs(settings.VAR / "log")
        self.watchdog = Watchdog(lock.fileno(), Path(settings.PRIVATE_BROKER_SOCKET))
        self.children: list[Child] = []

    def __enter__(self) -> None:
        pass

    def ask_to_stop(self, *_: object) -> None:
        self.stops += 1
        os.ftruncate(self.lock.fileno(), 0)  # a new start now waits until this one has stopped

    def prepare(self) -> bool:
        """Bring the database up to date. Return True on success."""
        argv = [sys.executable, "-m", "portal.services"]
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True)
        self.watchdog.note_start(process.pid)
        self.tick_until(lambda: self.stops > 0 or process.poll() is not None)
        process.terminate()
        process.wait()
        self.watchdog.note_end(process.pid)
        return process.returncode == 0

    def start(self, wave: list[Service]) -> None:
        """Return when all are ready, or when asked to stop."""
        if self.stops:
            return
        self.children += [Child(service, self.watchdog, self.logs) for service in wave]
        self.tick_until(self.is_settled, PATIENCE_SECONDS)
        late = ", ".join(os.path.relpath(child.log) for child in self.children if not child.ready)
        if late and not self.stops:
            say(f"This is taking a long time. The reason may be in {late}.")
        self.tick_until(self.is_settled)

    def run(self, greeting: str) -> None:
        if not self.stops:
            say(greeting)
        self.tick_until(lambda: self.stops > 0)

    def __exit__(self, *error: object) -> None:
        # In reverse order of start, so that no service loses what it depends on. A second Ctrl-C skips the
        # waiting.
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
