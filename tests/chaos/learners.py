"""Learners who push again and again: to the practice remote, or to a repository on the stand-in for GitHub."""

import os
import random
import time
from pathlib import Path

from django.utils import timezone

from labs import tokens
from labs.addresses import practice_address
from labs.models import Connection, Installation, Lab, Repository
from lessons.models import Enrollment
from tests.github.conftest import PERMISSIONS
from tests.github.stand_in import GitHub
from tests.labs.git_client import Clone

MAX_TRIES = 60  # of one push: a learner whose push was refused pushes again
ORGANIZATION = "classroom"
LOST, REPEATED = 0.3, 0.4  # share of the messages


class Learner:
    """Commit and push to the practice remote, each time until the push is accepted."""

    def __init__(self, enrollment: Enrollment, lab: Lab, folder: Path) -> None:
        self.enrollment, self.lab = enrollment, lab
        self.clone = Clone(folder, self._address())
        self.taken: list[str] = []
        self.refusals = 0

    def _address(self) -> str:
        return practice_address(self.lab, tokens.new_token(user=self.enrollment.user))

    def push_all(self, pushes: int) -> None:
        for number in range(pushes):
            self.push_one(number)

    def push_one(self, number: int, tries: int = MAX_TRIES) -> None:
        head = self.clone.commit(f"Describe module {number}", content=os.urandom(20_000))
        for _ in range(tries):
            if self.clone.push()[0] == 0:
                self.taken.append(head)
                break
            self.refusals += 1
            time.sleep(0.5)  # a person would not push again at once either


class CodingLearner(Learner):
    """Push a program that runs in the lab's environment."""

    def push_one(self, number: int, tries: int = MAX_TRIES) -> None:
        self.clone.commit("Print", "app.py", f"import slowly; print(slowly.NAME, {number})\n".encode())
        super().push_one(number, tries)


class LearnerOnGitHub(Learner):
    """Push to GitHub, whose messages are sometimes lost or repeated."""

    def __init__(
        self, enrollment: Enrollment, lab: Lab, folder: Path, github: GitHub, dice: random.Random
    ) -> None:
        self.github, self.dice = github, dice
        self.remote = github.create_repository(f"{ORGANIZATION}/{folder.name}", private=True)
        self.shares = LOST, REPEATED
        self.lost: list[str] = []
        super().__init__(enrollment, lab, folder)

    def _address(self) -> str:
        return self.github.address(self.remote, self.remote.owner.token)

    def connect(self, installation: Installation, portal: str) -> None:
        at = {"host": self.github.host, "owner": ORGANIZATION, "name": self.remote.name}
        self.connection = Connection.objects.create(
            repository=Repository.objects.create(enrollment=self.enrollment, lab=self.lab, **at),
            installation=installation,
            owner_proved_by=Connection.Proof.APP,
            github_id=self.remote.id,
            full_name=self.remote.full_name,
            asked_at=timezone.now(),
        )
        url = f"{portal}/github/hooks/{self.connection.key}/"
        self.hook = self.github.add_hook(self.remote, url, self.connection.secret)

    def push_all(self, pushes: int) -> None:
        for number in range(pushes):
            self.push_one(number)
            if number < pushes - 1:
                time.sleep(self.dice.uniform(0.5, 4))  # else the next push replaces it before it is fetched

    def push_one(self, number: int, tries: int = MAX_TRIES) -> None:
        lost, repeated = self.shares
        self.hook.is_active = self.dice.random() >= lost
        super().push_one(number, tries)
        if not self.hook.is_active:
            self.lost.append(self.taken[-1])
        if self.hook.deliveries and self.dice.random() < repeated:
            delivery = self.dice.choice(self.hook.deliveries)  # also one that came long ago
            self.github.redeliver(self.hook, delivery.id, self.remote)


def install_app(github: GitHub) -> tuple[Installation, dict[str, str]]:
    """Install an App on the organization; return the portal's row of it, and its settings."""
    app = github.create_app(permissions=PERMISSIONS)
    github.person(ORGANIZATION, "Organization")
    installed = github.install(app, ORGANIZATION)
    row = {"installation_id": installed.id, "account": ORGANIZATION, "account_id": installed.account.id}
    return Installation(**row), {
        "GITHUB_WEB_URL": github.url,
        "GITHUB_API_URL": github.api_url,
        "GITHUB_APP_ID": str(app.id),
        "GITHUB_APP_SLUG": app.slug,
        "GITHUB_APP_PRIVATE_KEY": str(github.folder / f"{app.slug}.pem"),
        "REPOSITORY_HOSTS": github.host,
        "TEST_GIT_SERVER": f"127.0.0.1,{github.certificate}",
    }
