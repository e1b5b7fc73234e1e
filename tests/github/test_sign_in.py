"""Sign in with GitHub: link an account, prove whose a repository is, sign in, unlink. GitHub is the stand-in."""

from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, build_opener

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth import get_user
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.core.cache import cache, caches
from django.test import Client
from django.urls import reverse

from labs.github import looking
from labs.models import Connection
from portal.accounts import linked_accounts
from portal.accounts.models import AuditEntry
from tests.factories import make_lab, make_learner, make_user
from tests.github.stand_in.deliveries import _NoRedirects

PASSWORD = "correct horse battery"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_wake(monkeypatch):
    caches["tokens"].clear()
    monkeypatch.setattr("labs.grading.tasks.wake", lambda: None)
    monkeypatch.setattr("labs.github.tasks.wake", lambda connection: None)


class Learner:
    """A learner of a lab with a browser, who entered their password a moment ago."""

    def __init__(self, lab, *, confirmed: bool = True) -> None:
        self.lab, self.enrollment = lab, make_learner(lab.course)
        self.user, self.client = self.enrollment.user, Client()
        self.user.set_password(PASSWORD)
        self.user.save()
        self.client.force_login(self.user)
        self.page = f"{lab.get_absolute_url()}connection/"
        if confirmed:
            session = self.client.session
            own = SimpleNamespace(session=session)
            record_authentication(own, self.user, method="password", reauthenticated=True)
            session.save()

    def connect(self, address: str) -> Connection:
        assert self.client.post(self.page, {"address": address}).status_code == 302
        return Connection.objects.get(repository__enrollment=self.enrollment, disconnected_at=None)

    def prove(self, login: str | None):
        return come_back(self.client, self.client.post(f"{self.page}prove/"), login)


@pytest.fixture
def lab():
    return make_lab()


@pytest.fixture
def learner(sign_in_app, lab):
    return Learner(lab)


@pytest.fixture
def repository(portal_on_github):
    made = portal_on_github.create_repository("learner/billing")
    portal_on_github.commit(made, {"README.md": "# Billing\n"})
    made.collaborators["writer"] = "write"
    for login in ("learner", "writer", "reader"):
        portal_on_github.person(login)
    return made


def authorize(redirect, login: str | None) -> str:
    """Press a button on GitHub's page; return the path that the browser is sent back to."""
    target = urlsplit(redirect["Location"])
    assert target.path == "/login/oauth/authorize", redirect["Location"]
    fields = {name: values[0] for name, values in parse_qs(target.query).items()}
    assert fields["code_challenge_method"] == "S256" and fields.get("scope", "") in ("", "user:email")
    body = urlencode(fields | ({"login": login} if login else {})).encode()
    with pytest.raises(Exception) as sent:
        build_opener(_NoRedirects).open(Request(f"{target.scheme}://{target.netloc}{target.path}", body))
    return sent.value.headers["Location"].removeprefix("http://localhost:8000")


def come_back(client: Client, redirect, login: str | None):
    return client.get(authorize(redirect, login))


def said(answer) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_account_that_may_write_proves_and_no_token_is_kept(learner, repository, portal_on_github):
    connection = learner.connect(f"{portal_on_github.host}/learner/billing")
    page = learner.client.get(learner.page)
    assert "Prove with GitHub" in page.content.decode()
    assert f"form-action 'self' {portal_on_github.url}" in page["Content-Security-Policy"]
    answer = learner.prove("writer")
    assert answer["Location"] == learner.page
    assert "writer may write to learner/billing" in said(answer)
    connection.refresh_from_db()
    assert (connection.owner_proved_by, connection.github_id) == ("sign-in", repository.id)
    linked = SocialAccount.objects.get()
    assert (linked.user, linked.extra_data) == (learner.user, {"login": "writer"})
    assert (linked.uid, SocialToken.objects.count()) == (str(portal_on_github.person("writer").id), 0)
    learner.user.refresh_from_db()
    assert learner.user.github_name == "writer"
    stored = str([row.get_decoded() for row in Session.objects.all()])
    (token,) = [name for name, grant in portal_on_github.grants.items() if grant.app]
    assert token not in stored and portal_on_github.grants[token].scope == ""
    assert AuditEntry.objects.filter(event="github", what="linked writer", user=learner.user).exists()

    assert looking.look_at_next()
    text = learner.client.get(learner.page).content.decode()
    assert "You signed in to GitHub as writer." in text
    assert "GitHub’s role is “push”" in text and "learner/billing is public." in text


@pytest.mark.daily(1)
@pytest.mark.parametrize(
    ("login", "words"),
    [("reader", "reader may not write to learner/billing"), (None, "You cancelled on GitHub")],
)
def test_account_that_may_only_read_proves_nothing(learner, repository, portal_on_github, login, words):
    connection = learner.connect(f"{portal_on_github.host}/learner/billing")
    assert words in said(learner.prove(login))
    connection.refresh_from_db()
    assert not connection.owner_proved_by


def test_private_repository_is_proved_where_the_app_is_installed(
    learner, repository, portal_on_github, sign_in_app
):
    repository.is_private = True
    connection = learner.connect(f"{portal_on_github.host}/learner/billing")
    answer = learner.prove("learner")
    assert "does not show learner/billing to learner. If it is private, install the App" in said(answer)
    assert looking.look_at_next()
    connection.refresh_from_db()
    assert (connection.owner_proved_by, connection.github_id) == ("", None)
    portal_on_github.install(sign_in_app, "learner", repository)
    assert learner.client.post(f"{learner.page}check/").status_code == 302
    assert looking.look_at_next()
    connection.refresh_from_db()
    assert (connection.owner_proved_by, connection.github_id) == ("sign-in", repository.id)
    assert [good for _, _, good in connection.answers] == [True] * 4
    text = learner.client.get(learner.page).content.decode()
    assert "The GitHub App is installed." in text and "Install the App on GitHub" not in text
    assert "Waiting for the first message" not in text


def test_stranger_with_a_linked_account_learns_nothing_of_a_private_repository(
    learner, repository, portal_on_github, sign_in_app
):
    repository.is_private = True
    portal_on_github.install(sign_in_app, "learner", repository)
    answers = []
    for name in ("billing", "nothing"):
        connection = learner.connect(f"{portal_on_github.host}/learner/{name}")
        learner.prove("reader")
        assert looking.look_at_next()
        connection.refresh_from_db()
        assert (connection.owner_proved_by, connection.github_id, connection.installation) == ("", None, None)
        answers.append(str(connection.answers).replace(name, ""))
    assert answers[0] == answers[1]


def test_linked_account_cannot_be_linked_to_a_second_learner_nor_replaced(
    learner, repository, portal_on_github, lab
):
    learner.connect(f"{portal_on_github.host}/learner/billing")
    learner.prove("writer")
    second = Learner(lab)
    second.connect(f"{portal_on_github.host}/learner/billing")
    assert "linked to a different account of this portal" in said(second.prove("writer"))
    assert "linked to the GitHub account writer, and you signed in to GitHub as learner" in said(
        learner.prove("learner")
    )
    assert [row.user for row in SocialAccount.objects.all()] == [learner.user]
    assert not Connection.objects.get(repository__enrollment=second.enrollment).owner_proved_by


@pytest.mark.django_db(transaction=True)
@pytest.mark.heavy
def test_two_accounts_linked_at_the_same_moment_leave_the_first_and_say_so(learner, repository, monkeypatch):
    on_the_way = learner.client.post(reverse("github_login"))
    come_back(learner.client, learner.client.post(reverse("github_login")), "learner")
    # as if both requests had looked before the other one wrote
    monkeypatch.setattr(linked_accounts, "find_linked", lambda user, provider: None)
    answer = come_back(learner.client, on_the_way, "writer")
    assert "linked to the GitHub account learner, and you signed in to GitHub as writer" in said(answer)
    assert [row.extra_data["login"] for row in SocialAccount.objects.all()] == ["learner"]


def test_first_link_asks_for_the_password_and_then_goes_on(sign_in_app, lab, repository, portal_on_github):
    learner = Learner(lab, confirmed=False)
    learner.connect(f"{portal_on_github.host}/learner/billing")
    asks = learner.client.post(f"{learner.page}prove/")
    assert asks["Location"].startswith(reverse("account_reauthenticate"))
    page = learner.client.get(asks["Location"])
    assert portal_on_github.url in page["Content-Security-Policy"]
    onward = learner.client.post(asks["Location"], {"password": PASSWORD})
    come_back(learner.client, onward, "learner")
    assert Connection.objects.get().owner_proved_by == "sign-in"


def test_link_that_was_replaced_on_the_way_asks_for_the_password(learner, repository, portal_on_github):
    """Somebody at an open browser must not exchange the linked account for theirs."""
    learner.connect(f"{portal_on_github.host}/learner/billing")
    learner.prove("learner")
    session = learner.client.session
    session.pop("account_authentication_methods")
    session.save()
    on_the_way = learner.client.post(f"{learner.page}prove/")
    learner.client.post(reverse("github_unlink"))
    answer = come_back(learner.client, on_the_way, "writer")
    assert "Confirm your password" in said(answer) and not SocialAccount.objects.exists()


def test_linked_account_signs_in_and_an_unknown_one_may_create_an_account(
    learner, repository, portal_on_github
):
    learner.client.post(reverse("github_login"))
    come_back(learner.client, learner.client.post(reverse("github_login")), "learner")
    visitor = Client()
    page = visitor.get(reverse("account_login")).content.decode()
    assert "Continue with GitHub" in page
    start = visitor.post(reverse("github_login"), {"next": "/help/"})
    answer = come_back(visitor, start, "learner")
    assert (answer["Location"], get_user(visitor)) == ("/help/", learner.user)
    stranger = Client()
    answer = come_back(stranger, stranger.post(reverse("github_login"), {"next": "/help/"}), "reader")
    assert answer["Location"] == reverse("first_sign_in")
    assert not get_user(stranger).is_authenticated
    page = stranger.get(reverse("first_sign_in")).content.decode()
    assert "No account here is linked to it. Your email is reader@example.org." in page
    created = stranger.post(reverse("first_sign_in"), {"name": "Reader", "time_zone": "Europe/London"})
    made = get_user(stranger)
    assert (created["Location"], made.email, made.github_name) == ("/help/", "reader@example.org", "reader")
    stored = str([row.get_decoded() for row in Session.objects.all()])
    assert not any(token in stored for token in portal_on_github.grants)


def test_app_that_may_not_read_emails_lets_the_visitor_type_one(sign_in_app, repository, monkeypatch):
    monkeypatch.setattr("portal.accounts.github_provider.find_verified_email", lambda token: "")
    visitor = Client()
    come_back(visitor, visitor.post(reverse("github_login")), "reader")
    assert visitor.post(reverse("first_sign_in"), {}).status_code == 422
    visitor.post(reverse("first_sign_in"), {"email": "reader@example.org", "time_zone": "Europe/London"})
    assert get_user(visitor).shown_email == "reader@example.org"
    assert not get_user(visitor).has_confirmed_email


def test_closed_account_is_not_signed_in(learner, repository):
    come_back(learner.client, learner.client.post(reverse("github_login")), "learner")
    learner.user.is_active = False
    learner.user.save()
    visitor = Client()
    answer = come_back(visitor, visitor.post(reverse("github_login")), "learner")
    assert (answer["Location"], get_user(visitor).is_authenticated) == ("/accounts/inactive/", False)


def test_staff_still_need_their_second_factor(sign_in_app, repository, settings):
    settings.STAFF_SECOND_FACTOR = True
    staff = make_user("staff@example.org", is_staff=True)
    SocialAccount.objects.create(
        user=staff, provider="github", uid=str(repository.owner.id), extra_data={"login": "learner"}
    )
    visitor = Client()
    come_back(visitor, visitor.post(reverse("github_login")), "learner")
    assert visitor.get("/staff/")["Location"].startswith(reverse("mfa_index"))


def test_session_that_waits_for_the_second_factor_has_no_token(learner, repository, portal_on_github):
    come_back(learner.client, learner.client.post(reverse("github_login")), "learner")
    TOTP.activate(learner.user, generate_totp_secret())
    before, visitor = set(portal_on_github.grants), Client()
    answer = come_back(visitor, visitor.post(reverse("github_login")), "learner")
    assert answer["Location"] == reverse("mfa_authenticate")
    (token,) = portal_on_github.grants.keys() - before
    assert token not in str([row.get_decoded() for row in Session.objects.all()])


@pytest.mark.daily(1)
@pytest.mark.parametrize("target", ["//evil.example.org", "https://evil.example.org/", "javascript:alert(1)"])
def test_sign_in_never_leads_to_another_site(learner, repository, target):
    come_back(learner.client, learner.client.post(reverse("github_login")), "learner")
    visitor = Client()
    answer = come_back(visitor, visitor.post(reverse("github_login"), {"next": target}), "learner")
    assert answer["Location"] == "/"


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    "how", ["state", "none", "twice", "other browser", "code", "down", "secret", "error"]
)
def test_each_failure_is_a_sentence_and_links_nothing(learner, repository, portal_on_github, settings, how):
    learner.connect(f"{portal_on_github.host}/learner/billing")
    back = authorize(learner.client.post(f"{learner.page}prove/"), "learner")
    browser, path = learner.client, reverse("github_callback")
    if how == "state":
        back = back.replace("state=", "state=x")
    elif how == "none":
        back = path
    elif how == "twice":
        portal_on_github.switches.is_down = True
        browser.get(back)
        portal_on_github.switches.reset()
    elif how == "other browser":
        browser = Client()
    elif how == "code":
        back = back.replace("code=", "code=x")
    elif how == "down":
        portal_on_github.switches.is_down = True
    elif how == "secret":
        settings.GITHUB_CLIENT_SECRET = "wrong"
    else:
        back = f"{path}?error=application_suspended&state={parse_qs(urlsplit(back).query)['state'][0]}"
    answer = browser.get(back)
    assert answer.status_code == 302 and answer["Location"].startswith("/")
    words = {
        "code": "did not accept",
        "secret": "did not accept",
        "error": "did not accept",
        "down": "did not",
    }
    assert words.get(how, "Start it again") in said(answer)
    assert not SocialAccount.objects.exists() and not Connection.objects.get().owner_proved_by


def test_without_the_settings_there_is_nothing(portal_on_github, lab, client):
    learner = Learner(lab)
    learner.connect(f"{portal_on_github.host}/learner/billing")
    assert [
        learner.client.post(f"{learner.page}prove/").status_code,
        learner.client.post(reverse("github_login")).status_code,
        client.post(reverse("github_login")).status_code,
        client.get(reverse("github_callback"), {"code": "x", "state": "y"}).status_code,
    ] == [404] * 4
    for page in (learner.client.get(learner.page), learner.client.get("/account/settings/")):
        assert "Prove with GitHub" not in page.content.decode()
        assert "Link GitHub" not in page.content.decode()
        assert "github" not in page["Content-Security-Policy"].lower()
    assert "with GitHub" not in client.get(reverse("account_login")).content.decode()


def test_account_is_unlinked_and_its_repositories_stay_connected(learner, repository, portal_on_github):
    learner.connect(f"{portal_on_github.host}/learner/billing")
    learner.prove("learner")
    assert "Linked to learner" in learner.client.get("/account/settings/").content.decode()
    answer = learner.client.post(reverse("github_unlink"))
    assert "no longer linked" in said(answer) and not SocialAccount.objects.exists()
    assert Connection.objects.get().owner_proved_by == "sign-in"
    assert learner.client.post(reverse("github_unlink")).status_code == 404
    assert "Link GitHub" in learner.client.get("/account/settings/").content.decode()


def test_repeated_starts_are_limited(sign_in_app):
    cache.clear()
    visitor = Client()
    statuses = [visitor.post(reverse("github_login")).status_code for _ in range(31)]
    assert (statuses[0], statuses[-1]) == (302, 429)
    cache.clear()
