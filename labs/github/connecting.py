"""Connect a learner's repository, change its secret, disconnect it. A worker finds out whose repository it is."""

from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from labs.actions import repository_at
from labs.github import evidence, tasks
from labs.github.queries import connections_of
from labs.grader.fetching.address import Address
from labs.models import Connection, Delivery, Lab
from labs.repositories import hosts
from lessons.models import Enrollment
from lessons.rights import teaches_cohort
from portal.accounts.audit import Event, record
from portal.accounts.models import User

OVERLAP = timedelta(days=1)  # both secrets are valid, so that no push is lost while GitHub's is changed
FRESH = timedelta(minutes=10)  # an answer of GitHub that is as good as a new one
Outcome = Delivery.Outcome


class NotOnGitHubError(Exception):
    """The address is on another host; the text says so."""


@transaction.atomic
def connect(*, enrollment: Enrollment, lab: Lab, address: Address) -> Connection:
    """Connect a repository in place of the one before, and have a worker look if it is the learner's.

    Raises NotOnGitHubError, and LookUpFailedError past the limit of look-ups.
    """
    if address.host != settings.GITHUB_HOST:
        raise NotOnGitHubError(f"Only repositories on {settings.GITHUB_HOST} can be connected.")
    hosts.check_lookup_rate(enrollment.user_id)
    Enrollment.objects.select_for_update(no_key=True).get(pk=enrollment.pk)
    repository = repository_at(enrollment, lab, address)
    for other in connections_of(enrollment, lab).filter(disconnected_at=None).exclude(repository=repository):
        disconnect(connection=other)
    connection, is_new = Connection.objects.get_or_create(repository=repository)
    if not is_new and connection.disconnected_at:
        # whoever knew the old secret must not send messages, and the repository may have another owner now
        connection.disconnected_at, connection.previous_until = None, None
        connection.last_heard_at = None  # nothing was heard with the new secret
        connection.secret_number += 1
        connection.secret_shown_at, connection.owner_proved_by = None, ""
        connection.save()
    ask_to_look(connection)
    return connection


def look_again(*, connection: Connection) -> None:
    """Have a worker look for the proof, or ask GitHub again, also for the facts that checks use.

    Raises LookUpFailedError past the limit of look-ups.
    """
    hosts.check_lookup_rate(connection.repository.enrollment.user_id)
    now, asked_at = timezone.now(), connection.asked_at
    # GitHub answers few questions without a sign-in, and the file is read with Git.
    is_known = connection.github_id is not None and asked_at is not None and asked_at > now - FRESH
    ask_to_look(connection, asks_github=connection.is_active or not is_known)
    if connection.is_active:
        evidence.ask_again(connection)


def look_for_app(*, connection: Connection) -> None:
    """Have a worker ask GitHub if the App is installed. Raises LookUpFailedError past the limit of look-ups."""
    hosts.check_lookup_rate(connection.repository.enrollment.user_id)
    ask_to_look(connection)


def ask_to_look(connection: Connection, *, asks_github: bool = True) -> None:
    own = Connection.objects.filter(pk=connection.pk)
    if asks_github:
        own.update(asked_at=None)
    own.update(look_at=timezone.now(), look_tries=0)
    transaction.on_commit(partial(tasks.wake, connection), robust=True)


@transaction.atomic
def new_secret(*, connection: Connection) -> str:
    """Return a new secret, to be shown in this response only. An old one that was shown is valid for one more day."""
    own = Connection.objects.select_for_update().get(pk=connection.pk)
    now = timezone.now()
    if own.secret_shown_at:
        own.secret_number += 1
        own.previous_until = now + OVERLAP
    own.secret_shown_at = now
    own.save(update_fields=["secret_number", "previous_until", "secret_shown_at"])
    record(Event.TOKEN, f"secret of the webhook of {own.repository.address}")
    return own.secret


@transaction.atomic
def disconnect(*, connection: Connection) -> None:
    """Stop taking messages. Submissions and receipts stay."""
    own = Connection.objects.filter(pk=connection.pk, disconnected_at=None)
    if own.update(disconnected_at=timezone.now(), look_at=None):
        waiting = connection.deliveries.filter(outcome=Outcome.WAITING)
        waiting.update(outcome=Outcome.IGNORED, reason="You disconnected this repository.")
        record(Event.TOKEN, f"disconnected {connection.repository.address}")


@transaction.atomic
def retry_look(*, connection: Connection, by: User) -> None:
    """Look again, with the messages that the fault ended: their time counts. Raises PermissionDenied."""
    repository = connection.repository
    if not teaches_cohort(by, repository.enrollment.cohort_id, repository.lab.course):
        raise PermissionDenied
    reference = connection.look_fault.partition(":")[0]
    if reference:
        ended = connection.deliveries.filter(
            outcome=Outcome.FAILED, reason__contains=f"Reference {reference}."
        )
        ended.update(outcome=Outcome.WAITING, reason="")
    ask_to_look(connection, asks_github=False)
