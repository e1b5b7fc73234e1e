import pytest
from allauth.socialaccount.models import SocialAccount

from tests.factories import make_user
from tests.pages.conftest import client_of

pytestmark = pytest.mark.django_db
UNLINK = "/account/oidc/google/unlink/"
LAST = "Set a password first. Without one, you could no longer sign in."


@pytest.fixture(autouse=True)
def providers(settings):
    settings.GOOGLE_CLIENT_ID = settings.GOOGLE_CLIENT_SECRET = "google"
    settings.GITHUB_CLIENT_ID = settings.GITHUB_CLIENT_SECRET = "github"


def link(user, provider: str) -> None:
    data = {"login": "octocat", "label": "octocat"}
    SocialAccount.objects.create(user=user, provider=provider, uid=f"{user.pk}1", extra_data=data)


@pytest.mark.parametrize("address", [UNLINK, "/account/github/unlink/"])
def test_last_way_to_sign_in_stays(address):
    user = make_user()
    link(user, "google" if address == UNLINK else "github")
    assert LAST in client_of(user).post(address, follow=True).content.decode()
    assert SocialAccount.objects.filter(user=user).count() == 1


def test_one_of_two_linked_accounts_can_be_unlinked_without_a_password():
    user = make_user()
    client = client_of(user)
    link(user, "google")
    link(user, "github")
    assert "Link Google" in client.post(UNLINK, follow=True).content.decode()
    assert SocialAccount.objects.get(user=user).provider == "github"
    assert LAST in client.post("/account/github/unlink/", follow=True).content.decode()


def test_account_of_a_provider_that_is_not_set_up_any_more_does_not_count(settings):
    user = make_user()
    link(user, "google")
    link(user, "github")
    settings.GITHUB_CLIENT_ID = ""
    assert LAST in client_of(user).post(UNLINK, follow=True).content.decode()
    assert SocialAccount.objects.filter(user=user).count() == 2


def test_password_is_a_way_to_sign_in():
    user = make_user(password="correct-horse-battery")
    link(user, "google")
    client_of(user).post(UNLINK)
    assert not SocialAccount.objects.exists()
