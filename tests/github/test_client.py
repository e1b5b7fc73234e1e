"""The client of GitHub's REST API: who asks, and the three kinds of failure."""

import logging
import time
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.utils import timezone

from labs.github import client
from tests.github.conftest import PERMISSIONS


@pytest.fixture(autouse=True)
def no_tokens() -> None:
    caches["tokens"].clear()


def test_a_repository_is_found_by_name_and_by_id_after_it_moved(portal_on_github):
    repository = portal_on_github.create_repository("learner/billing")
    anybody = client.as_anybody()
    portal_on_github.move(repository, "school/invoices")
    assert anybody.get("/repos/learner/billing")["full_name"] == "school/invoices"
    assert anybody.get(f"/repositories/{repository.id}")["full_name"] == "school/invoices"
    assert {exchange.request_headers["X-GitHub-Api-Version"] for exchange in portal_on_github.exchanges} == {
        client.API_VERSION
    }


def test_lists_are_read_page_by_page_up_to_a_limit(portal_on_github, monkeypatch):
    monkeypatch.setattr(client, "PAGE", 3)
    repository = portal_on_github.create_repository("learner/billing")
    sha = portal_on_github.commit(repository, {"README.md": "Billing\n"})
    for _ in range(7):
        portal_on_github.start_run(repository, sha)
    at = "/repos/learner/billing/actions/runs"
    runs = client.as_anybody().pages(at, "workflow_runs", limit=1000)
    assert [run["run_number"] for run in runs] == list(range(7, 0, -1))
    assert len(client.as_anybody().pages(at, "workflow_runs", limit=5, head_sha=sha)) == 5


def test_the_app_asks_for_one_token_an_hour_for_each_installation(app, portal_on_github):
    repository = portal_on_github.create_repository("learner/hidden", private=True)
    installation = portal_on_github.install(app, "learner", repository)
    assert client.as_app().get("/app")["slug"] == app.slug
    for _ in range(2):
        own = client.as_installation(installation.id)
        assert own.get("/repos/learner/hidden")["private"] is True
    assert [exchange.path for exchange in portal_on_github.exchanges].count(
        f"/app/installations/{installation.id}/access_tokens"
    ) == 1


def test_the_app_signs_once_for_many_tokens_and_a_bad_key_is_unavailable(
    app, portal_on_github, settings, monkeypatch
):
    from github import Auth

    made, signed = [portal_on_github.create_repository(f"learner/lab-{number}") for number in range(3)], []
    installation = portal_on_github.install(app, "learner", *made)
    create_jwt = Auth.AppAuth.create_jwt
    monkeypatch.setattr(
        Auth.AppAuth, "create_jwt", lambda auth, seconds: signed.append(seconds) or create_jwt(auth, seconds)
    )
    assert len({client.repository_token(installation.id, each.id) for each in made}) == 3
    assert len(signed) == 1
    caches["tokens"].clear()
    settings.GITHUB_APP_PRIVATE_KEY = "-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----"
    with pytest.raises(client.UnavailableError, match="private key"):
        client.as_app()


def test_a_token_is_never_logged(app, portal_on_github, caplog):
    installation = portal_on_github.install(app, "learner", portal_on_github.create_repository("learner/lab"))
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("github").setLevel(logging.INFO)  # as the settings do
        token = client.installation_token(installation.id)
        client.as_installation(installation.id).get("/repos/learner/lab")
    assert len(token) > 80
    assert token not in caplog.text
    assert token not in repr(client.as_installation(installation.id))


@pytest.mark.parametrize(("kind", "seconds"), [("primary", 300), ("secondary", 40)])
def test_a_rate_limit_says_when_to_try_again_and_does_not_sleep(portal_on_github, kind, seconds):
    portal_on_github.create_repository("learner/billing")
    getattr(portal_on_github.switches, f"limit_{kind}")(seconds)
    started = time.monotonic()
    with pytest.raises(client.RateLimitedError) as limited:
        client.as_anybody().get("/repos/learner/billing")
    assert time.monotonic() - started < 5
    wait = limited.value.retry_at - timezone.now()
    assert timedelta(seconds=seconds - 5) < wait < timedelta(seconds=seconds + 5)


def test_github_that_is_down_or_unreachable_or_refuses_the_key_is_unavailable(
    app, portal_on_github, settings
):
    portal_on_github.switches.is_down = True
    with pytest.raises(client.UnavailableError, match="status 502"):
        client.as_anybody().get("/user")
    portal_on_github.switches.reset()
    other = portal_on_github.create_app("Other", permissions=PERMISSIONS)
    settings.GITHUB_APP_PRIVATE_KEY = other.private_key
    with pytest.raises(client.UnavailableError, match="did not accept the App"):
        client.as_app().get("/app")
    settings.GITHUB_API_URL = "http://127.0.0.1:9/api/v3"
    with pytest.raises(client.UnavailableError, match="could not be reached"):
        client.as_anybody().get("/user")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/repos/learner/absent", 404, "did not find it"),
        ("/repos/learner/hidden", 404, "private"),
        ("/user", 401, "only after a sign-in"),
    ],
)
def test_a_refusal_has_a_reason_for_the_learner(portal_on_github, path, status, words):
    portal_on_github.create_repository("learner/hidden", private=True)
    with pytest.raises(client.RefusedError) as refused:
        client.as_anybody().get(path)
    assert refused.value.status == status
    assert words in refused.value.reason


def test_without_an_app_nothing_is_sent(portal_on_github):
    with pytest.raises(client.UnavailableError, match="No GitHub App"):
        client.installation_token(1)
    assert portal_on_github.exchanges == []
