"""A learner puts the starter of a lab on GitHub by the shown commands, works there, and merges a change of it."""

import html
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from labs import actions, tokens
from labs.addresses import practice_address
from labs.grading import tasks, worker
from labs.models import Connection, Repository, Submission
from labs.repositories import hosts
from tests.factories import make_lab, make_learner
from tests.labs.test_starters import CHANGED, STARTED, commit, outcomes, save
from tests.plain_git import ENVIRONMENT, git

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.heavy]
GH = """\
#!/bin/sh
test "$*" = "repo create {name} --public --source=. --remote=origin" || exit 1
git remote add origin {url}
"""


class Terminal:
    """A learner's terminal, which knows the tokens for the portal and for GitHub."""

    def __init__(self, folder: Path, credentials: dict[str, str]) -> None:
        self.folder = folder
        self.programs = folder / "bin"
        self.programs.mkdir(parents=True)
        lines = (f'[url "{full}"]\n\tinsteadOf = {plain}\n' for plain, full in credentials.items())
        (folder / ".gitconfig").write_text("[http]\n\tpostBuffer = 100m\n" + "".join(lines))
        self.environment = ENVIRONMENT | {
            "HOME": str(folder),
            "GIT_CONFIG_GLOBAL": str(folder / ".gitconfig"),
            "PATH": f"{self.programs}:/usr/bin:/bin",
        }

    def paste(self, commands: str, folder: Path | None = None) -> None:
        run = subprocess.run(
            ["bash", "-euc", commands],
            cwd=folder or self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, f"{commands}\n{run.stderr}"


@pytest.fixture
def portal(portal_on_github, settings, live_server, tmp_path, monkeypatch):
    settings.PUBLIC_URL, settings.PRACTICE_ROOT = live_server.url, tmp_path / "practice"
    settings.PRACTICE_WAIT_SECONDS = settings.DISK_RESERVE_BYTES = 0
    settings.PRACTICE_ROOT.mkdir()
    monkeypatch.setattr(tasks, "wake", lambda: None)
    return portal_on_github


@pytest.fixture
def lab(portal):
    return save(make_lab(), STARTED)


@pytest.fixture
def learner(lab):
    return make_learner(lab.course)


@pytest.fixture
def repository(portal):
    return portal.create_repository("learner/prices")


@pytest.fixture
def terminal(portal, lab, learner, repository, tmp_path, live_server):
    portal_parts, github_parts = urlsplit(live_server.url), urlsplit(portal.url)
    token, theirs = tokens.new_token(user=learner.user), repository.owner.token
    return Terminal(
        tmp_path / "home",
        {
            f"http://{portal_parts.netloc}/": f"http://any:{token}@{portal_parts.netloc}/",
            f"http://{github_parts.netloc}/": f"http://any:{theirs}@{github_parts.netloc}/",
        },
    )


def shown(client, lab, learner, title: str) -> str:
    """The commands below a title on the lab page, "" if there are none."""
    client.force_login(learner.user)
    said = html.unescape(client.get(lab.get_absolute_url()).content.decode())
    found = re.search(rf"<span>{title}</span>.*?<code>(.*?)</code>", said, re.DOTALL)
    return found[1] if found else ""


def connect(portal, lab, learner):
    address = hosts.read(f"{portal.host}/learner/prices")
    there = actions.repository_at(learner, lab, address)
    Connection.objects.create(repository=there, owner_proved_by=Connection.Proof.FILE)
    return address


def grade(learner, lab, address) -> Submission:
    actions.submit_address(enrollment=learner, lab=lab, address=address)
    while worker.grade_next():
        pass
    return Submission.objects.latest("number")


def test_the_starter_is_put_on_github_and_its_change_is_merged_there(
    portal, lab, learner, repository, terminal, client
):
    lab.brief = "```bash\ngit clone ADDRESS prices\n```\n"
    lab.save()
    save(lab, STARTED)
    address = connect(portal, lab, learner)
    commands = shown(client, lab, learner, "The starter on GitHub")
    assert f"git remote add origin {portal.url}/learner/prices.git" in commands
    said = client.get(lab.get_absolute_url()).content.decode().partition('<div class="prose">')[2]
    assert f"git clone {portal.url}/learner/prices.git prices" in re.sub("<[^>]+>", "", said)
    terminal.paste(commands)
    work = terminal.folder / lab.slug
    listed = git(work, "for-each-ref", "--format=%(refname)", "refs/remotes/origin").split()
    assert listed == ["refs/remotes/origin/festival", "refs/remotes/origin/main"]

    assert outcomes(grade(learner, lab, address)) == {"yours": "needs_work"}  # the starter alone
    commit(work)
    terminal.paste("git push", work)
    assert outcomes(grade(learner, lab, address)) == {"yours": "passed"}
    update = "In your lab folder"
    assert "git fetch" not in shown(client, lab, learner, update)
    save(lab, CHANGED)
    commands = shown(client, lab, learner, update)
    assert commands.split("\n") == [
        f"git fetch {practice_address(lab)} course",
        "git merge --no-edit FETCH_HEAD",
        "git push",
    ]
    terminal.paste(commands, work)
    assert (work / "rules.md").read_text() == "# Rules\n\nBe kind.\n"
    assert (work / "mine.txt").exists()
    submission = grade(learner, lab, address)
    results = submission.reports.get(is_current=True).data["results"]
    assert results[0]["why"].startswith("`main` has 2 commits")  # theirs and the merge
    assert Repository.objects.get(host=None).update_merged
    assert "git fetch" not in shown(client, lab, learner, update)


def test_a_new_repository_is_made_with_the_command_line_of_github(
    portal, lab, learner, terminal, client, settings
):
    commands = shown(client, lab, learner, "A new repository on GitHub")
    settings.GITHUB_APP_SLUG, settings.GITHUB_CLIENT_ID, settings.GITHUB_CLIENT_SECRET = "portal", "id", "x"
    private = shown(client, lab, learner, "A new repository on GitHub")
    assert private == commands.replace("--public", "--private")
    gh = terminal.programs / "gh"
    gh.write_text(GH.format(name=lab.slug, url=f"{portal.url}/learner/prices.git"))
    gh.chmod(0o755)
    terminal.paste(commands)
    work = terminal.folder / lab.slug
    assert git(work, "rev-parse", "origin/main") == git(work, "rev-parse", "course/main")
    assert git(work, "rev-parse", "--abbrev-ref", "main@{upstream}") == "origin/main"


def test_work_on_github_from_before_the_starter_gets_it_by_its_first_fetch(
    portal, lab, learner, repository, terminal, client
):
    save(lab, STARTED.replace("starter: {scenario: given}", "starter: null"))
    portal.commit(repository, {"mine.txt": "x"}, branch="main")
    address = connect(portal, lab, learner)
    grade(learner, lab, address)
    save(lab, STARTED)
    commands = shown(client, lab, learner, "In your lab folder")
    assert "git merge --no-edit --allow-unrelated-histories FETCH_HEAD" in commands
    terminal.paste(f"git clone {portal.url}/learner/prices.git")
    work = terminal.folder / "prices"
    terminal.paste(commands, work)
    assert sorted(path.name for path in work.glob("*.*")) == [".git", "mine.txt", "prices.csv", "rules.md"]
    grade(learner, lab, address)
    assert "git fetch" not in shown(client, lab, learner, "In your lab folder")
