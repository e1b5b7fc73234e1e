"""Pushes whose message never arrived are found, graded and marked; failed deliveries of the App are repeated."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from labs.github import client, looking, reconciling
from labs.github.asking import UnconfirmedError
from labs.models import Connection, Installation, Receipt, Repository, Submission
from labs.repositories import hosts
from tests.github.signing import A, B, make_connection, push, send
from tests.github.stand_in.requests import Answer
from tests.github.test_hook_looking import MAIN, Host

HOUR = timedelta(hours=1)


@pytest.fixture
def host(monkeypatch) -> Host:
    played = Host()
    monkeypatch.setattr(hosts, "Server", played)
    monkeypatch.setattr("labs.grading.tasks.wake", lambda: None)
    return played


@pytest.fixture
def connection(db) -> Connection:
    connection = make_connection()
    Connection.objects.update(created_at=timezone.now() - HOUR)
    return connection


def look_at_quiet() -> int:
    count = reconciling.look_at_quiet_repositories()
    while looking.look_at_next():
        pass
    return count


def test_missed_push_is_graded_and_says_when_it_was_found(connection, host, monkeypatch, client):
    pushed = timezone.now() - timedelta(minutes=12)
    monkeypatch.setattr(looking, "when_pushed", lambda connection: pushed)
    before = timezone.now()
    assert look_at_quiet() == 1
    submission = Submission.objects.get()
    assert (submission.head, submission.receipt.via) == (A, Receipt.Via.RECOVERED)
    assert submission.receipt.received_at >= before
    client.force_login(submission.enrollment.user)
    page = client.get(submission.get_absolute_url()).content.decode()
    assert "message about this push did not arrive. We found the push 12 minutes later." in page


def test_repository_without_anything_new_is_looked_at_once_in_a_while(connection, host, monkeypatch):
    monkeypatch.setattr(looking, "when_pushed", lambda connection: timezone.now())
    assert [look_at_quiet(), look_at_quiet()] == [1, 0]
    Connection.objects.update(looked_at=timezone.now() - HOUR)
    monkeypatch.setattr(looking, "when_pushed", lambda connection: pytest.fail("nothing is new"))
    assert look_at_quiet() == 1
    assert Submission.objects.count() == 1
    monkeypatch.setattr(looking, "when_pushed", lambda connection: None)  # GitHub gives no time
    host.refs = {MAIN: B}
    Connection.objects.update(looked_at=timezone.now() - HOUR)
    assert look_at_quiet() == 1
    assert [row.head for row in Submission.objects.order_by("pk")] == [A, B]


def test_deleted_branch_is_not_a_missed_push(connection, host, monkeypatch):
    monkeypatch.setattr(looking, "when_pushed", lambda connection: timezone.now())
    host.refs = {MAIN: A, "refs/heads/old": B}
    assert look_at_quiet() == 1
    del host.refs["refs/heads/old"]
    Connection.objects.update(looked_at=timezone.now() - HOUR)
    assert look_at_quiet() == 1
    assert Receipt.objects.count() == 1


def test_commits_pushed_before_the_repository_was_connected_are_not_submitted(connection, host, monkeypatch):
    monkeypatch.setattr(looking, "when_pushed", lambda connection: timezone.now() - 2 * HOUR)
    assert look_at_quiet() == 1
    assert not Submission.objects.exists()


@pytest.mark.parametrize("fields", [{"owner_proved_by": ""}, {"disconnected_at": timezone.now()}])
def test_repository_that_is_not_connected_is_left_alone(connection, host, fields):
    Connection.objects.update(**fields)
    assert look_at_quiet() == 0


def item(number, guid, status="timed out", ago=HOUR):
    return {
        "id": number,
        "guid": guid,
        "status": status,
        "delivered_at": (timezone.now() - ago).isoformat(),
    }


def test_delivery_is_repeated_until_an_attempt_arrives_and_no_more_than_twice():
    listed = [
        item(9, "a", "OK"),
        item(8, "b"),
        item(7, "c"),
        item(6, "c"),
        item(5, "c"),
        item(4, "d", "Invalid HTTP Response: 502"),
        item(3, "a"),
        item(2, "d", "Invalid HTTP Response: 502"),
        item(1, "e", ago=timedelta(days=4)),
    ]
    assert reconciling.failed_deliveries(listed, timezone.now()) == [8, 4]


def test_nobody_is_asked_without_an_app(settings):
    settings.GITHUB_APP_ID = ""
    assert reconciling.repeat_failed_deliveries() == 0


def test_time_of_a_push_is_read_by_the_id_of_a_repository_that_moved(portal_on_github, db):
    repository = portal_on_github.create_repository("octo/work")
    portal_on_github.commit(repository, {"README.md": "Work\n"})
    portal_on_github.move(repository, "octo/moved")
    connection = make_connection(github_id=repository.id)
    connection.repository.host = portal_on_github.host
    with pytest.raises(reconciling.OldNameError):
        reconciling.when_pushed(connection)
    connection.repository.name = "moved"
    found = reconciling.when_pushed(connection)
    assert abs(found - timezone.now()) < HOUR
    portal_on_github.switches.is_down = True
    with pytest.raises(UnconfirmedError):
        reconciling.when_pushed(connection)


def test_pushes_of_a_branch_have_their_times_and_a_private_repository_tells_nobody(portal_on_github, db):
    repository = portal_on_github.create_repository("octo/work")
    first, second = (portal_on_github.commit(repository, {"a.txt": text}) for text in ("1", "2"))
    repository.activities[1].at = "2026-08-29T15:00:00Z"
    connection = make_connection(github_id=repository.id)
    found = reconciling.times_of_pushes(connection)
    assert found[(MAIN, first)] == datetime(2026, 8, 29, 15, tzinfo=UTC)
    assert abs(found[(MAIN, second)] - timezone.now()) < HOUR
    repository.activities[0].after = first  # the branch went back to it
    assert reconciling.times_of_pushes(connection)[(MAIN, first)] == found[(MAIN, first)]
    repository.is_private = True
    assert reconciling.times_of_pushes(connection) == {}
    portal_on_github.switches.is_down = True
    with pytest.raises(UnconfirmedError):
        reconciling.times_of_pushes(connection)


def test_old_name_that_somebody_else_took_is_never_graded(portal_on_github, db):
    """The stranger's repository is found under the name, the learner's by its ID."""
    github = portal_on_github
    mine = github.create_repository("octo/work")
    mine_head = github.commit(mine, {"README.md": "Mine\n"})
    github.move(mine, "octo/moved")
    theirs = github.create_repository("octo/work")
    github.commit(theirs, {"README.md": "Theirs\n"})
    connection = make_connection(github_id=mine.id, full_name="octo/work", asked_at=timezone.now())
    Repository.objects.update(host=github.host)
    for _ in range(2):  # the second finds the new name
        Connection.objects.update(look_at=timezone.now(), created_at=timezone.now() - HOUR)
        assert looking.look_at_next()
    connection = Connection.objects.select_related("repository").get()
    assert connection.repository.name == "moved"
    assert [row.head for row in Submission.objects.all()] == [mine_head]


@pytest.mark.daily(2)
@pytest.mark.parametrize("how", ["down", "limited", "deleted"])
@pytest.mark.parametrize("has_message", [True, False])
def test_name_that_somebody_took_is_not_graded_while_github_confirms_nothing(
    portal_on_github, db, how, has_message
):
    """The stranger's repository has the name, and the REST API does not say so yet."""
    github = portal_on_github
    mine = github.create_repository("octo/work")
    mine_head = github.commit(mine, {"README.md": "Mine\n"})
    github.move(mine, "octo/moved")
    theirs = github.create_repository("octo/work")
    stolen = github.commit(theirs, {"README.md": "Theirs\n"})
    connection = make_connection(github_id=mine.id, full_name="octo/work", look_at=timezone.now())
    Repository.objects.update(host=github.host)
    connection.repository.receipts.create(refs={}, digest="before", via="webhook", received_at=timezone.now())
    if has_message:
        message = push(stolen, repository={"id": mine.id, "full_name": "octo/moved"})
        assert send(connection, message).status_code == 202
    if how == "deleted":
        github.delete(mine)
    elif how == "limited":
        github.switches.limit_primary(1200)
    with refused_rest(github, is_refused=how == "down"):
        assert looking.look_at_next()
    assert not Submission.objects.exists()
    connection.refresh_from_db()
    if how == "deleted":
        assert connection.look_at is None
        return
    waits = connection.look_at - timezone.now()
    assert waits > timedelta(minutes=15 if how == "limited" else 0)
    github.switches.reset()
    for _ in range(2):
        Connection.objects.update(look_at=timezone.now())
        assert looking.look_at_next()
    assert [row.head for row in Submission.objects.all()] == [mine_head]


@contextmanager
def refused_rest(github, *, is_refused):
    # Git is still answered
    with pytest.MonkeyPatch.context() as patch:
        if is_refused:
            down = Answer(502, b"<title>502</title>")
            patch.setattr("tests.github.stand_in.rest.answer", lambda *given: down)
        yield


def test_one_connection_leaves_requests_without_a_sign_in_to_the_others(portal_on_github, db):
    repository = portal_on_github.create_repository("octo/work")
    for _ in range(client.MAX_ANONYMOUS_PER_HOUR):
        client.as_anybody(share="1").get(f"/repositories/{repository.id}")
    with pytest.raises(client.ShareSpentError, match="only a few times an hour") as refusal:
        client.as_anybody(share="1").get(f"/repositories/{repository.id}")
    assert refusal.value.retry_at > timezone.now()
    assert client.as_anybody(share="2").get(f"/repositories/{repository.id}")


def test_dropped_delivery_of_the_app_is_asked_for_again_and_arrives(app, portal_on_github, db):
    repository = portal_on_github.create_repository("octo/work")
    portal_on_github.install(app, "octo", repository)
    app.hook.url = f"{portal_on_github.url}/nowhere"
    portal_on_github.wait_for_deliveries()
    portal_on_github.drop_deliveries(1)
    portal_on_github.commit(repository, {"README.md": "Work\n"})
    portal_on_github.wait_for_deliveries()
    lost = app.hook.deliveries[-1]
    assert reconciling.repeat_failed_deliveries() >= 1
    portal_on_github.wait_for_deliveries()
    again = [each for each in app.hook.deliveries if each.guid == lost.guid]
    assert len(again) == 2


def test_repository_that_the_app_no_longer_sees_is_asked_about_and_says_so(app, portal_on_github, client, db):
    repository = portal_on_github.create_repository("octo/work")
    portal_on_github.commit(repository, {"README.md": "Work\n"})
    installed = portal_on_github.install(app, "octo", repository)
    row = Installation.objects.create(installation_id=installed.id, account="octo")
    connection = make_connection(github_id=repository.id, asked_at=timezone.now(), installation=row)
    Repository.objects.update(host=portal_on_github.host)
    portal_on_github.uninstall(installed)
    payload = {
        "action": "removed",
        "installation": {"id": installed.id, "account": {"login": "octo", "id": repository.owner.id}},
        "repositories_added": [],
        "repositories_removed": [{"id": repository.id, "full_name": "octo/work"}],
    }
    at = {"secret": app.hook.secret, "address": "/github/app/"}
    assert send(connection, payload, event="installation_repositories", **at).status_code == 202
    assert looking.look_at_next()
    assert Connection.objects.get().installation is None
    client.force_login(connection.repository.enrollment.user)
    page = client.get(f"{connection.repository.lab.get_absolute_url()}connection/").content.decode()
    assert "The App is not installed on this repository." in page


@pytest.mark.daily(2)
@pytest.mark.parametrize(
    ("action", "is_active"),
    [("suspend", False), ("deleted", False), ("unsuspend", True), ("created", True), ("other", None)],
)
def test_installation_follows_what_github_says_of_it(app, action, is_active, db):
    connection = make_connection()
    for was_active in (True, False):
        ended_at = None if was_active else timezone.now()
        values = {"account": "octo", "suspended_at": ended_at, "deleted_at": None}
        Installation.objects.update_or_create(installation_id=5, defaults=values)
        other = Installation.objects.update_or_create(installation_id=6, defaults={"account": "other"})[0]
        payload = {"action": action, "installation": {"id": 5, "account": {"login": "octo", "id": 9}}}
        at = {"secret": app.hook.secret, "address": "/github/app/"}
        send(connection, payload, event="installation", **at)
        expected = was_active if is_active is None else is_active
        assert Installation.objects.get(installation_id=5).is_active is expected
        other.refresh_from_db()
        assert other.is_active


@pytest.mark.daily(1)
@pytest.mark.parametrize("known", [42, None])
def test_connected_repository_uses_an_app_that_is_installed_later(app, portal_on_github, known, db):
    repository = portal_on_github.create_repository("octo/work")
    portal_on_github.commit(repository, {"README.md": "Work\n"})
    connection = make_connection(github_id=known and repository.id, asked_at=timezone.now())
    Repository.objects.update(host=portal_on_github.host)
    app.hook.url = f"{portal_on_github.url}/nowhere"
    installed = portal_on_github.install(app, "octo", repository)
    portal_on_github.wait_for_deliveries()
    payload = app.hook.deliveries[-1].payload
    secret = app.hook.secret
    answer = send(connection, payload, event="installation", secret=secret, address="/github/app/")
    assert answer.status_code == 202
    assert looking.look_at_next()
    assert Connection.objects.get().installation.installation_id == installed.id
