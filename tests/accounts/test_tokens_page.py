"""B13, F17: people can name, list and revoke their own access tokens."""

import re
from base64 import b64encode

import pytest
from django.test import Client

from labs.models import AccessToken
from tests.factories import make_lab, make_learner, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner():
    return make_learner()


@pytest.fixture
def signed_in(client, learner):
    client.force_login(learner.user)
    return client


def make_token(client, name="Laptop") -> str:
    page = client.post("/account/tokens/", {"name": name}).content.decode()
    return re.search(r"[\w-]{43}", re.search(r"<pre.*?</pre>", page, re.DOTALL)[0])[0]


def asks(lab, token: str):
    basic = b64encode(f"learner:{token}".encode()).decode()
    address = f"/git/{lab.course.slug}/{lab.slug}.git/info/refs?service=git-receive-pack"
    return Client().get(address, headers={"Authorization": f"Basic {basic}"})


def test_token_is_shown_once_listed_and_revoked(signed_in, learner, time_machine, settings, tmp_path):
    settings.PRACTICE_ROOT = tmp_path
    time_machine.move_to("2026-11-28T10:00Z", tick=False)
    lab = make_lab(learner.course)
    token = make_token(signed_in)
    assert asks(lab, token).status_code == 200
    page = signed_in.get("/account/tokens/").content.decode()
    assert "<b>Laptop</b>" in page
    assert "Last used 28 November 2026" in page
    assert "Expires 27 May 2027" in page
    assert token not in page
    row = AccessToken.objects.get()
    other = Client()
    other.force_login(make_user())
    assert "<strong>Laptop" not in other.get("/account/tokens/").content.decode()
    assert other.post(f"/account/tokens/{row.pk}/revoke/").status_code == 404
    signed_in.post(f"/account/tokens/{row.pk}/revoke/")
    assert "<strong>Laptop" not in signed_in.get("/account/tokens/").content.decode()
    answer = asks(lab, token)
    assert answer.status_code == 401
    assert answer.content.decode().splitlines() == [
        "The access token Laptop was revoked on 28 November 2026.",
        f"Get a new remote URL on the lab page. Your access tokens: {settings.PUBLIC_URL}/account/tokens/",
    ]


def test_expired_token_says_when_it_expired(signed_in, learner, time_machine):
    time_machine.move_to("2026-11-28T10:00Z", tick=False)
    token = make_token(signed_in)
    time_machine.move_to("2027-05-28T10:00Z", tick=False)
    answer = asks(make_lab(learner.course), token).content.decode()
    assert answer.startswith("The access token Laptop expired on 27 May 2027.")


@pytest.mark.parametrize("name", ["", "x" * 61])
def test_token_without_a_valid_name_is_not_created(signed_in, name):
    assert signed_in.post("/account/tokens/", {"name": name}).status_code == 422
    assert not AccessToken.objects.exists()


def test_password_removed_by_an_administrator_ends_the_tokens(signed_in, learner):
    make_token(signed_in)
    admin = Client()
    admin.force_login(make_user("admin@example.org", is_staff=True, is_superuser=True))
    learner.user.set_password("correct horse battery")
    learner.user.save()
    AccessToken.objects.update(revoked_at=None)
    form = {"usable_password": "false", "unset-password": "yes"}
    admin.post(f"/staff/accounts/user/{learner.user.pk}/password/", form)
    learner.user.refresh_from_db()
    assert not learner.user.has_usable_password()
    assert AccessToken.objects.get().revoked_because == "the password was removed"
