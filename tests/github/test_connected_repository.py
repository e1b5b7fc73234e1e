"""A learner connects a repository on the stand-in for GitHub in a browser, pushes with Git, and is graded."""

import re
import subprocess
from pathlib import Path

import pytest

from labs.github import looking, owner_file
from labs.grading import tasks, worker
from labs.models import Connection, Lab, Receipt, State, Submission
from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.factories import make_lab, make_learner
from tests.labs.conftest import PASSABLE
from tests.plain_git import ENVIRONMENT, git

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.heavy]


@pytest.fixture(autouse=True)
def one_worker(monkeypatch) -> None:
    # this process is the worker
    monkeypatch.setattr(tasks, "wake", lambda: None)
    monkeypatch.setattr("labs.github.tasks.wake", lambda connection: None)


@pytest.fixture
def connected(portal_on_github, live_server, settings, browser, tmp_path):
    """A learner's page in a browser, the repository on the stand-in, and a clone of it."""
    settings.PUBLIC_URL = live_server.url
    github = portal_on_github
    lab = make_lab(source=PASSABLE)
    learner = make_learner(lab.course)
    repository = github.create_repository("learner/billing")
    github.commit(repository, {"README.md": "# Billing"}, branch="main")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", github.address(repository, repository.owner.token), str(clone))
    context = open_context(browser, live_server, learner.user)
    page = context.new_page()
    page.goto(f"{lab.get_absolute_url()}connection/")
    page.get_by_label("Repository URL").fill(f"{github.host}/learner/billing")
    page.get_by_role("button", name="Connect").click()
    yield github, repository, clone, page
    context.close()


def push_file(clone: Path, page) -> None:
    """Do what the page says, in a terminal."""
    commands = page.locator("figure", has_text="In your lab folder").locator("code").inner_text()
    shell = re.sub(r"git push \S+", "git push -q origin", commands)
    subprocess.run(["bash", "-euc", shell], cwd=clone, check=True, capture_output=True, env=ENVIRONMENT)


def test_learner_connects_by_a_file_and_each_push_is_graded(connected):
    github, repository, clone, page = connected
    assert looking.look_at_next()
    page.get_by_text(f"{owner_file.NAME} is on neither").wait_for()
    push_file(clone, page)
    page.get_by_role("button", name="Look for the file").click()
    assert looking.look_at_next()
    page.locator(".band", has_text="Waiting for the first message.").wait_for()
    page.get_by_role("button", name="Create the secret").click()
    secret = page.locator("figure", has_text="Secret").first.locator("code").inner_text()
    url = page.locator("dd code").first.inner_text()
    hook = github.add_hook(repository, url, secret, events=("push",))
    github.wait_for_deliveries()
    page.locator(".band", has_text="GitHub reached the portal (ping).").wait_for()
    lab_page = page.context.new_page()
    lab_page.goto(Lab.objects.get().get_absolute_url())
    lab_page.get_by_text("Nothing yet. A push to your repository appears here by itself.").wait_for()
    git(clone, "commit", "-q", "--allow-empty", "-m", "Second")
    git(clone, "push", "-q", "origin", "main")
    github.wait_for_deliveries()
    assert hook.deliveries[-1].status_code == 202
    lab_page.get_by_text("Received. A worker looks at the repository next").wait_for()  # none has looked yet
    assert looking.look_at_next()
    lab_page.get_by_text("as submission 1: Queued").wait_for()
    assert worker.grade_next()
    lab_page.get_by_text("as submission 1: 100 points").wait_for()
    lab_page.close()
    submission = Submission.objects.get()
    assert (submission.state, submission.receipt.via) == (State.GRADED, Receipt.Via.WEBHOOK)
    assert submission.reports.get().passed
    page.locator(".chip", has_text="Submitted").wait_for()

    github.move(repository, "learner/invoices")
    git(clone, "remote", "set-url", "origin", github.address(repository, repository.owner.token))
    git(clone, "commit", "-q", "--allow-empty", "-m", "Third")
    git(clone, "push", "-q", "origin", "main")
    github.wait_for_deliveries()
    assert looking.look_at_next()
    connection = Connection.objects.select_related("repository").get()
    assert (connection.github_id, connection.repository.name) == (repository.id, "invoices")
    assert Submission.objects.count() == 2
    page.locator(".band", has_text="It stays connected.").wait_for()


@pytest.mark.parametrize("look", LOOKS)
def test_page_is_accessible_in_each_state(portal_on_github, live_server, browser, look):
    lab = make_lab(source=PASSABLE)
    learner = make_learner(lab.course)
    context = open_context(browser, live_server, learner.user, **look())
    page = context.new_page()
    page.goto(f"{lab.get_absolute_url()}connection/")
    found = [axe_violations(page), widens(page)]
    page.get_by_label("Repository URL").fill(f"{portal_on_github.host}/learner/billing")
    page.get_by_role("button", name="Connect").click()
    found += [axe_violations(page), widens(page)]
    connection = Connection.objects.get()
    Connection.objects.update(
        owner_proved_by="file", look_at=None, answers=[["Repository", "It is public.", True]]
    )
    connection.deliveries.create(guid="1" * 36, event="push", ref="refs/heads/main", commit="a" * 40)
    page.reload()
    page.get_by_role("button", name="Create the secret").click()
    found += [axe_violations(page), widens(page)]
    context.close()
    assert found == [[], False] * 3
