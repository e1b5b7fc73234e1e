"""Sign in with an OpenID Connect provider that only the settings name. The provider is a stand-in over HTTP."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.apps import apps
from django.contrib.auth import get_user
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from lessons.models import Enrollment
from portal.accounts import first_sign_in
from portal.accounts.models import AuditEntry
from portal.accounts.oidc import key_of
from tests.accounts.oidc_server import CLIENT, SECRET, oidc_server
from tests.factories import make_cohort, make_user

pytestmark = pytest.mark.django_db
FIRST = "/accounts/first/"
START = "/accounts/oidc/oidc/login/"


@pytest.fixture(scope="module")
def server():
    with oidc_server() as server:
        yield server


@pytest.fixture(autouse=True)
def school(settings, server):
    cache.clear()
    settings.OIDC_NAME, settings.OIDC_SERVER_URL = "Example School", server.url
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET


@pytest.fixture
def user(client):
    user = make_user()
    user.set_password("correct horse battery")
    user.save()
    return user


def sign_in_by_password(client, user):
    client.force_login(user)
    session = client.session
    record_authentication(SimpleNamespace(session=session), user, method="password", reauthenticated=True)
    session.save()


def link(client, user, server, subject):
    sign_in_by_password(client, user)
    return client.get(server.consent(client.post(START).url, subject), follow=True)


def test_linked_account_signs_in_and_keeps_the_invitation(client, user, server):
    page = link(client, user, server, "first").content.decode()
    assert "Linked to first@school.example" in page
    linked = SocialAccount.objects.get()
    kept = (linked.provider, linked.uid, linked.extra_data)
    assert kept == ("oidc", key_of(server.url, "first"), {"label": "first@school.example"})
    assert not SocialToken.objects.exists()
    visitor = Client()
    assert "Continue with Example School" in visitor.get(reverse("account_login")).content.decode()
    went = visitor.post(START, {"next": "/join/some-code/"})
    back = visitor.get(server.consent(went.url, "first"))
    assert (back.status_code, back.url) == (302, "/join/some-code/")
    assert get_user(visitor) == user


def arrive(server, subject, next_url="", client=None):
    client = client or Client()
    went = client.post(START, {"next": next_url} if next_url else {})
    return client, client.get(server.consent(went.url, subject), follow=True).content.decode()


def test_first_sign_in_creates_an_account_that_has_joined(server):
    cohort = make_cohort()
    client, page = arrive(server, "new", f"/join/{cohort.invite_code}/")
    assert "Create an account and join" in page and "Your email is new@school.example" in page
    joined = client.post(FIRST, {"name": "Learner A", "time_zone": "Europe/London"}, follow=True)
    assert joined.redirect_chain[-1][0] == cohort.course.get_absolute_url()
    learner = Enrollment.objects.get().user
    assert (learner.email, learner.name, learner.time_zone) == (
        *("new@school.example", "Learner A"),
        "Europe/London",
    )
    assert learner.has_confirmed_email and not learner.has_usable_password()
    assert get_user(arrive(server, "new")[0]) == learner


def test_verified_email_of_an_account_asks_for_its_password_once(server):
    owner = make_user("known@school.example", password="correct horse battery")
    client, page = arrive(server, "known", "/help/")
    assert "An account here already uses known@school.example" in page
    wrong = client.post(FIRST, {"password": "another phrase"})
    assert wrong.status_code == 422 and "The password is not correct." in wrong.content.decode()
    assert not SocialAccount.objects.exists() and not get_user(client).is_authenticated
    assert client.post(FIRST, {"password": "correct horse battery"}).url == "/help/"
    assert get_user(client) == SocialAccount.objects.get().user == owner
    assert get_user(arrive(server, "known")[0]) == owner


def test_email_that_the_provider_did_not_verify_matches_nobody(server):
    make_user("known@school.example", password="correct horse battery")
    server.is_verified = False
    try:
        client, page = arrive(server, "known")
    finally:
        server.is_verified = True
    assert "Create an account" in page and "already uses" not in page
    client.post(FIRST, {"email": "known@school.example", "time_zone": "Europe/London"})
    made = get_user(client)
    assert made.shown_email == "known@school.example" and not made.has_confirmed_email
    assert mail.outbox[-1].subject.endswith("You already have an account")


def test_wrong_passwords_of_a_link_are_limited_like_those_of_a_sign_in(server):
    make_user("known@school.example", password="correct horse battery")
    client, _ = arrive(server, "known")
    for _ in range(5):
        client.post(FIRST, {"password": "another phrase"})
    limited = client.post(FIRST, {"password": "correct horse battery"})
    assert "Too many attempts" in limited.content.decode() and not SocialAccount.objects.exists()
    cache.clear()


def test_first_sign_in_ends_after_a_while(server, monkeypatch):
    client, _ = arrive(server, "new")
    monkeypatch.setattr(first_sign_in, "MAX_SECONDS", 0)
    page = client.post(FIRST, {"time_zone": "Europe/London"}, follow=True).content.decode()
    assert "Start it again" in page and not SocialAccount.objects.exists()


def test_same_subject_of_another_server_is_another_person(client, user, server, settings):
    link(client, user, server, "first")
    with oidc_server() as other:
        settings.OIDC_SERVER_URL = other.url
        visitor, page = arrive(other, "first")
        assert "No account here is linked to it" in page and not get_user(visitor).is_authenticated


def test_accounts_from_before_get_the_key_of_their_server(user, server):
    old = SocialAccount.objects.create(user=user, provider="oidc", uid="first", extra_data={})
    step = import_module("portal.accounts.migrations.0014_openid_accounts_by_server")
    step.add_the_server(apps, None)
    old.refresh_from_db()
    assert (old.uid, old.extra_data) == (key_of(server.url, "first"), {"label": "first"})


def test_account_of_somebody_else_is_not_linked_again(client, user, server):
    link(client, user, server, "first")
    other = Client()
    page = link(other, make_user(), server, "first").content.decode()
    assert "is linked to a different account of this portal" in page
    assert SocialAccount.objects.get().user == user


def test_linking_asks_for_the_password_first(client, user):
    client.force_login(user)
    assert reverse("account_reauthenticate") in client.post(START).url


def test_unlinked_account_no_longer_signs_in(client, user, server):
    link(client, user, server, "first")
    client.post("/account/oidc/oidc/unlink/")
    assert not SocialAccount.objects.exists()
    assert AuditEntry.objects.filter(what__startswith="unlinked Example School").exists()


def test_provider_that_does_not_answer_leads_back_to_the_email(client, settings):
    settings.OIDC_SERVER_URL = "http://127.0.0.1:9"
    page = client.post(START, follow=True).content.decode()
    assert "Example School did not answer. Sign in with your email instead." in page


def test_provider_without_settings_does_not_exist(client, settings):
    settings.OIDC_CLIENT_SECRET = ""
    assert client.post(START).status_code == 404
    assert "Example School" not in client.get(reverse("account_login")).content.decode()
    assert client.post("/accounts/oidc/google/login/").status_code == 404
