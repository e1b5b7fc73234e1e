"""A running stand-in for GitHub. Each request to its REST API is checked against GitHub's own description."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from csp.constants import SELF

from portal.content_policy import common_policy
from tests.github.description.checking import check
from tests.github.stand_in import GitHub, open_folder, start
from tests.github.stand_in.records import App


@pytest.fixture
def github() -> Iterator[GitHub]:
    """A new stand-in with nothing in it."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is missing: apt-get install openssl")
    with open_folder() as folder, start(folder) as running:
        yield running
    for exchange in running.exchanges:
        check(exchange)


PERMISSIONS = {
    **dict.fromkeys(("contents", "actions", "pull_requests", "issues"), "read"),
    **dict.fromkeys(("statuses", "checks"), "write"),
}


def point_settings_to(github: GitHub, settings: Any, app: App | None = None) -> None:
    """Set the portal's settings as for `make github`; those of the App only if there is one."""
    settings.GITHUB_WEB_URL, settings.GITHUB_API_URL = github.url, github.api_url
    settings.GITHUB_HOST = github.host
    settings.REPOSITORY_HOSTS = [github.host]
    settings.TEST_GIT_SERVER = ["127.0.0.1", str(github.certificate)]
    if app:
        settings.GITHUB_APP_ID, settings.GITHUB_APP_SLUG = str(app.id), app.slug
        settings.GITHUB_APP_PRIVATE_KEY = app.private_key
        settings.GITHUB_APP_WEBHOOK_SECRET = app.hook.secret


@pytest.fixture
def portal_on_github(github: GitHub, settings: Any, tmp_path: Path) -> GitHub:
    """The stand-in, with the settings of this process pointed to it, and without an App."""
    point_settings_to(github, settings)
    settings.MIRROR_ROOT, settings.GRADED_ROOT = tmp_path / "mirrors", tmp_path / "graded"
    return github


@pytest.fixture
def app(portal_on_github: GitHub, settings: Any) -> App:
    """A GitHub App of the portal, installed nowhere; its webhook has no URL."""
    made = portal_on_github.create_app(
        secret="app secret",
        permissions=PERMISSIONS,
        events=("push", "workflow_run", "check_suite", "pull_request", "pull_request_review"),
        callback_urls=(f"{settings.PUBLIC_URL}/accounts/github/login/callback/",),
    )
    point_settings_to(portal_on_github, settings, made)
    return made


@pytest.fixture
def sign_in_app(app: App, settings: Any) -> Iterator[App]:
    """The App, with its sign-in set up as well."""
    settings.GITHUB_CLIENT_ID, settings.GITHUB_CLIENT_SECRET = app.client_id, app.client_secret
    targets = {"form-action": [SELF, settings.GITHUB_WEB_URL]}
    directives = {**settings.CONTENT_SECURITY_POLICY["DIRECTIVES"], **targets}
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives}
    common_policy.cache_clear()
    yield app
    common_policy.cache_clear()
