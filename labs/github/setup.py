"""Create the portal's GitHub App by a manifest: GitHub lists its permissions, creates it, and returns its keys.

The keys are shown once, for the environment of the portal. They are never stored.
"""

import json
import secrets
import time
from collections.abc import MutableMapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from labs.github import client

KEY = "github_setup"
SECONDS = 3600  # GitHub's time for the three steps
EVENTS = ("push", "workflow_run", "check_suite", "pull_request", "pull_request_review")
PERMISSIONS = {
    "metadata": "read",
    "contents": "read",
    "actions": "read",
    "pull_requests": "read",
    "issues": "read",
    "statuses": "write",
    "checks": "write",
}
# only if courses are committed back: every account that installs the App is asked for its permissions
TO_COMMIT = {"contents": "write", "pull_requests": "write"}
Session = MutableMapping[str, Any]


class SetUpError(Exception):
    """The App was not set up; `message` says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def permissions_of(*, commits: bool) -> dict[str, str]:
    return {**PERMISSIONS, **TO_COMMIT} if commits else PERMISSIONS


def manifest(name: str, *, commits: bool) -> str:
    """Return the JSON that GitHub creates the App from; with `commits`, it may write files."""
    at = settings.PUBLIC_URL
    return json.dumps(
        {
            "name": name,
            "url": f"{at}/",
            "hook_attributes": {"url": at + reverse("github_app"), "active": True},
            "redirect_url": at + reverse("github_setup_done"),
            "callback_urls": [at + reverse("github_callback")],
            "setup_url": at + reverse("github_installed"),
            "setup_on_update": True,
            "public": True,
            "default_events": list(EVENTS),
            "default_permissions": permissions_of(commits=commits),
        }
    )


def creation_url(organization: str, state: str) -> str:
    owner = f"/organizations/{organization}" if organization else ""
    return f"{settings.GITHUB_WEB_URL}{owner}/settings/apps/new?state={state}"


def start(session: Session) -> str:
    """Return the state that GitHub must bring back to this session within an hour."""
    found = session.get(KEY) or {}
    if found.get("until", 0) < time.time() + SECONDS / 2:
        found = {"state": secrets.token_urlsafe(32), "until": time.time() + SECONDS}
        session[KEY] = found
    return str(found["state"])


def take_over(session: Session, *, state: str, code: str) -> dict[str, str]:
    """Return the App's settings by name, in exchange for GitHub's code. Raises SetUpError."""
    found = session.pop(KEY, None) or {}
    is_known = constant_time_compare(state.encode(), str(found.get("state", "")).encode())
    if not state or not is_known or found["until"] < time.time():
        raise SetUpError("This link was used before, is older than an hour, or belongs to another sign-in.")
    if not code.isalnum():
        raise SetUpError("GitHub sent no code. If you cancelled, nothing was created.")
    try:
        app = client.as_anybody().post(f"/app-manifests/{code}/conversions")
    except client.RefusedError as error:
        raise SetUpError(
            "GitHub no longer accepts the code. Delete the App on GitHub, and start again."
        ) from error
    except client.GitHubError as error:
        raise SetUpError(f"{error} Delete the App on GitHub, and start again later.") from error
    return settings_of(app)


def settings_of(app: client.Json) -> dict[str, str]:
    return {
        "GITHUB_APP_ID": str(app["id"]),
        "GITHUB_APP_SLUG": str(app["slug"]),
        "GITHUB_APP_PRIVATE_KEY": str(app["pem"]).strip().replace("\n", "\\n"),
        "GITHUB_APP_WEBHOOK_SECRET": str(app.get("webhook_secret") or ""),
        "GITHUB_CLIENT_ID": str(app["client_id"]),
        "GITHUB_CLIENT_SECRET": str(app["client_secret"]),
    }


def environment_lines(values: dict[str, str]) -> str:
    # no value has a quote, and Docker Compose and shells keep backslashes in single quotes
    return "\n".join(f"{name}='{value}'" for name, value in values.items())
