"""A learner with a lab, and github.com played by an object, or by a real Git server behind TLS."""

import shutil
from collections.abc import Iterator

import pytest

from labs.grader.fetching.address import Address
from labs.grader.fetching.fetch import Latest
from labs.grader.fetching.listing import HEADS, Listing
from labs.grading import tasks
from labs.models import Submission
from labs.repositories import hosts
from tests.factories import make_refs
from tests.fetch.conftest import Learner, open_folder, server, tls_server
from tests.fetch.server import GitServer
from tests.labs.conftest import PASSABLE
from tests.pages.conftest import Cast, cast, client_of, learner_client

__all__ = ["PASSABLE", "Cast", "cast", "client_of", "learner_client", "open_folder", "server", "tls_server"]

ADDRESS = "https://github.com/octocat/billing"


class GitHub:
    """The repository at every address: `refs`, or the `refusal` that is raised instead. `asked` are the addresses."""

    def __init__(self) -> None:
        self.refs = make_refs()
        self.refusal: Exception | None = None
        self.asked: list[Address] = []

    @property
    def commit(self) -> str:
        return self.refs[HEADS + "main"]

    def server(self, address: Address, limits: object, network: object) -> "GitHub":
        self.asked.append(address)
        return self

    def listing(self) -> Listing:
        if self.refusal:
            raise self.refusal
        return Listing(self.refs, "main")

    def latest(self, address: Address, network: object) -> Latest:
        branch = self.server(address, None, network).listing().meant_by(address)
        return Latest(branch, self.refs[HEADS + branch], "Add <b>a</b> README")


@pytest.fixture
def github(monkeypatch) -> GitHub:
    played = GitHub()
    monkeypatch.setattr(hosts, "Server", played.server)
    monkeypatch.setattr(hosts, "latest", played.latest)
    monkeypatch.setattr(tasks, "wake", lambda: None)
    return played


class Page:
    """The buttons of a lab page, clicked by one person."""

    def __init__(self, user, lab) -> None:
        self.client, self.lab = client_of(user), lab

    def post(self, action: str, **data: str):
        return self.client.post(f"{self.lab.get_absolute_url()}{action}/", data)

    def paste(self, address: str = ADDRESS):
        return self.post("repository", address=address)

    def grade(self, commit: str, address: str = ADDRESS, branch: str = "main"):
        return self.post("submit", address=address, branch=branch, commit=commit)

    def text(self) -> str:
        return text_of(self.client.get(self.lab.get_absolute_url()))


@pytest.fixture
def page(cast) -> Page:
    return Page(cast.learner.user, cast.lab)


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def submitted(response) -> Submission:
    assert response.status_code == 302
    return Submission.objects.get(public_id=response["Location"].split("/")[2])


# --- a real server --------------------------------------------------------------------------------------------------


@pytest.fixture
def host(server: GitServer, settings, tmp_path, monkeypatch) -> GitServer:
    """git.test, which the web server and worker of this process trust and can reach."""
    settings.REPOSITORY_HOSTS = [server.host]
    settings.TEST_GIT_SERVER = ["127.0.0.1", str(server.certificate)]
    settings.MIRROR_ROOT, settings.GRADED_ROOT = tmp_path / "mirrors", tmp_path / "graded"
    monkeypatch.setattr(tasks, "wake", lambda: None)
    return server


@pytest.fixture
def work(host, tmp_path) -> Iterator[Learner]:
    """A working tree with one commit, pushed to git.test."""
    learner = Learner(tmp_path, host, None)
    learner.commit("Describe the project", README="Billing\n")
    learner.push()
    yield learner
    shutil.rmtree(learner.bare)
