"""Connect a repository: the pages of a learner, and what a worker finds out. GitHub and Git are played by objects."""

import html
import re
import subprocess
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from labs.github import asking, connecting, intake, looking, owner_file, queries
from labs.github.proofs import rows_about, with_rows
from labs.grader.fetching.listing import Listing
from labs.grading import tasks
from labs.models import Connection, Installation, Lab, Receipt, Repository, Submission
from labs.repositories import hosts
from tests.factories import make_lab, make_learner
from tests.github.signing import A, B, push, send
from tests.plain_git import ENVIRONMENT, git

pytestmark = pytest.mark.django_db
ADDRESS = {"address": "https://github.com/octo/work"}


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    class Host:
        def __init__(self, *given: object) -> None: ...

        def listing(self) -> Listing:
            return Listing({"refs/heads/main": A}, "main")

    monkeypatch.setattr(hosts, "Server", Host)
    monkeypatch.setattr(tasks, "wake", lambda: None)
    monkeypatch.setattr("labs.github.tasks.wake", lambda connection: None)
    monkeypatch.setattr(asking, "ask", lambda connection: None)


@pytest.fixture
def lab():
    return make_lab()


@pytest.fixture
def learner(lab):
    return make_learner(lab.course)


@pytest.fixture
def client(learner) -> Client:
    client = Client()
    client.force_login(learner.user)
    return client


@pytest.fixture
def page(lab) -> str:
    return f"{lab.get_absolute_url()}connection/"


def connected(client, page, *, proved: bool = True) -> Connection:
    assert client.post(page, ADDRESS).status_code == 302
    connection = Connection.objects.get(disconnected_at=None)
    if proved:
        Connection.objects.filter(pk=connection.pk).update(owner_proved_by="file", github_id=42, look_at=None)
    connection.refresh_from_db()
    return connection


def text_of(response) -> str:
    return response.content.decode()


def test_connected_repository_waits_for_a_proof_and_shows_the_file(client, page, lab):
    assert page in text_of(client.get(lab.get_absolute_url()))
    connection = connected(client, page, proved=False)
    text = text_of(client.get(page))
    assert connection.challenge() in text and owner_file.NAME in text
    assert "webhook" not in text and connection.key not in text
    assert connection.look_at is not None
    assert send(connection, push(repository={"id": 1, "full_name": "octo/work"})).status_code == 204


def test_file_with_the_right_content_proves_and_any_other_says_why(client, page, monkeypatch):
    connection = connected(client, page, proved=False)
    monkeypatch.setattr(
        owner_file, "check_file", lambda found, refs, head: setattr(found, "proof_note", "Not there.")
    )
    assert looking.look_at_next()
    assert "Not there." in text_of(client.get(page))
    assert client.post(f"{page}check/").status_code == 302
    monkeypatch.setattr(
        owner_file, "check_file", lambda found, refs, head: setattr(found, "owner_proved_by", "file")
    )
    assert looking.look_at_next()
    connection.refresh_from_db()
    assert connection.is_active and "Waiting for the first message" in text_of(client.get(page))
    assert not Submission.objects.exists()


def test_file_read_before_the_repository_was_connected_again_proves_nothing(client, page, monkeypatch):
    connected(client, page, proved=False)

    def connect_again_while_reading(found, refs, head):
        client.post(f"{page}disconnect/")
        client.post(page, ADDRESS)
        found.owner_proved_by = "file"

    monkeypatch.setattr(owner_file, "check_file", connect_again_while_reading)
    assert looking.look_at_next()
    again = Connection.objects.get()
    assert not again.is_active and looking.due_connections().get() == again


@pytest.mark.parametrize("address", ["", "https://gitlab.com/a/b", "nonsense"])
def test_address_that_cannot_be_connected_is_refused_in_words(client, page, address):
    answer = client.post(page, {"address": address})
    assert answer.status_code == 422 and 'class="error' in text_of(answer)
    assert not Repository.objects.exists()


def test_secret_is_shown_once_and_a_new_one_overlaps_for_a_day(client, page):
    connection = connected(client, page)
    first = client.post(f"{page}secret/")
    connection.refresh_from_db()
    old = connection.secret
    assert text_of(first).count(old) >= 2 and f"config[secret]={old}" in text_of(first).replace("&#x27;", "'")
    assert first.headers["Cache-Control"].startswith("max-age=0")
    assert old not in text_of(client.get(page))
    second = client.post(f"{page}secret/")
    connection.refresh_from_db()
    assert connection.secret in text_of(second) and connection.secret != old
    assert connection.previous_until - timezone.now() > timedelta(hours=23)
    assert [send(connection, secret=each).status_code for each in (old, connection.secret)] == [202, 204]


def test_page_names_the_events_that_the_checks_need(client, page):
    connected(client, page)
    text = text_of(client.get(page))
    assert "Just the push event" in text and "events[]=push" in text


def test_disconnected_repository_takes_no_messages_and_connecting_again_needs_a_new_secret(client, page):
    connection = connected(client, page)
    old, file = connection.secret, connection.challenge()
    send(connection)
    assert client.post(f"{page}disconnect/", follow=True).status_code == 200
    assert connection.deliveries.get().outcome == "ignored"
    assert send(connection).status_code == 204
    connection.refresh_from_db()
    assert connection.look_at is None
    again = connected(client, page, proved=False)
    assert again.pk == connection.pk and again.secret != old and not again.owner_proved_by
    assert again.challenge() != file
    assert send(again, secret=old).status_code == 403


def test_second_repository_takes_the_place_of_the_first(client, page, learner, lab):
    first = connected(client, page)
    assert client.post(page, {"address": "https://github.com/octo/other"}).status_code == 302
    first.refresh_from_db()
    assert first.disconnected_at
    assert queries.current_connection(learner, lab).repository.name == "other"


def test_latest_commit_is_graded_without_a_message(client, page):
    connected(client, page)
    answer = client.post(f"{page}grade/")
    assert answer.url == Submission.objects.get().get_absolute_url()
    assert Receipt.objects.get().via == "address"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Waiting for the first message."),
        (
            {"mismatched_at": timezone.now()},
            "A message was signed with a different secret, so it was ignored.",
        ),
        ({"last_heard_at": timezone.now() - timedelta(days=8)}, "GitHub has sent nothing for 7 days."),
        ({"last_heard_at": timezone.now()}, "GitHub reached the portal (ping)."),
    ],
)
def test_state_is_shown_as_a_sentence(client, page, values, sentence):
    connection = connected(client, page)
    if "last_heard_at" in values:
        connection.deliveries.create(guid="1" * 32, event="ping", outcome="noted")
    Connection.objects.update(**values)
    assert sentence in text_of(client.get(page))


@pytest.mark.parametrize("proof", ["", "file"])
def test_page_of_a_repository_with_the_app_does_not_ask_for_the_app_or_a_webhook(
    client, page, settings, proof
):
    settings.GITHUB_APP_ID, settings.GITHUB_APP_PRIVATE_KEY, settings.GITHUB_APP_SLUG = "7", "key", "portal"
    connection = connected(client, page)
    assert "Install the App on GitHub" in text_of(client.get(page))
    installation = Installation.objects.create(installation_id=1, account="octo", account_id=2)
    heard = timezone.now() - timedelta(days=8)
    fields = {"installation": installation, "owner_proved_by": proof, "last_heard_at": heard}
    Connection.objects.filter(pk=connection.pk).update(**fields)
    connection.deliveries.create(guid="1" * 32, event="ping", outcome="noted")
    text = text_of(client.get(page))
    assert "Install the App on GitHub" not in text and "under Settings, Webhooks" not in text
    assert ("look on GitHub whether the App is still installed" in text) == bool(proof)
    now = {"last_heard_at": timezone.now(), "mismatched_at": timezone.now()}
    Connection.objects.filter(pk=connection.pk).update(**now)
    text = text_of(client.get(page))
    assert ("The GitHub App reports your pushes." in text) == bool(proof)
    assert "band bad" not in text
    said = text_of(client.post(f"{page}disconnect/", follow=True))
    assert "The App is still installed on it. You can remove it on GitHub." in said
    assert "Delete the webhook" not in said


def test_a_webhook_is_to_be_deleted_after_disconnecting(client, page):
    connected(client, page)
    client.post(f"{page}secret/")
    said = text_of(client.post(f"{page}disconnect/", follow=True))
    assert "is disconnected. Delete the webhook on GitHub as well." in said


def test_steps_show_how_far_the_connection_is(client, page, settings):
    def steps() -> list[str]:
        return re.findall(r"<b>[^<]+<span[^>]*> \(([^)]+)\)</span></b>", text_of(client.get(page)))

    settings.GITHUB_APP_ID, settings.GITHUB_APP_PRIVATE_KEY, settings.GITHUB_APP_SLUG = "7", "key", "portal"
    connection = connected(client, page, proved=False)
    assert steps() == ["not done"] * 4
    Connection.objects.update(owner_proved_by="file")
    new = text_of(client.post(f"{page}secret/"))
    assert re.search(r'<details class="card" open>\s*<summary><b>Add a webhook instead', new)
    assert steps() == ["done", "done", "not done", "not done"]
    send(connection, event="ping")
    heard = r"GitHub reached the portal \(ping\)\.</strong> The message arrived on \d+ \w+, \d\d:\d\d \w+\."
    assert re.search(heard, text_of(client.get(page)))
    send(connection, push(A))
    assert looking.look_at_next()
    assert steps() == ["done"] * 4
    assert f"Push received: {A[:7]}.</strong> The message arrived on " in text_of(client.get(page))
    client.post(f"{page}disconnect/")
    connected(client, page)
    assert steps() == ["done", "not done", "not done", "not done"]
    assert "Waiting for the first message." in text_of(client.get(page))


def test_lab_page_says_which_repository_is_connected_and_when_github_was_heard(client, page, lab):
    at = lab.get_absolute_url()
    assert ">Connect a repository</a>. Each push" in text_of(client.get(at))
    connection = connected(client, page, proved=False)
    assert ">octo/work</a> is connected, but you have not shown yet that it is yours." in text_of(
        client.get(at)
    )
    Connection.objects.update(owner_proved_by="file")
    assert "No message from GitHub has arrived yet." in text_of(client.get(at))
    send(connection, event="ping")
    assert "The last message from GitHub arrived on " in text_of(client.get(at))


def test_github_leads_back_from_the_installation_to_the_own_connection(client, page, learner, lab):
    back = reverse("github_installed")
    assert client.get(back).url == reverse("home")
    connection = connected(client, page)
    stranger = make_learner(lab.course)
    theirs = connecting.connect(
        enrollment=stranger, lab=lab, address=hosts.read("https://github.com/octo/theirs")
    )
    for state in (connection.pk, theirs.pk, "", "x", "9" * 30, "²"):
        Connection.objects.update(look_at=None)
        assert client.get(back, {"state": state, "installation_id": 5}).url == page
        assert list(Connection.objects.exclude(look_at=None)) == [connection]
        assert not connection.installation_id
    Lab.objects.filter(pk=lab.pk).update(status="draft")
    assert client.get(back).url == reverse("home")  # instead of a page that says 404


def test_commands_for_the_file_work_again_after_the_repository_was_connected_before(client, page, tmp_path):
    remote, clone = tmp_path / "remote.git", tmp_path / "clone"
    git(tmp_path, "init", "-q", "--bare", str(remote))
    git(tmp_path, "clone", "-q", str(remote), str(clone))
    git(clone, "commit", "-q", "--allow-empty", "-m", "First")
    for _ in range(2):
        connected(client, page, proved=False)
        commands = html.unescape(
            re.search(r"git switch -C.*?(?=</code>)", text_of(client.get(page)), re.S)[0]
        )
        shell = re.sub(r"https://github.com/\S+", str(remote), re.sub("<[^>]+>", "", commands))
        subprocess.run(["bash", "-euc", shell], cwd=clone, check=True, capture_output=True, env=ENVIRONMENT)
        shown = git(remote, "show", f"{owner_file.BRANCH}:{owner_file.NAME}").strip()
        assert shown == Connection.objects.get().challenge()
        client.post(f"{page}disconnect/")


def test_webhook_that_sends_a_form_is_named_only_if_the_message_is_signed(client, page):
    connection = connected(client, page)
    form = {"body": b"payload=%7B%7D", "content_type": "application/x-www-form-urlencoded", "event": "ping"}
    assert send(connection, secret="wrong", **form).status_code == 415
    assert "Waiting for the first message." in text_of(client.get(page))
    guid = "00000000-0000-4000-8000-00000000000A"
    assert [send(connection, guid=guid, **form).status_code for _ in range(2)] == [415, 415]
    said = text_of(client.get(page))
    assert "The webhook has the wrong content type." in said
    assert said.count(f"{intake.SENT_AS_FORM}</small>") == 1  # in the list of messages
    send(connection, push(), event="ping")
    assert "GitHub reached the portal (ping)." in text_of(client.get(page))


@pytest.mark.parametrize(
    ("events", "sentence"),
    [
        (["issues"], "This lab also needs the event `push`. Select it in the webhook on GitHub."),
        (["push", "issues"], ""),
        (["*"], ""),
        ("push", ""),
        ([{}, None], "This lab also needs the event `push`."),
    ],
)
def test_new_webhook_without_an_event_that_the_lab_needs_is_named(client, page, events, sentence):
    connection = connected(client, page)
    assert send(connection, {**push(), "hook": {"events": events}}, event="ping").status_code == 204
    said = text_of(client.get(page)).replace("<code>", "`").replace("</code>", "`")
    assert ("GitHub reached the portal, but an event is missing." in said) == bool(sentence)
    assert sentence in said


def test_message_about_a_push_links_to_its_submission(client, page):
    connection = connected(client, page)
    client.post(f"{page}grade/")
    submission = Submission.objects.get()
    connection.deliveries.create(
        guid="1" * 32, event="push", ref="refs/heads/main", outcome="submitted", receipt=submission.receipt
    )
    assert f'<a href="{submission.get_absolute_url()}">push to main</a>' in text_of(client.get(page))


def test_private_repository_is_welcome_only_with_the_app_and_the_sign_in(client, page, settings):
    assert "The repository must be public." in text_of(client.get(page))
    settings.GITHUB_APP_SLUG, settings.GITHUB_CLIENT_ID = "portal", "id"
    settings.GITHUB_CLIENT_SECRET = "secret"
    assert "It can be private if you install the GitHub App on it." in text_of(client.get(page))


@pytest.mark.parametrize("has_app", [True, False])
@pytest.mark.parametrize("proof", ["file", "sign-in", ""])
def test_page_says_four_things_whichever_way_is_used(client, page, settings, has_app, proof):
    if has_app:
        settings.GITHUB_APP_ID, settings.GITHUB_APP_PRIVATE_KEY = "7", "key"
    connection = connected(client, page)
    answers = [["Repository", "octo/work is public.", True], ["App", "The App is installed on it.", True]]
    if proof == "sign-in":
        answers = with_rows(answers, rows_about("octo", "octo/work", "maintain"))
    Connection.objects.filter(pk=connection.pk).update(answers=answers, owner_proved_by=proof)
    text = text_of(client.get(page))
    account, permission = {
        "sign-in": ("You signed in to GitHub as octo.", "GitHub’s role is “maintain”."),
        "file": ("an account cannot be linked", "only an account that may write can push it"),
        "": ("an account cannot be linked", "Unknown until you show that the repository is yours."),
    }[proof]
    app = "The App is installed on it." if has_app else "This portal has no GitHub App."
    said = text[text.index("Why can’t my account connect?") :]
    assert all(words in said for words in (account, permission, "octo/work is public.", app))


def test_page_says_that_pushes_wait_while_github_confirms_nothing(client, page):
    connected(client, page)
    sentence = "GitHub asked to wait until 20:00:00 UTC."
    now = timezone.now()
    Connection.objects.update(asked_at=None, look_at=now, answers=[["Repository", sentence, False]])
    text = text_of(client.get(page))
    assert f"<strong>Pushes wait for GitHub.</strong> {sentence} The portal asks again." in text


@pytest.mark.parametrize(
    ("proved", "button"), [(True, "Grade the latest commit"), (False, "Look for the file")]
)
def test_page_says_what_to_do_after_the_last_time_that_github_was_asked(client, page, proved, button):
    connected(client, page, proved=proved)
    sentence = "GitHub answered with status 503."
    Connection.objects.update(asked_at=None, look_at=None, answers=[["Repository", sentence, False]])
    text = text_of(client.get(page))
    assert f"<strong>Not graded.</strong> {sentence} Choose “{button}” below." in text
    assert f">{button}</button>" in text and "asks again" not in text


def test_looking_for_the_file_again_asks_github_only_if_it_has_nothing_new_to_say(client, page):
    connection = connected(client, page, proved=False)
    asked_at = timezone.now()
    for known, is_kept in ((42, True), (None, False)):
        Connection.objects.update(github_id=known, asked_at=asked_at, look_at=None)
        client.post(f"{page}check/")
        connection.refresh_from_db()
        assert (connection.asked_at == asked_at, connection.look_at is not None) == (is_kept, True)


def test_poll_answers_204_until_something_changed(client, page, django_assert_num_queries):
    connection = connected(client, page)
    first = client.get(f"{page}live/?v=")
    cursor = text_of(first).partition("?v=")[2].partition('"')[0]
    assert client.get(f"{page}live/?v={cursor}").status_code == 204
    send(connection, event="ping")
    changed = client.get(f"{page}live/?v={cursor}")
    assert "GitHub reached the portal (ping)." in text_of(changed)
    assert client.get(f"{page}live/").status_code == 200
    send(connection, push(B))
    with django_assert_num_queries(6):
        text = text_of(client.get(f"{page}live/?v={cursor}"))
    assert B[:7] in text and "Waiting" in text


def test_page_of_a_different_learner_does_not_show_the_connection(client, page, lab):
    connection = connected(client, page)
    other = Client()
    other.force_login(make_learner(lab.course).user)
    text = text_of(other.get(page))
    assert "octo/work" not in text and connection.key not in text
    for action in ("check", "grade", "secret", "disconnect"):
        assert other.post(f"{page}{action}/").status_code == 404
