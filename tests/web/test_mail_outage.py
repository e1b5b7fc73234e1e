"""B8: the mail server refuses, or accepts the connection and says nothing."""

import socket
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.conf import settings as real
from django.core import mail

from labs.grading import lifecycle, staff_mail
from labs.models import State
from portal.accounts.models import User
from tests.accounts.mails import mailed_code
from tests.factories import make_lab, make_staff, make_submission, make_user

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"
TRIES = 8  # more than any limit would let pass


@pytest.fixture(params=["refused", "silent"])
def dead_mail_server(request, settings) -> Iterator[None]:
    """While it is used, mails go to a port where nobody listens, or where nobody answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if request.param == "silent":
            server.listen(100)
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.getsockname()
        assert 0 < real.EMAIL_TIMEOUT <= 5
        settings.EMAIL_TIMEOUT = 0.05
        settings.EMAIL_BACKEND = SMTP
        yield
    settings.EMAIL_BACKEND = LOCMEM


def is_told(response) -> bool:
    text = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "10"), text
    return "The portal can’t send email right now" in text and "Nothing was saved" in text


def test_sign_up_is_refused_completely_and_accepted_afterwards(client, settings, dead_mail_server):
    form = {"email": "New@example.org", "password1": PASSWORD}
    assert [is_told(client.post("/accounts/signup/", form)) for _ in range(TRIES)] == [True] * TRIES
    assert not User.objects.exists()
    settings.EMAIL_BACKEND = LOCMEM
    page = client.post("/accounts/signup/", form)
    assert page.status_code == 302
    assert client.post(page.url, {"code": mailed_code()}).url == "/"
    assert client.get("/account/settings/").status_code == 200


def test_existing_account_stays_and_signs_in_once_mail_can_be_sent(client, settings, dead_mail_server):
    """A person who signed up and never confirmed; and one who signs up a second time."""
    form = {"email": "new@example.org", "password1": PASSWORD}
    make_user("ada@example.org", password=PASSWORD)
    with patch.object(real, "EMAIL_BACKEND", LOCMEM):
        client.post("/accounts/signup/", form)
    with patch("time.time", return_value=4_000_000_000.0):  # past the limit of the first mail
        client.cookies.clear()
        login = {"login": form["email"], "password": PASSWORD}
        assert is_told(client.post("/accounts/login/", login))
        assert is_told(client.post("/accounts/signup/", {**form, "email": "ada@example.org"}))
        assert User.objects.count() == 2
        settings.EMAIL_BACKEND = LOCMEM
        page = client.post("/accounts/login/", login)
    assert client.post(page.url, {"code": mailed_code()}).url == "/"


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_password_reset_says_that_no_mail_can_be_sent(client, settings, dead_mail_server, email):
    make_user("ada@example.org", password=PASSWORD)
    assert is_told(client.post("/accounts/password/reset/", {"email": email}))
    settings.EMAIL_BACKEND = LOCMEM
    assert client.post("/accounts/password/reset/", {"email": email}).status_code == 302
    assert len(mail.outbox) == 1


def end_in_a_fault(lab, django_capture_on_commit_callbacks) -> State:
    submission = make_submission(lab=lab, tries=3)
    claim = lifecycle.claim()
    with django_capture_on_commit_callbacks(execute=True):
        assert lifecycle.give_back(claim, "The disk is full.")
    submission.refresh_from_db()
    return submission.state


def test_worker_continues_and_logs_the_mail_that_was_not_sent(
    dead_mail_server, caplog, django_capture_on_commit_callbacks
):
    lab = make_lab()
    make_staff(lab.course)
    assert end_in_a_fault(lab, django_capture_on_commit_callbacks) == State.FAULT
    assert "was not sent (to 1 staff): " in caplog.text


def test_mails_to_staff_wait_for_the_later_worker(monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(staff_mail, "send", lambda task, **mail: bool(sent.append((task, mail)) or True))
    lab = make_lab()
    staff = make_staff(lab.course)
    assert end_in_a_fault(lab, django_capture_on_commit_callbacks) == State.FAULT
    ((task, letter),) = sent
    assert (letter["to"], mail.outbox) == ([staff.email], [])
    assert task.name not in real.CELERY_TASK_ROUTES  # only tasks of the live queue are in it
    task(**letter)
    assert [each.to for each in mail.outbox] == [[staff.email]]
