"""Store that a connected repository is the learner's, and what GitHub said about their account."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from labs.github import evidence
from labs.models import Connection

ACCOUNT, PERMISSION = "Account", "Permission"
OF_ACCOUNT = (ACCOUNT, PERMISSION)
# GitHub's roles, the highest first
ROLES = ("admin", "maintain", "push", "triage", "pull")
MAY_WRITE = ("admin", "maintain", "push", "write")
Row = Sequence[Any]  # [subject, sentence, good]


# Any: values of fields
@transaction.atomic
def store_proof(connection: Connection, proof: str, **fields: Any) -> bool:
    """Store a proof and begin to grade pushes; return False if it came too late.

    A repository that was connected again meanwhile, perhaps with another owner, needs a new proof.
    """
    own = Connection.objects.filter(
        pk=connection.pk,
        secret_number=connection.secret_number,
        disconnected_at=None,
        owner_proved_by="",
    )
    # Connected from now on: the push of the owner's file must not count as one whose message was lost.
    values = {"owner_proved_by": proof, "proof_note": "", "created_at": timezone.now(), **fields}
    if not own.update(**values):
        return False
    for name, value in values.items():
        setattr(connection, name, value)
    evidence.grade_after_connecting(connection)
    return True


def role_in(permissions: Mapping[str, object] | None) -> str:
    """Return the highest role in the `permissions` of a repository as GitHub describes it to a person."""
    return next((role for role in ROLES if (permissions or {}).get(role)), "")


def rows_about(login: str, full_name: str, role: str) -> list[Row]:
    """Return what GitHub said of an account and its permission, for the page."""
    may = role in MAY_WRITE
    if may:
        sentence = f"{login} may write to {full_name}: GitHub’s role is “{role}”."
    elif role:
        sentence = f"{login} may not write to {full_name}: GitHub’s role is “{role}”. Ask its owner for write access."
    else:
        sentence = f"GitHub does not show {full_name} to {login}."
    return [[ACCOUNT, f"You signed in to GitHub as {login}.", True], [PERMISSION, sentence, may]]


def with_rows(answers: Sequence[Row], rows: Sequence[Row]) -> list[Row]:
    """Return the answers with these rows in place of those about the same subjects."""
    subjects = {row[0] for row in rows}
    return [*rows, *(row for row in answers if row[0] not in subjects)]
