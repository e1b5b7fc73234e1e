"""One click ends the emails of one kind, without signing in (RFC 8058)."""

import pytest
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.logs import HideTokens
from portal.notices import choices, outbox
from portal.notices.actions import notify
from portal.notices.kinds import DAILY, KINDS, NOW, OFF
from portal.notices.messages import write_message
from portal.notices.models import Mail, Notice
from portal.notices.unsubscribing import unsubscribe_address
from tests.factories import make_user

pytestmark = pytest.mark.django_db

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def reader():
    return make_user("reader@example.org")


def path_of(user, kind="meeting") -> str:
    return unsubscribe_address(user, kind).removeprefix("http://localhost:8000")


def off_kinds(user) -> set[str]:
    return {kind.id for kind, email in choices.choices_of(user).items() if email == OFF}


def test_mail_program_ends_one_kind_of_one_person_without_signing_in(reader):
    other = make_user()
    response = Client(enforce_csrf_checks=True).post(path_of(reader), ONE_CLICK)
    assert response.status_code == 200 and not response.cookies
    assert off_kinds(reader) == {"meeting"} and off_kinds(other) == set()
    assert response["Referrer-Policy"] == "no-referrer" and response["X-Robots-Tag"] == "noindex"


def test_link_only_shows_a_button(client, reader):
    page = client.get(path_of(reader))
    assert "Meeting moved or cancelled" in page.content.decode() and "<button" in page.content.decode()
    assert off_kinds(reader) == set()
    assert "Turned off" in client.post(path_of(reader)).content.decode()
    assert off_kinds(reader) == {"meeting"}


def test_daily_email_ends_all_kinds_that_it_is_about(client, reader):
    choices.choose(user=reader, emails={"meeting": DAILY, "reply": DAILY, "grade": NOW})
    client.post(path_of(reader, DAILY), ONE_CLICK)
    assert off_kinds(reader) == {"meeting", "reply"}


def test_daily_email_that_the_limit_made_ends_the_kinds_in_it(client, reader, monkeypatch):
    monkeypatch.setattr(outbox, "MAX_A_DAY", 1)
    for _ in range(2):
        notify(user=reader, kind="meeting", text="Moved")
    mail = Mail.objects.get(user=reader, kind=DAILY)
    message = write_message(mail, mail.notices.all())
    address = message.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    assert client.post(address, ONE_CLICK).status_code == 200
    assert off_kinds(reader) == {"meeting"}
    notify(user=reader, kind="meeting", text="Moved again")
    assert not Notice.objects.filter(user=reader, mail__isnull=False).exists()


def test_token_opens_nothing_else(client, reader):
    token = path_of(reader).split("/")[-2]
    assert client.get(f"/calendar/{token}.ics").status_code == 404
    client.get(path_of(reader))
    assert client.get(reverse("notices")).status_code == 302  # still nobody
    assert User.objects.get(pk=reader.pk).last_login is None


@pytest.mark.parametrize("change", ["kind", "person", "salt", "cut"])
def test_changed_token_is_unknown(client, reader, change):
    token = path_of(reader).split("/")[-2]
    made = {
        "kind": token.replace("meeting", "grade"),
        "person": token.replace(str(reader.pk), str(reader.pk + 1), 1),
        "salt": Signer(sep=".").sign(f"{reader.pk}-meeting"),
        "cut": token[:-1],
    }
    assert client.post(reverse("unsubscribe", args=[made[change]]), ONE_CLICK).status_code == 404
    assert off_kinds(reader) == set()


def test_token_is_in_no_log(client, reader, caplog):
    caplog.handler.addFilter(HideTokens())
    path = path_of(reader)
    reader.delete()
    assert client.get(path).status_code == 404
    assert "/notices/unsubscribe/…/" in caplog.text
    assert path.split("/")[-2] not in caplog.text


def test_address_for_each_kind_works(client, reader):
    for kind in [*KINDS, DAILY]:
        assert client.get(path_of(reader, kind)).status_code == 200
