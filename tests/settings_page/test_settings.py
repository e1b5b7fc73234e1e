"""Every personal setting is on one page, or linked from it."""

import pytest
from django.test import Client

from labs.tokens import new_token
from tests.factories import make_learner, make_user
from tests.pages.conftest import client_of

pytestmark = pytest.mark.django_db
PAGE = "/account/settings/"


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_settings_link_to_all_that_is_personal():
    text = text_of(client_of(make_user()).get(PAGE))
    for address in (
        *("/accounts/password/set/", "/accounts/email/", "/accounts/2fa/"),
        *("/account/tokens/#new", "/notices/#email", "/calendar/"),
    ):
        assert f'href="{address}"' in text
    assert "keeps the name it was issued with" in text


@pytest.mark.parametrize("address", ["/", "/help/", "/notices/", "/calendar/"])
def test_settings_are_in_the_menu_of_a_page(address):
    assert '<a href="/account/settings/">Settings</a>' in text_of(client_of(make_user()).get(address))


def test_former_address_leads_to_the_settings():
    assert client_of(make_user()).get("/account/").headers["Location"] == PAGE


def test_time_zone_changes_the_times_that_are_shown(time_machine):
    time_machine.move_to("2026-11-30T12:00Z", tick=False)
    client = client_of(make_user())
    assert "Now 17:30" in text_of(client.get(PAGE))
    text = text_of(client.post(PAGE, {"name": "A", "time_zone": "Europe/London"}, follow=True))
    assert "Now 12:00" in text


def test_theme_follows_the_account_to_a_different_browser():
    user = make_user()
    first = client_of(user)
    look = {"theme": "dark", "has_shortcuts": "on"}
    assert 'data-theme="dark"' in text_of(first.post(f"{PAGE}look/", look, follow=True))
    other = client_of(user)
    other.cookies["theme"] = "light"
    assert '<html lang="en-GB" data-theme="dark" data-shortcuts="on">' in text_of(other.get("/help/"))
    other.post(f"{PAGE}theme/", {"theme": "", "next": "/help/"})
    user.refresh_from_db()
    assert user.theme == "system"
    assert '<html lang="en-GB" data-shortcuts="on">' in text_of(first.get("/help/"))


def test_theme_of_the_browser_counts_until_the_account_has_one():
    client = client_of(make_user())
    client.cookies["theme"] = "dark"
    text = text_of(client.get(PAGE))
    assert 'data-theme="dark"' in text
    assert 'value="dark" id="id_theme_2" required checked' in text


def test_theme_chosen_signed_in_stays_in_the_browser_after_signing_out():
    client = client_of(make_user())
    client.post(f"{PAGE}theme/", {"theme": "dark"})
    client.logout()
    client.cookies["theme"] = "dark"
    assert 'data-theme="dark"' in text_of(client.get("/help/"))


def test_visitor_gets_the_theme_of_the_cookie_without_a_query(django_assert_num_queries):
    client = Client()
    client.cookies["theme"] = "dark"
    with django_assert_num_queries(0):
        text = text_of(client.get("/help/"))
    assert '<html lang="en-GB" data-theme="dark">' in text


@pytest.mark.parametrize("theme", ["", "purple", "light" * 50])
def test_unknown_theme_changes_nothing(theme):
    user = make_user(theme="dark")
    text = text_of(client_of(user).post(f"{PAGE}look/", {"theme": theme, "has_shortcuts": "on"}, follow=True))
    user.refresh_from_db()
    assert "Choose one of the themes." in text
    assert user.theme == "dark"


def test_shortcuts_are_off_in_every_browser_of_the_account():
    user = make_user()
    text = text_of(client_of(user).post(f"{PAGE}look/", {"theme": "system"}, follow=True))
    assert 'data-shortcuts="off"' in text
    other = client_of(user)
    assert 'data-shortcuts="off"' in text_of(other.get("/help/"))
    assert other.post(f"{PAGE}shortcuts/", {"shortcuts": "on"}).status_code == 204
    assert 'data-shortcuts="on"' in text_of(other.get("/help/"))


@pytest.mark.parametrize("count", [1, 20])
def test_queries_of_the_settings(count, django_assert_num_queries):
    learner = make_learner()
    for number in range(count):
        new_token(user=learner.user, name=f"Computer {number}")
    client = client_of(learner.user)
    client.get(PAGE)
    with django_assert_num_queries(5):
        text = text_of(client.get(PAGE))
    assert text.count(">Revoke<") == count


def test_token_revoked_on_the_settings_page_leads_back_to_it():
    user = make_user()
    new_token(user=user, name="Laptop")
    client = client_of(user)
    key = user.access_tokens.get().pk
    response = client.post(f"/account/tokens/{key}/revoke/", {"next": "settings"}, follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    assert "Revoked Laptop." in text_of(response)
    assert "You have none." in text_of(response)
