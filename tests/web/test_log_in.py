"""W9, W11, W18: the lifetime of a session, and the only way into the admin."""

import pytest
from django.conf import settings
from django.contrib.auth import get_user
from django.test import Client

from labs.tokens import new_token
from tests.factories import make_user
from tests.web.world import authorization

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
NEW = "another long phrase"


@pytest.fixture
def user():
    return make_user("ada@example.org", password=PASSWORD)


@pytest.fixture
def administrator():
    return make_user("admin@example.org", password=PASSWORD, is_staff=True, is_superuser=True)


def log_in(client, email="ada@example.org", password=PASSWORD, to="/", **headers):
    address = f"/accounts/login/?next={to}"
    return client.post(address, {"login": email, "password": password}, headers=headers)


def key_of(client) -> str:
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def is_let_in(key: str) -> bool:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client.get("/account/settings/").status_code == 200


def is_signed_in(client) -> bool:
    return get_user(client).is_authenticated


# --- W9 -------------------------------------------------------------------------------------------------------------


def test_session_key_changes_at_sign_in(client, user):
    """W9."""
    session = client.session
    session["planted"] = "before"
    session.save()
    planted = key_of(client)
    log_in(client)
    assert is_let_in(key_of(client))
    assert not is_let_in(planted)


def test_session_key_is_invalid_after_sign_out(client, user):
    """W9."""
    log_in(client)
    key = key_of(client)
    client.post("/accounts/logout/")
    assert not is_let_in(key)


def test_session_keys_of_all_other_browsers_are_invalid_after_a_password_change(client, user):
    """W9."""
    other = Client()
    log_in(other)
    log_in(client)
    before = key_of(client)
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert is_let_in(key_of(client))
    assert not is_let_in(before)
    assert not is_let_in(key_of(other))


# --- W11 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["page", "git"])
def test_open_sessions_and_tokens_of_a_closed_account_end_at_once(client, user, how):
    """W11."""
    token = new_token(user=user)
    log_in(client)

    def is_open() -> bool:
        if how == "page":
            return client.get("/account/settings/").status_code == 200
        refs = "/git/none/none.git/info/refs?service=git-upload-pack"
        return Client().get(refs, **authorization(token)).status_code == 404  # let in, and nothing there

    assert is_open()
    user.is_active = False
    user.save()
    assert not is_open()
    log_in(client)
    assert not is_open()


# --- W18 ------------------------------------------------------------------------------------------------------------


def test_admin_is_not_at_its_default_url(client, administrator):
    """W18."""
    client.force_login(administrator)
    assert client.get("/admin/").status_code == 404
    assert client.get("/staff/").status_code == 200


def test_visitor_is_redirected_to_the_only_sign_in_page_and_back(client, administrator):
    response = client.get("/staff/labs/lab/", follow=True)
    address, _ = response.redirect_chain[-1]
    assert address == "/accounts/login/?next=%2Fstaff%2Flabs%2Flab%2F"
    assert (
        client.post(address, {"login": "admin@example.org", "password": PASSWORD}).url == "/staff/labs/lab/"
    )


def test_sign_in_page_of_the_admin_accepts_no_password(client, administrator):
    form = {"username": "admin@example.org", "password": PASSWORD}
    assert client.post("/staff/login/", form).url.startswith("/accounts/login/")
    assert not is_signed_in(client)


def test_instructor_cannot_try_passwords_of_others_in_the_admin(client, administrator):
    client.force_login(make_user(is_staff=True))
    form = {"username": "admin@example.org", "password": PASSWORD}
    assert client.post("/staff/login/", form).status_code == 405
    assert client.get("/staff/password_change/").url == "/accounts/password/change/"


def test_learner_is_refused_in_words(client, user):
    """W18."""
    client.force_login(user)
    assert client.get("/staff/", follow=True).status_code == 403


def test_administrator_who_was_made_a_learner_is_refused_at_once(client, administrator):
    client.force_login(administrator)
    administrator.is_staff = False
    administrator.save()
    assert client.get("/staff/", follow=True).status_code == 403


def test_sixth_try_at_the_admin_is_refused_even_with_the_right_password(client, administrator):
    """W18."""
    for number in range(5):
        log_in(client, "admin@example.org", f"wrong {number}", to="/staff/")
    response = log_in(client, "admin@example.org", to="/staff/", **{"X-Forwarded-For": "192.0.2.1"})
    assert b"Too many attempts. Try again in 5 minutes." in response.content
    assert not is_signed_in(client)
