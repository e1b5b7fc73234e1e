"""Prove that a repository is the learner's by their sign-in with GitHub: GitHub says which permission they have.

The token comes with the request and is forgotten with it. It has no scope: it shows public repositories,
and private ones if the sign-in is that of the GitHub App, and the App is installed there.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction

from labs.github import client
from labs.github.access import name_of, path_of
from labs.github.client import GitHubError, RefusedError
from labs.github.connecting import ask_to_look
from labs.github.proofs import MAY_WRITE, Row, role_in, rows_about, store_proof, with_rows
from labs.models import Connection
from portal.accounts.github import GitHubAccount
from portal.accounts.http import UserRequest

PURPOSE = "connection"


# Any: JSON
def prove(request: UserRequest, account: GitHubAccount, token: str, purpose: dict[str, Any]) -> None:
    """Ask GitHub about the connection for which the learner signed in, store the answer, and say it."""
    own = Connection.objects.filter(repository__enrollment__user=request.user, disconnected_at=None)
    connection = own.select_related("repository__lab").filter(pk=purpose.get(PURPOSE, 0)).first()
    if connection is None:
        return
    try:
        described: Mapping[str, Any] = client.as_person(token).get(path_of(connection))
    except RefusedError:
        described = {}
    except GitHubError as error:
        messages.error(request, f"{error} Nothing was changed. Try again in a few minutes.")
        return
    full_name = str(described.get("full_name") or name_of(connection))
    role = role_in(described.get("permissions"))
    rows = rows_about(account.login, full_name, role)
    may_write = role in MAY_WRITE
    if may_write:
        store_proof(connection, Connection.Proof.SIGN_IN, github_id=described["id"])
    _store_rows(connection, rows)
    ask_to_look(connection)
    _add_message(request, rows[1], is_visible=bool(described))


def _add_message(request: UserRequest, about_permission: Row, *, is_visible: bool) -> None:
    _, sentence, good = about_permission
    if good:
        messages.success(request, f"{sentence} The repository is connected.")
    elif is_visible or not client.has_app():
        messages.error(request, sentence)
    else:
        messages.info(
            request,
            f"{sentence} If it is private, install the App on it. The portal looks again by itself.",
        )


@transaction.atomic
def _store_rows(connection: Connection, rows: list[Row]) -> None:
    own = Connection.objects.select_for_update().get(pk=connection.pk)
    own.answers = with_rows(own.answers, rows)
    own.save(update_fields=["answers"])
