"""A class whose repositories are in one organization on the stand-in for GitHub, with the App installed there."""

import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils import timezone

from benchmarks.repositories import SMALL, copied, new_commit
from benchmarks.site import Site
from labs.models import Connection, Installation
from labs.models import Repository as LearnersRepository
from lessons.models import Enrollment
from tests.factories import make_lab, make_learner
from tests.github.conftest import PERMISSIONS
from tests.github.stand_in import GitHub, open_folder, start
from tests.github.stand_in.deliveries import headers_of
from tests.github.stand_in.records import Delivery, Hook, Repository, next_id

ORGANIZATION = "classroom"


@dataclass(frozen=True)
class Message:
    """A signed delivery of a push, ready to be sent."""

    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Member:
    """A learner with a connected, private repository."""

    enrollment: Enrollment
    connection: Connection
    repository: Repository
    hook: Hook


class Classroom:
    """The portal of the benchmarks, pointed to a stand-in that runs in this process."""

    def __init__(self, site: Site, size: int) -> None:
        self.site, self.stack = site, site.grading
        self.look_times = site.folder / "look-times"
        self.github = site.enter_context(start(site.enter_context(open_folder())))
        self.app = self.github.create_app(permissions=PERMISSIONS)
        self.lab = make_lab(site.lesson.course, source=SMALL.lab)
        installed = self.github.install(self.app, ORGANIZATION)
        self.installation = Installation.objects.create(
            installation_id=installed.id, account=ORGANIZATION, account_id=installed.account.id
        )
        self.members = [self._join(number) for number in range(size)]
        self._template = self._first_payload()
        self._restart_workers()

    def _join(self, number: int) -> Member:
        enrollment = make_learner(self.lab.course)
        repository = add_repository(self.github, f"work-{number}")
        at = {"host": self.github.host, "owner": ORGANIZATION, "name": repository.name}
        known = {"github_id": repository.id, "full_name": repository.full_name, "asked_at": timezone.now()}
        connection = Connection.objects.create(
            repository=LearnersRepository.objects.create(enrollment=enrollment, lab=self.lab, **at),
            installation=self.installation,
            owner_proved_by=Connection.Proof.APP,
            looked_at=timezone.now(),
            **known,
        )
        url = f"{self.stack.url}/github/hooks/{connection.key}/"
        return Member(enrollment, connection, repository, Hook(url, connection.secret, ["push"]))

    def _first_payload(self) -> dict[str, Any]:
        # Any: JSON of a push as the stand-in sends it; the others differ only in their commit and repository
        repository = add_repository(self.github, "first")
        hook = self.github.add_hook(repository, "http://127.0.0.1:9/")
        self.github.commit(repository, {"README.md": "The first push\n"})
        self.github.wait_for_deliveries()
        return hook.deliveries[-1].payload

    def _restart_workers(self) -> None:
        certificates = self.site.folder / "both.pem"
        hosts = (self.site.git_host.certificate, self.github.certificate)
        certificates.write_text("".join(each.read_text() for each in hosts))
        certificates.chmod(0o644)
        self.stack.environment |= {
            **self.settings,
            "GITHUB_APP_PRIVATE_KEY": str(self.github.folder / f"{self.app.slug}.pem"),
            "REPOSITORY_HOSTS": f"{self.site.git_host.name},{self.github.host}",
            "TEST_GIT_SERVER": f"127.0.0.1,{certificates}",
            "LOOK_TIMES": str(self.look_times),
        }
        self.stack.kill("worker")
        self.stack.start("worker", "later-worker", "beat")

    @property
    def settings(self) -> dict[str, str]:
        return {
            "GITHUB_WEB_URL": self.github.url,
            "GITHUB_API_URL": self.github.api_url,
            "GITHUB_APP_ID": str(self.app.id),
            "GITHUB_APP_SLUG": self.app.slug,
            "GITHUB_APP_PRIVATE_KEY": self.app.private_key,
        }

    def push(self, member: Member) -> tuple[str, Message]:
        """Add a commit to `main` on the stand-in; return its ID, and the delivery about it."""
        commit = new_commit(member.repository.folder)
        return commit, self.message(member, commit)

    def message(self, member: Member, commit: str) -> Message:
        repository = self.github.shapes.sent_repository(member.repository, "push")
        payload = {**self._template, "after": commit, "repository": repository}
        body = json.dumps(payload).encode()
        delivery = Delivery("push", payload, str(uuid.uuid4()))
        target = ("repository", member.repository.id)
        return Message(member.hook.url, body, headers_of(member.hook, delivery, body, target))


def add_repository(github: GitHub, name: str) -> Repository:
    folder = github.folder / f"{next_id()}.git"
    copied(SMALL, folder)
    made = Repository(github.person(ORGANIZATION, "Organization"), name, Path(folder), True, None)
    github.repositories[made.id] = made
    return made
