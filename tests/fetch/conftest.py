"""The server, clients of it, and a check after each fetch: no process and no temporary folder may be left."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from labs.grader.fetching.address import Address, read_address
from labs.grader.fetching.bounded_process import FetchLimits
from labs.grader.fetching.fetch import Fetched, fetch
from labs.grader.fetching.mirrors import hold
from labs.grader.fetching.network import Network

from ..grader.conftest import Repo
from .server import GitServer, git_server

# A uid only for this process: others, of this checkout or another, fetch at the same time.
LIMITS = FetchLimits(seconds=20, uid=61_501 + os.getpid() % 3_000)


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that the uid of fetches may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="fetch-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def tls_server(open_folder: Path) -> Iterator[GitServer]:
    if not shutil.which("openssl"):
        pytest.skip("openssl is missing: apt-get install openssl")
    with git_server(open_folder) as server:
        yield server


@pytest.fixture
def server(tls_server: GitServer) -> GitServer:
    tls_server.clear()
    return tls_server


@pytest.fixture
def network(server: GitServer, nothing_left: None) -> Network:
    return Network(lambda host, port: ["127.0.0.1"], frozenset(["127.0.0.1"]), server.certificate)


class Learner(Repo):
    """A working tree with a bare repository on the server, and its mirror."""

    def __init__(self, folder: Path, server: GitServer, network: Network) -> None:
        super().__init__(folder / "work")
        self.bare = Path(tempfile.mkdtemp(suffix=".git", dir=server.root))
        self.git("init", "-q", "--bare", "-b", "main", str(self.bare))
        self.git("remote", "add", "origin", str(self.bare))
        self.server, self.network, self.mirror = server, network, folder / "mirror.git"
        self.address = Address(server.host, "good", self.bare.name.removesuffix(".git"))

    def at(self, more: str) -> Address:
        return read_address(self.address.page + more, hosts=[self.server.host])

    def push(self, *refs: str) -> None:
        self.git("push", "-q", "--force", "--prune", "origin", *(refs or ("refs/heads/*", "refs/tags/*")))

    def fetch(self, address: Address | None = None, limits: FetchLimits = LIMITS) -> Fetched:
        with hold(self.mirror) as mirror:
            return fetch(address or self.address, mirror, limits, network=self.network)


@pytest.fixture
def learner(tmp_path: Path, server: GitServer, network: Network) -> Iterator[Learner]:
    learner = Learner(tmp_path, server, network)
    yield learner
    shutil.rmtree(learner.bare)


@pytest.fixture
def owner(tmp_path, server, network):
    """Fetch from an owner that misbehaves."""

    def from_owner(name: str, limits: FetchLimits = LIMITS) -> Fetched:
        with hold(tmp_path / "mirror.git") as mirror:
            return fetch(Address(server.host, name, "lab"), mirror, limits, network=network)

    return from_owner


@pytest.fixture
def nothing_left(tls_server, open_folder, tmp_path, monkeypatch):
    """A22, behind every test that fetches: no process of a fetch, no temporary folder, no half-made mirror."""
    temporary = open_folder / "temporary"
    temporary.mkdir(exist_ok=True)
    temporary.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    yield
    deadline = time.monotonic() + 2
    while (left := fetching_processes(tls_server.host)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert left == []
    assert list(temporary.iterdir()) == []
    mirror = tmp_path / "mirror.git"
    assert not list(mirror.rglob("tmp_*")) and not list(mirror.rglob("*.lock"))


def fetching_processes(host: str) -> list[str]:
    """Command lines of processes that speak to a host, or run as the uid that fetches. Zombies do not count."""
    columns = ["ps", "-eo", "stat=,uid=,args="]
    lines = subprocess.run(columns, capture_output=True, text=True, check=True).stdout.splitlines()
    uid = str(LIMITS.uid) if os.geteuid() == 0 else ""
    found = [line.split(None, 2) for line in lines]
    return [args for stat, owner, args in found if stat[0] != "Z" and (owner == uid or host in args)]
