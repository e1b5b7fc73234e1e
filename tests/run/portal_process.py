"""A real supervisor for the tests, with its own `var/`, port and broker."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from functools import cached_property
from pathlib import Path

from tests.servers import ROOT, free_port, wait_for

FOREIGN = {
    "REDIS_URL",
    "DATABASE_URL",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "PUBLIC_URL",
    "PRACTICE_ROOT",
    "SANDBOX",
    "ENVIRONMENTS_ROOT",
    "LOG_LEVEL",
}


def environment(var: Path, port: int | str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {
        **own,
        "VAR": str(var),
        "PORT": str(port),
        "DEBUG": "1",
        "DEMO_PASSWORD": "a password of the tests",
    }


class Portal:
    def __init__(self, var: Path, port: int | str | None = None) -> None:
        self.var = var
        self.port = port or free_port()
        self.terminal = var.with_name(f"terminal-{self.port}.txt")
        with self.terminal.open("w") as output:
            self.supervisor = subprocess.Popen(
                [sys.executable, "-m", "portal.supervisor"],
                cwd=ROOT,
                env=environment(var, self.port),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def said(self, words: str) -> bool:
        return words in self.terminal.read_text()

    def wait_until_ready(self) -> None:
        wait_for(lambda: self.said("Portal ready at") or self.supervisor.poll() is not None)
        assert self.said(f"Portal ready at http://localhost:{self.port}"), self.terminal.read_text()

    def get(self, path: str) -> int:
        """The status of the answer, 0 if there was none."""
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}{path}", timeout=5) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def processes(self, words: str = "") -> list[int]:
        """The living processes of this portal with these words in their command.

        They are recognised by their environment, or by the address that Valkey writes over its own environment.
        """
        mark, broker = f"VAR={self.var}".encode(), bytes(self.broker)
        found = []
        for entry in Path("/proc").iterdir():
            command = read(entry / "cmdline").replace(b"\0", b" ")
            ours = broker in command or mark in read(entry / "environ").split(b"\0")
            if entry.name.isdecimal() and ours and words.encode() in command:
                found.append(int(entry.name))
        return sorted(found)

    @cached_property
    def broker(self) -> Path:
        ask = [sys.executable, "-c", "from portal import settings; print(settings.PRIVATE_BROKER_SOCKET)"]
        return Path(
            subprocess.check_output(ask, cwd=ROOT, env=environment(self.var, self.port), text=True).strip()
        )

    def signal(self, number: signal.Signals) -> None:
        self.supervisor.send_signal(number)

    def is_gone(self) -> bool:
        self.supervisor.poll()
        return not self.processes()

    def remove(self) -> None:
        if self.supervisor.poll() is None:
            self.supervisor.kill()
            self.supervisor.wait()
        wait_for(self.is_gone)


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
