"""Private repositories: a worker reads them with a token of the App, which nothing shows."""

import logging
from types import SimpleNamespace

import pytest
from django.core.cache import caches

from labs.actions import receive
from labs.github import asking
from labs.grading import tasks, worker
from labs.models import Connection, Delivery, Installation, Receipt, Repository, Submission
from labs.repositories import hosts
from labs.repositories.hosts import LookUpFailedError
from tests.factories import make_lab, make_learner
from tests.github.signing import A, push, send
from tests.labs.conftest import PASSABLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def private(app, portal_on_github, monkeypatch):
    """A private repository that its learner connected by the App, and another learner of the lab."""
    caches["tokens"].clear()
    monkeypatch.setattr(tasks, "wake", lambda: None)
    github = portal_on_github
    remote = github.create_repository("learner/hidden", private=True)
    github.commit(remote, {"README.md": "Billing\n"})
    installed = github.install(app, "learner", remote)
    lab = make_lab(source=PASSABLE)
    repository = Repository.objects.create(
        enrollment=make_learner(lab.course), lab=lab, host=github.host, owner="learner", name="hidden"
    )
    connection = Connection.objects.create(
        repository=repository,
        github_id=remote.id,
        owner_proved_by=Connection.Proof.APP,
        installation=Installation.objects.create(installation_id=installed.id, account="learner"),
    )
    return SimpleNamespace(
        github=github,
        remote=remote,
        repository=repository,
        connection=connection,
        lab=lab,
        installed=installed,
    )


def argument_lists(monkeypatch) -> list[str]:
    """All argument lists and folders' settings that a fetch could leave a token in, from now on."""
    seen = []
    run = hosts.Server._run

    def watch(self, arguments, cwd, *rest, **more):
        seen.append(" ".join([*self._git, *arguments]))
        return run(self, arguments, cwd, *rest, **more)

    monkeypatch.setattr("labs.grader.fetching.upstream.Server._run", watch)
    return seen


def test_a_private_repository_is_graded_and_its_token_is_nowhere(private, monkeypatch, caplog, settings):
    argv = argument_lists(monkeypatch)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("github").setLevel(logging.INFO)  # as the settings do
        refs, head = hosts.snapshot(private.repository.address, of=private.repository)
        receive(repository=private.repository, refs=refs, via=Receipt.Via.WEBHOOK, head_ref=head)
        assert worker.grade_next()
    submission = Submission.objects.get()
    assert submission.state == "graded", submission.message
    (token,) = [name for name, grant in private.github.grants.items() if grant.installation]
    assert private.github.grants[token].repository_ids == [private.remote.id]
    assert private.github.grants[token].permissions == {"contents": "read"}
    files = [path.read_bytes() for path in settings.MIRROR_ROOT.rglob("*") if path.is_file()]
    shown = "".join([*argv, caplog.text, submission.message, str(submission.reports.get().data)])
    assert len(argv) >= 2 and files
    assert token not in shown
    assert not any(token.encode() in content for content in files)


def test_somebody_else_who_types_the_address_gets_no_token(private):
    address = private.repository.address
    with pytest.raises(LookUpFailedError, match="private"):
        hosts.snapshot(address)
    other = Repository.objects.create(
        enrollment=make_learner(private.lab.course),
        lab=private.lab,
        host=address.host,
        owner="learner",
        name="hidden",
    )
    with hosts.hold_mirror(address, {}, of=private.repository):
        pass
    with pytest.raises(LookUpFailedError, match="private"):
        hosts.snapshot(address, of=other)
    with pytest.raises(hosts.FetchRefusedError), hosts.hold_mirror(address, {}, of=other):
        pytest.fail("the mirror of somebody else was opened")


def test_the_latest_commit_of_a_private_repository_is_graded_on_request(private, client):
    learner = private.repository.enrollment.user
    client.force_login(learner)
    lab = private.lab
    answer = client.post(f"/courses/{lab.course.slug}/labs/{lab.slug}/connection/grade/")
    assert (answer.status_code, Submission.objects.get().enrollment.user) == (302, learner)


def connection_of_somebody_else(private, name="hidden", **fields) -> Connection:
    at = {"host": private.github.host, "owner": "learner", "name": name}
    other = Repository.objects.create(enrollment=make_learner(private.lab.course), lab=private.lab, **at)
    return Connection.objects.create(repository=other, **fields)


def test_somebody_else_who_types_the_address_learns_nothing_about_pushes(private, settings, monkeypatch):
    monkeypatch.setattr("labs.github.tasks.wake", lambda connection: None)
    number = private.remote.id
    theirs = connection_of_somebody_else(
        private, github_id=number, installation=private.connection.installation
    )
    message = push(A, "refs/heads/secret", repository={"id": number, "full_name": "learner/hidden"})
    answer = send(theirs, message, address="/github/app/", secret=settings.GITHUB_APP_WEBHOOK_SECRET)
    assert answer.status_code == 202
    assert [row.connection for row in Delivery.objects.all()] == [private.connection]


def test_somebody_else_cannot_tell_a_private_repository_from_none(private):
    """Neither its new name nor that the App is installed on it."""
    private.github.move(private.remote, "learner/renamed")
    told = []
    for name in ("hidden", "renamed", "nothing"):
        theirs = connection_of_somebody_else(private, name)
        with pytest.raises(asking.UnconfirmedError) as refusal:
            asking.ask(theirs)
        assert refusal.value.message == asking.NOT_VISIBLE
        theirs.refresh_from_db()
        assert (theirs.github_id, theirs.installation, theirs.repository.name) == (None, None, name)
        told.append(theirs.answers)
    assert told[0] == told[1] == told[2]


def test_github_that_was_down_is_asked_again_until_the_id_is_known(private):
    theirs = connection_of_somebody_else(private)
    private.github.switches.is_down = True
    with pytest.raises(asking.UnconfirmedError) as outage:
        asking.ask(theirs)
    assert (outage.value.may_retry, theirs.asked_at, "has not confirmed" in str(theirs.answers)) == (
        True,
        None,
        True,
    )
    private.github.switches.reset()
    with pytest.raises(asking.UnconfirmedError) as refusal:
        asking.ask(theirs)
    assert theirs.asked_at and not refusal.value.may_retry


def test_a_removed_app_opens_nothing_and_an_outage_is_a_reason_to_try_again(private):
    private.github.switches.is_down = True
    with pytest.raises(LookUpFailedError, match="did not respond") as outage:
        hosts.snapshot(private.repository.address, of=private.repository)
    assert outage.value.may_retry
    private.github.switches.reset()
    private.github.uninstall(private.installed)
    with pytest.raises(LookUpFailedError, match="private") as refused:
        hosts.snapshot(private.repository.address, of=private.repository)
    assert not refused.value.may_retry
    Connection.objects.update(disconnected_at="2026-11-30T00:00:00Z")
    with pytest.raises(LookUpFailedError, match="private"):
        hosts.snapshot(private.repository.address, of=private.repository)
