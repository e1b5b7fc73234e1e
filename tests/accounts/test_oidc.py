"""Sign in with an OpenID Connect provider that only the settings name. The provider is a stand-in over HTTP."""

from types import SimpleNamespace

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse

from portal.accounts.models import AuditEntry
from tests.accounts.oidc_server import CLIENT, SECRET, oidc_server
from tests.factories import make_user

pytestmark = pytest.mark.django_db
START = "/accounts/oidc/oidc/login/"


@pytest.fixture(scope="module")
def server():
    with oidc_server() as server:
        yield server


@pytest.fixture(autouse=True)
def school(settings, server):
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
    page = link(client, user, server, "ada").content.decode()
    assert "Linked to ada@school.example" in page
    linked = SocialAccount.objects.get()
    assert (linked.provider, linked.uid, linked.extra_data) == (
        "oidc",
        "ada",
        {"label": "ada@school.example"},
    )
    assert not SocialToken.objects.exists()
    visitor = Client()
    assert "Continue with Example School" in visitor.get(reverse("account_login")).content.decode()
    went = visitor.post(START, {"next": "/join/some-code/"})
    back = visitor.get(server.consent(went.url, "ada"))
    assert (back.status_code, back.url) == (302, "/join/some-code/")
    assert get_user(visitor) == user


def test_account_that_nobody_linked_signs_nobody_in(client, server):
    make_user("stranger@school.example")  # the same email proves nothing
    page = client.get(server.consent(client.post(START).url, "stranger"), follow=True).content.decode()
    assert "linked to the Example School account stranger@school.example" in page
    assert not get_user(client).is_authenticated and not SocialAccount.objects.exists()


def test_account_of_somebody_else_is_not_linked_again(client, user, server):
    link(client, user, server, "ada")
    other = Client()
    page = link(other, make_user(), server, "ada").content.decode()
    assert "is linked to a different account of this portal" in page
    assert SocialAccount.objects.get().user == user


def test_linking_asks_for_the_password_first(client, user):
    client.force_login(user)
    assert reverse("account_reauthenticate") in client.post(START).url


def test_unlinked_account_no_longer_signs_in(client, user, server):
    link(client, user, server, "ada")
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
