"""Ask GitHub about a connected repository: its ID, name and owner, the App, and the permission of a linked account.

A worker asks, never a page. Only these answers change what the portal remembers: a payload is signed with a secret
that the learner knows. A repository that GitHub did not confirm is not graded, because its name may be somebody
else's by now.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from labs.github import client
from labs.github.access import client_of, has_installed_app, name_of, path_of
from labs.github.client import GitHubError, Json, RefusedError
from labs.github.proofs import MAY_WRITE, OF_ACCOUNT, rows_about, store_proof, with_rows
from labs.models import Connection, Installation, Repository
from labs.repositories.hosts import LookUpFailedError
from portal.accounts.github import github_account

logger = logging.getLogger(__name__)

APP, REPOSITORY, NEW_ADDRESS = "App", "Repository", "New address"
NOT_VISIBLE = (
    "No public repository has this URL. Check it. If it is private, make it public until you have shown that it is "
    "yours. Or, if this portal has a GitHub App, install it on the repository and sign in with GitHub."
)
ANSWERED = ["answers", "asked_at", "github_id", "full_name", "installation"]


class UnconfirmedError(LookUpFailedError):
    """GitHub did not confirm the repository. With `may_retry` it may do so later, not before `retry_at`."""

    def __init__(self, message: str, *, may_retry: bool = False, retry_at: datetime | None = None) -> None:
        super().__init__(message, may_retry=may_retry)
        self.retry_at = retry_at


class ChangedMeanwhileError(UnconfirmedError):
    """A different look, or the learner, changed the connection while GitHub answered. Look again at once."""

    def __init__(self) -> None:
        super().__init__("The connection was changed meanwhile.", may_retry=True)


def ask(connection: Connection) -> None:
    """Store GitHub's answers, and the proof if the linked account may write. Raises UnconfirmedError."""
    kept = [row for row in connection.answers if row[0] in OF_ACCOUNT]
    connection.answers = []
    if client.has_app():
        _ask_about_app(connection)
    try:
        described: Mapping[str, Any] = client_of(connection).get(path_of(connection))
    except RefusedError as error:
        _note_refusal(connection, error)
        _save(connection, kept)
        raise UnconfirmedError(connection.answers[-1][1]) from error
    except GitHubError as error:
        sentence = f"GitHub has not confirmed the repository: {error}"
        _add_answer(connection, REPOSITORY, sentence, good=False)
        _save(connection, kept, is_answered=False)
        retry_at = error.retry_at if isinstance(error, client.RateLimitedError) else None
        raise UnconfirmedError(sentence, may_retry=True, retry_at=retry_at) from error
    _ask_about_account(connection, described)
    if described.get("private") and not connection.owner_proved_by:
        _forget(connection)
        refusal = NOT_VISIBLE
    else:
        refusal = _remember(connection, described)
    _save(connection, kept)
    if refusal:
        raise UnconfirmedError(refusal)


def find_moved(connection: Connection) -> bool:
    """Ask if a repository whose ID is known has another name now; return True if so, after storing it.

    Raises UnconfirmedError.
    """
    if connection.github_id is None:
        return False
    before = connection.repository.address
    ask(connection)
    return connection.repository.address != before


@transaction.atomic
def _save(connection: Connection, kept: list[Any], *, is_answered: bool = True) -> None:
    own = Connection.objects.select_for_update().get(pk=connection.pk)
    is_same = own.secret_number == connection.secret_number and own.disconnected_at is None
    if not is_same or own.owner_proved_by != connection.owner_proved_by:
        raise ChangedMeanwhileError
    newer = [row for row in own.answers if row[0] in OF_ACCOUNT] or kept
    about = [row for row in connection.answers if row[0] in OF_ACCOUNT] or newer
    connection.answers = [*about, *(row for row in connection.answers if row[0] not in OF_ACCOUNT)]
    connection.asked_at = timezone.now() if is_answered else None  # None: the next look asks again
    connection.save(update_fields=ANSWERED)


def _add_answer(connection: Connection, subject: str, sentence: str, *, good: bool) -> None:
    connection.answers = [*connection.answers, [subject, sentence, good]]


def _ask_about_app(connection: Connection) -> None:
    try:
        found = client.as_app().get(client.repository_path(name_of(connection), "installation"))
    except RefusedError:
        connection.installation = None
        _add_answer(connection, APP, "The App is not installed on this repository.", good=False)
        return
    except GitHubError as error:
        _add_answer(connection, APP, str(error), good=False)
        return
    connection.installation = installation_of(found)
    suspended = connection.installation.suspended_at is not None
    sentence = "The App is suspended on this account." if suspended else "The App is installed on it."
    _add_answer(connection, APP, sentence, good=not suspended)


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


def _ask_about_account(connection: Connection, described: Mapping[str, Any]) -> None:
    # Only the App may ask about an account. Without it, the person's own sign-in does (`signing_in.py`).
    account = github_account(connection.repository.enrollment.user)
    if account is None or not has_installed_app(connection):
        return
    full_name = str(described["full_name"])
    path = client.repository_path(full_name, "collaborators", account.login, "permission")
    try:
        found = client_of(connection).get(path)
    except RefusedError:  # not a collaborator
        found = {}
    except GitHubError as error:
        logger.warning("the permission of an account is unknown: %s", error)
        return
    # a name may be somebody else's by now, an ID never
    is_theirs = (found.get("user") or {}).get("id") == account.id
    role = str(found.get("role_name") or found.get("permission") or "") if is_theirs else ""
    role = "" if role == "none" else role
    connection.answers = with_rows(connection.answers, rows_about(account.login, full_name, role))
    if {role, found.get("permission")} & set(MAY_WRITE) and is_theirs and not connection.owner_proved_by:
        store_proof(connection, Connection.Proof.SIGN_IN, github_id=described["id"])


def _note_refusal(connection: Connection, error: RefusedError) -> None:
    if connection.github_id is not None or error.status != 404:
        _add_answer(connection, REPOSITORY, error.reason, good=False)
    else:
        _forget(connection)


def _forget(connection: Connection) -> None:
    # Whoever types an address must not find out by the App that there is such a private repository.
    connection.answers, connection.installation = [[REPOSITORY, NOT_VISIBLE, False]], None
    connection.github_id, connection.full_name = None, ""


def _remember(connection: Connection, described: Mapping[str, Any]) -> str:
    # "", or the reason for which it cannot be graded
    full_name, before = str(described["full_name"]), name_of(connection)
    connection.github_id, connection.full_name = described["id"], full_name[:201]
    visibility = "private" if described.get("private") else "public"
    if full_name.lower() == before.lower():
        _add_answer(connection, REPOSITORY, f"{full_name} is {visibility}.", good=True)
        return ""
    if _move(connection.repository, full_name):
        sentence = f"{before} was renamed or transferred to {full_name}. It stays connected."
        _add_answer(connection, NEW_ADDRESS, sentence, good=True)
        _add_answer(connection, REPOSITORY, f"{full_name} is {visibility}.", good=True)
        return ""
    sentence = f"{before} is {full_name} now, which you connected as well. Disconnect one of them."
    _add_answer(connection, REPOSITORY, sentence, good=False)
    return sentence


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
