"""Sign-up, sign-in and account pages use the portal's own design and wording."""

import re

import pytest
from django.conf import settings
from django.core import mail

from portal.accounts.models import User
from tests.factories import make_user
from tests.pages.conftest import client_of

PASSWORD = "correct-horse-battery"
LEAST = next(
    validator["OPTIONS"]["min_length"]
    for validator in settings.AUTH_PASSWORD_VALIDATORS
    if validator["NAME"].endswith("MinimumLengthValidator")
)
HINT = f"At least {LEAST} characters."

OPEN_PAGES = {
    "/accounts/login/": "Sign in",
    "/accounts/signup/": "Create an account",
    "/accounts/password/reset/": "Reset your password",
    "/accounts/password/reset/done/": "Check your email",
    "/accounts/password/reset/key/done/": "Your password was changed",
    "/accounts/password/reset/key/1-gone/": "This link no longer works",
    "/accounts/inactive/": "This account is closed",
}
OWN_PAGES = {
    "/account/settings/": "Settings",
    "/accounts/logout/": "Sign out",
    "/accounts/password/change/": "Change your password",
    "/accounts/email/": "Email addresses",
    "/accounts/reauthenticate/": "Enter your password",
}


@pytest.fixture
def user(db) -> User:
    return make_user("person@example.org", password=PASSWORD)


def body(response) -> str:
    return " ".join(response.content.decode().split())


def wears_the_look(text: str, heading: str) -> bool:
    return all(
        (
            f"<h1>{heading}</h1>" in text,
            "css/tokens.css" in text,
            'id="live"' in text,
            text.count("<main") == 1,
            "please" not in text.lower(),
        )
    )


@pytest.mark.parametrize(("address", "heading"), OPEN_PAGES.items())
def test_page_for_everyone_has_the_design(client, db, address, heading):
    assert wears_the_look(body(client.get(address, follow=True)), heading)


@pytest.mark.parametrize(("address", "heading"), OWN_PAGES.items())
def test_page_of_an_account_has_the_design(user, address, heading):
    assert wears_the_look(body(client_of(user).get(address, follow=True)), heading)


def test_page_to_set_a_first_password_has_the_design(db):
    response = client_of(make_user("other@example.org")).get("/accounts/password/set/")
    assert wears_the_look(body(response), "Set a password")


@pytest.mark.parametrize("address", ["/accounts/signup/", "/accounts/password/change/"])
def test_hint_says_the_required_length(user, client, address):
    text = body((client_of(user) if "change" in address else client).get(address))
    assert text.count(HINT) == 1
    assert "can’t be" not in text


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/accounts/login/", {"login": "email", "password": "current-password"}),
        ("/accounts/signup/", {"email": "email", "password1": "new-password", "name": "name"}),
        ("/accounts/password/reset/", {"email": "email"}),
    ],
)
def test_fields_have_a_label_and_autocomplete(client, db, address, fields):
    text = body(client.get(address))
    for name, autocomplete in fields.items():
        field = re.search(rf'<input[^>]*name="{name}"[^>]*>', text)[0]
        assert f'autocomplete="{autocomplete}"' in field
        name_of_field = re.search(r'id="([^"]+)"', field)[1]
        assert f'<label for="{name_of_field}"' in text


@pytest.mark.parametrize("length", [LEAST - 1, LEAST])
def test_password_of_the_minimum_length_is_enough(client, db, length):
    data = {"email": "new@example.org", "password1": "qwzxjkvpmbyt"[:length]}
    assert client.post("/accounts/signup/", data).status_code == (302 if length == LEAST else 200)


def test_sign_up_with_errors_sums_them_up(client, db):
    text = body(client.post("/accounts/signup/", {"email": "no address", "password1": "short"}))
    assert "<title>Error: Create an account" in text
    assert '<div class="error-summary" role="alert" tabindex="-1"' in text
    assert '<a href="#id_email">Enter an email address, such as name@example.org.</a>' in text
    assert 'aria-invalid="true"' in re.search(r'<input[^>]*name="email"[^>]*>', text)[0]
    described = re.search(r'name="password1"[^>]*aria-describedby="([^"]+)"', text)[1].split()
    assert described
    assert all(f'id="{name}"' in text for name in described)


def test_reset_link_leads_to_a_page_that_has_the_design(client, user):
    client.post("/accounts/password/reset/", {"email": user.email})
    message = mail.outbox[0]
    assert message.subject == f"[{settings.SITE_NAME}] Reset your password"
    assert "Hello" not in message.body
    link = re.search(r"https?://[^/]+(/\S+)", message.body)[1]
    assert wears_the_look(body(client.get(link, follow=True)), "Choose a new password")


def test_reset_for_an_unknown_address_gets_the_same_answer(client, user):
    known = client.post("/accounts/password/reset/", {"email": user.email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert mail.outbox[1].subject == f"[{settings.SITE_NAME}] No account uses this address"


def test_account_page_saves(user):
    client = client_of(user)
    data = {"name": "Octo", "time_zone": "Europe/London", "github_name": "octocat"}
    text = body(client.post("/account/settings/", data, follow=True))
    assert '<p class="band ok">Saved.</p>' in text
    user.refresh_from_db()
    assert (user.name, user.time_zone, user.github_name) == ("Octo", "Europe/London", "octocat")


def test_account_page_offers_all_zones_and_one_switch_of_the_theme(user):
    text = body(client_of(user).get("/account/settings/"))
    assert '<datalist id="time-zones">' in text
    assert '<option value="Asia/Kolkata">' in text
    assert text.count('aria-label="Theme"') == 1


def test_account_page_with_an_unknown_zone_says_so(user):
    response = client_of(user).post("/account/settings/", {"name": "Octo", "time_zone": "Moon/Crater"})
    assert response.status_code == 422
    assert (
        '<a href="#id_time_zone">Moon/Crater is not a time zone. Enter one such as Asia/Kolkata or Europe/London.</a>'
        in body(response)
    )


@pytest.mark.parametrize("theme", ["light", "dark", ""])
def test_theme_that_was_chosen_is_on_every_page(client, db, theme):
    client.post("/theme/", {"theme": theme, "next": "/accounts/login/"})
    text = body(client.get("/accounts/login/"))
    assert (f'<html lang="en-GB" data-theme="{theme}">' in text) is bool(theme)
    assert text.count('aria-pressed="true"') == 1
