"""Ask GitHub about a connected repository: its ID, name and owner, and the App. A worker asks, never a page.

Only these answers change what the portal remembers. A payload is signed with a secret that the learner knows.
"""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from labs.github import client
from labs.github.access import client_of, name_of, path_of
from labs.github.client import GitHubError, Json, RefusedError
from labs.models import Connection, Installation, Repository

logger = logging.getLogger(__name__)

NEW_ADDRESS = "New address"
NOT_VISIBLE = (
    "There is no such public repository. Keep a private one public until the file below was found. "
    "With the App installed on it, it can be private again afterwards."
)


def ask(connection: Connection) -> None:
    """Store GitHub's answers about the App and the repository. Sets its ID, name and installation."""
    connection.answers = []
    if client.has_app():
        _ask_about_app(connection)
    described = _ask_about_repository(connection)
    if described:
        if described.get("private") and not connection.owner_proved_by:
            _forget(connection)
        else:
            _remember(connection, described)
    is_open = described is None and connection.github_id is None  # the next look asks again
    connection.asked_at = None if is_open else timezone.now()
    connection.save(update_fields=["answers", "asked_at", "github_id", "full_name", "installation"])


def find_moved(connection: Connection) -> bool:
    """Ask if a repository whose ID is known has another name now; return True if so, after storing it."""
    if connection.github_id is None:
        return False
    before = connection.repository.address
    ask(connection)
    return connection.repository.address != before


def _say(connection: Connection, subject: str, sentence: str, *, good: bool) -> None:
    connection.answers = [*connection.answers, [subject, sentence, good]]


def _ask_about_app(connection: Connection) -> None:
    try:
        found = client.as_app().get(client.repository_path(name_of(connection), "installation"))
    except RefusedError:
        connection.installation = None
        _say(connection, "App", "The App is not installed on this repository.", good=False)
        return
    except GitHubError as error:
        _say(connection, "App", str(error), good=False)
        return
    connection.installation = installation_of(found)
    suspended = connection.installation.suspended_at is not None
    sentence = "The App is suspended on this account." if suspended else "The App is installed on it."
    _say(connection, "App", sentence, good=not suspended)


def installation_of(found: Json) -> Installation:
    """Store an installation as GitHub describes it."""
    account = found.get("account") or {}
    values = {
        "account": str(account.get("login", ""))[:100],
        "account_id": account.get("id"),
        "suspended_at": timezone.now() if found.get("suspended_at") else None,
        "deleted_at": None,
    }
    installation, _ = Installation.objects.update_or_create(installation_id=found["id"], defaults=values)
    return installation


def _ask_about_repository(connection: Connection) -> Mapping[str, Any] | None:
    # {} if GitHub refuses, None if it may answer later
    try:
        found: Mapping[str, Any] = client_of(connection).get(path_of(connection))
    except RefusedError as error:
        if connection.github_id is not None or error.status != 404:
            _say(connection, "Repository", error.reason, good=False)
        else:
            _forget(connection)
        return {}
    except GitHubError as error:
        _say(connection, "Repository", f"{error} The portal will ask again.", good=False)
        return None
    return found


def _forget(connection: Connection) -> None:
    # Whoever types an address must not find out by the App that there is such a private repository.
    connection.answers, connection.installation = [["Repository", NOT_VISIBLE, False]], None
    connection.github_id, connection.full_name = None, ""


def _remember(connection: Connection, described: Mapping[str, Any]) -> None:
    full_name, before = str(described["full_name"]), name_of(connection)
    connection.github_id, connection.full_name = described["id"], full_name[:201]
    visibility = "private" if described.get("private") else "public"
    if full_name.lower() == before.lower():
        _say(connection, "Repository", f"{full_name} is {visibility}.", good=True)
        return
    if _move(connection.repository, full_name):
        sentence = f"{before} was renamed or transferred to {full_name}. It stays connected."
        _say(connection, NEW_ADDRESS, sentence, good=True)
    else:
        sentence = f"{before} is {full_name} now, which you connected as well. Disconnect one of them."
        _say(connection, "Repository", sentence, good=False)


def _move(repository: Repository, full_name: str) -> bool:
    owner, _, name = full_name.partition("/")
    try:
        with transaction.atomic():
            Repository.objects.filter(pk=repository.pk).update(owner=owner[:100], name=name[:100])
    except IntegrityError:
        return False
    repository.owner, repository.name = owner[:100], name[:100]
    logger.info("repository %s moved", repository.pk)
    return True
