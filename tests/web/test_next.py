"""W29: `next` leads to a page of ours or nowhere."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import reverse

from tests.accounts.mails import mailed_code
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
FOREIGN = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "https://testserver@evil.example/",
    "\thttps://evil.example",
    "/%5cevil.example\r\nLocation: https://evil.example",
]


@pytest.fixture
def user():
    return make_user("ada@example.org", password=PASSWORD)


def by_log_in(client, target, user):
    return client.post("/accounts/login/", {"login": user.email, "password": PASSWORD, "next": target})


def by_log_in_address(client, target, user):
    client.force_login(user)
    return client.get("/accounts/login/", {"next": target})


def by_sign_up(client, target, user):
    form = {"email": "new@example.org", "password1": PASSWORD, "next": target}
    return client.post(client.post("/accounts/signup/", form).url, {"code": mailed_code()})


def by_log_out(client, target, user):
    client.force_login(user)
    return client.post("/accounts/logout/", {"next": target})


def by_theme(client, target, user):
    return client.post("/theme/", {"theme": "dark", "next": target})


def by_the_admins_door(client, target, user):
    """Redirects to sign-in with `next`, which is checked there."""
    form = {"login": user.email, "password": PASSWORD}
    return client.post(client.get("/staff/login/", {"next": target}).url, form)


def by_acceptance(client, target, user):
    client.force_login(user)
    return client.get(reverse("accept_privacy"), {"next": target})


WAYS = [by_log_in, by_log_in_address, by_sign_up, by_log_out, by_theme, by_acceptance, by_the_admins_door]


def as_a_browser_reads(location: str) -> str:
    """The host that a redirect leads to. Browsers read \\ as /, three slashes as two, and ignore tabs and newlines."""
    slashed = re.sub(r"[\t\r\n]", "", location).replace("\\", "/").strip()
    slashed = re.sub(r"^(https?:)?/{2,}", r"\1//", slashed)
    target = urlsplit(urljoin("http://testserver/accounts/", slashed))
    return f"{target.scheme}://{target.netloc}"


@pytest.mark.daily(12)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("target", FOREIGN)
def test_next_with_a_foreign_url_stays_on_this_site(client, user, way, target):
    response = way(client, target, user)
    assert response.status_code == 302
    assert as_a_browser_reads(response["Location"]) == "http://testserver"
    assert not re.search(r"[\t\r\n]", response["Location"])


@pytest.mark.parametrize("target", FOREIGN[:-1])
def test_helper_of_that_test_finds_each_foreign_url(target):
    assert as_a_browser_reads(target) != "http://testserver"


@pytest.mark.parametrize("way", WAYS)
def test_next_with_one_of_our_urls_leads_there(client, user, way):
    assert way(client, "/help/?a=b#c", user).url == "/help/?a=b#c"


@pytest.mark.parametrize("way", WAYS)
def test_next_with_a_word_is_no_fault_of_ours(client, user, way):
    # `redirect` looks for a view of this name
    assert way(client, "nowhere", user).status_code == 302
