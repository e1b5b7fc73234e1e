"""W38: no token, password or key in a log, a URL, a queued message or a row."""

import logging
from io import BytesIO

import pytest
from celery import current_app, signals
from django.conf import settings as django_settings
from django.core import mail
from django.urls import reverse

from labs.models import AccessToken, Submission
from labs.practice.packets import FLUSH, packet
from labs.tokens import new_token
from portal.services import services
from tests.factories import make_lab, make_learner, make_user
from tests.labs.git_client import Clone
from tests.web.world import authorization

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
PUSH = "application/x-git-receive-pack-request"


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog


@pytest.fixture
def learner(settings, tmp_path):
    settings.PRACTICE_ROOT, settings.PRACTICE_WAIT_SECONDS = tmp_path / "practice", 0
    return make_learner()


@pytest.fixture
def lab(learner):
    return make_lab(learner.course)


@pytest.fixture
def push(client, lab, tmp_path):
    """A push of one commit, as git sends it."""
    clone = Clone(tmp_path / "work", "unused")
    head = clone.commit()
    pack = clone.output("pack-objects", "--revs", "--stdout", "-q", stdin=f"{head}\n".encode())
    command = packet(f"{'0' * 40} {head} refs/heads/main\0 report-status side-band-64k\n".encode())

    def push(token: str):
        address = reverse("practice_push", args=[lab.course.slug, lab.slug])
        body = command + FLUSH + pack
        stream = {"wsgi.input": BytesIO(body), **authorization(token)}
        return client.post(address, body, content_type=PUSH, **stream)

    return push


def test_log_of_a_sign_in_contains_neither_password_nor_session_key(client, log):
    make_user("ada@example.org", password=PASSWORD)
    for password in ("a wrong long phrase", PASSWORD):
        client.post("/accounts/login/", {"login": "ada@example.org", "password": password})
    key = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    client.post("/nowhere/", {"password": PASSWORD})
    assert "/nowhere/" in log.text
    assert not [secret for secret in (PASSWORD, "a wrong long phrase", key) if secret in log.text]


def test_log_of_a_fault_during_a_sign_in_contains_no_password(client, log, monkeypatch):
    monkeypatch.setattr(
        "allauth.account.auth_backends.AuthenticationBackend.authenticate", lambda *a, **k: 1 / 0
    )
    client.raise_request_exception = False
    response = client.post("/accounts/login/", {"login": "ada@example.org", "password": PASSWORD})
    assert response.status_code == 500
    assert "ZeroDivisionError" in log.text
    assert PASSWORD not in log.text


def test_log_of_a_push_contains_no_token(learner, push, log):
    token = new_token(user=learner.user)
    assert push(token + "x").status_code == 401
    assert b"Submission 1 received." in b"".join(push(token))
    encoded = authorization(token)["HTTP_AUTHORIZATION"].removeprefix("Basic ")
    assert not [secret for secret in (token, encoded) if secret in log.text]


@pytest.fixture
def published(monkeypatch):
    """The body of each queued message: args, kwargs, and what follows."""
    bodies = []
    monkeypatch.setattr(current_app.conf, "broker_url", "memory://")

    def note(body, **_) -> None:
        bodies.append(body)

    signals.before_task_publish.connect(note)
    yield bodies
    signals.before_task_publish.disconnect(note)


def test_message_of_the_queue_says_nothing_but_wake_up(
    learner, push, published, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        b"".join(push(new_token(user=learner.user)))
    assert Submission.objects.count() == 1
    assert [(arguments, named) for arguments, named, _ in published] == [((), {})]


def test_periodic_tasks_have_no_arguments():
    schedule = django_settings.CELERY_BEAT_SCHEDULE
    assert [name for name, entry in schedule.items() if entry.get("args") or entry.get("kwargs")] == []


def test_token_is_in_no_row_and_in_no_url(client, learner, lab):
    client.force_login(learner.user)
    response = client.post(reverse("lab_address", args=[lab.course.slug, lab.slug]))
    page = response.content.decode()
    token = page.split("learner:")[1].split("@")[0]
    assert (response.status_code, "no-store" in response["Cache-Control"]) == (200, True)
    assert token not in str(AccessToken.objects.values().get())
    assert token not in client.get(lab.get_absolute_url()).content.decode()
    assert token not in str(dict(client.session))


def test_key_of_a_reset_is_removed_from_the_url_before_a_page_is_shown(client):
    """So that no Referer header and no browser history contains it."""
    make_user("ada@example.org", password=PASSWORD)
    client.post("/accounts/password/reset/", {"email": "ada@example.org"})
    link = next(word for word in mail.outbox[0].body.split() if "/reset/key/" in word)
    key = link.rstrip("/").rsplit("-", 1)[1]
    response = client.get(link)
    assert (response.status_code, key in response["Location"]) == (302, False)
    page = client.get(response["Location"])
    assert key not in page.content.decode()


def test_web_server_writes_no_log_of_urls():
    (web,) = [service for service in services(8000) if service.name == "web"]
    assert "--access-log" not in web.argv
