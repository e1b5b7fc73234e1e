"""The sandbox of another container, whose runner is called over a Unix socket. Only environments are built here."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import wire
from .environments import Environments
from .job import Job, Ran, SandboxError

_MARGIN_SECONDS = 10.0


class RemoteSandbox:
    """See `job.Sandbox` for the interface. The runner mounts the same environments read-only."""

    def __init__(self, path: Path, environments: Environments) -> None:
        self.environments = environments
        self._path = path

    def unavailable(self) -> str:
        # asked each time: a runner may come and go
        try:
            with self._asked({"do": "state"}) as connection:
                return str(_answer(connection)["unavailable"])
        except SandboxError as fault:
            return str(fault)

    def packages_unavailable(self) -> str:
        return self.environments.closed()

    def environment(self, requirements: tuple[str, ...]) -> str:
        return self.environments.build(requirements)

    def run(self, job: Job) -> Ran:
        header = wire.header_of("run", job)
        with self._asked(header, job.files, seconds=job.seconds) as connection:
            return wire.result_from_json(_answer(connection))

    @contextmanager
    def talk(self, job: Job) -> Iterator[socket.socket]:
        ours, theirs = socket.socketpair()
        with ours, theirs, self._asked(wire.header_of("talk", job), job.files, theirs.fileno()):
            theirs.close()
            yield ours

    @contextmanager
    def _asked(
        self, header: dict[str, object], files: bytes = b"", handed: int | None = None, seconds: float = 0
    ) -> Iterator[socket.socket]:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(seconds + _MARGIN_SECONDS)
            try:
                connection.connect(str(self._path))
                wire.send(connection, header, files, handed)
            except OSError as error:
                raise SandboxError(f"could not reach the runner: {error.strerror or error}") from error
            yield connection


def _answer(connection: socket.socket) -> dict[str, object]:
    try:
        said = wire.receive(connection)
    except (wire.BadRequestError, OSError) as error:
        raise SandboxError(f"the runner did not respond: {error}") from error
    if "error" in said:
        raise SandboxError(f"the runner reported: {said['error']}")
    return said
