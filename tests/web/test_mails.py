"""W3: a link in a mail leads to PUBLIC_URL, whatever host the request named."""

import re

import pytest
from django.core import mail

from tests.factories import make_user

pytestmark = pytest.mark.django_db

PUBLIC = "https://portal.example.org"
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def answers_to_two_hosts(settings):
    settings.ALLOWED_HOSTS = ["portal.example.org", "other.example"]
    settings.PUBLIC_URL = PUBLIC


def post(client, address, **form):
    assert client.post(address, form, headers={"Host": "other.example"}).status_code == 302


def links() -> list[str]:
    (message,) = mail.outbox
    assert "other.example" not in message.body + message.subject + str(message.extra_headers)
    return re.findall(r"https?://\S+", message.body)


def test_reset_link_leads_to_the_public_url(client):
    make_user("ada@example.org", password=PASSWORD)
    post(client, "/accounts/password/reset/", email="ada@example.org")
    (link,) = links()
    assert link.startswith(f"{PUBLIC}/accounts/password/reset/key/")
    page = client.get(link.removeprefix(PUBLIC), headers={"Host": "portal.example.org"}, follow=True)
    assert b"Choose a new password" in page.content


def test_link_in_mail_to_an_unknown_address_leads_to_the_public_url(client):
    post(client, "/accounts/password/reset/", email="nobody@example.org")
    assert links() == [f"{PUBLIC}/accounts/signup/"]


def test_link_in_mail_about_an_existing_account_leads_to_the_public_url(client):
    make_user("ada@example.org", password=PASSWORD)
    post(client, "/accounts/signup/", email="ada@example.org", password1=PASSWORD)
    (link,) = links()
    assert link == f"{PUBLIC}/accounts/password/reset/"
