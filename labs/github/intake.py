"""Record a message from GitHub, once, and wake a worker if it is a reason to look at the repository.

The request does nothing else. What a payload says is a hint: a worker looks at the remembered repository itself.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from labs.github.connecting import ask_to_look
from labs.github.events import missing_events_words
from labs.github.evidence import note_event
from labs.github.messages import ASKS, INSTALLS, Message, mapping
from labs.models import Connection, Delivery, Installation

logger = logging.getLogger(__name__)

MAX_KEPT = 100  # deliveries of one connection
MAX_INSTALLED = 500  # repositories of one message about an installation
MAX_LOOKS_PER_HOUR = 60  # at one repository without a pause
SENT_AS_FORM = "Set the content type of the webhook to application/json."
NOTHING, MINUTE, PAUSE, HOUR = (timedelta(minutes=minutes) for minutes in (0, 1, 2, 60))
Outcome = Delivery.Outcome


class OtherRepositoryError(Exception):
    """The message is about a repository other than the connection's."""


def find_connection(key: str) -> Connection | None:
    related = ("repository__enrollment__user", "repository__lab")
    return Connection.objects.select_related(*related).filter(key=key).first()


def note_mismatch(key: str) -> None:
    """Remember that a message for this address had a wrong signature, so that its page can say so.

    One statement, the same for an unknown address, and at most one write a minute.
    """
    now = timezone.now()
    is_old = Q(mismatched_at=None) | Q(mismatched_at__lt=now - MINUTE)
    Connection.objects.filter(is_old, key=key).update(mismatched_at=now)


def connections_of_app(message: Message) -> list[Connection]:
    """Return the learners' connections of the App to the repository of a message: the ID is known from GitHub itself.

    Whoever only typed the address of a private repository must not see the names of its branches.
    """
    if message.repository_id is None:
        return []
    found = Connection.objects.select_related("repository__enrollment__user", "repository__lab")
    return list(found.active().filter(github_id=message.repository_id, installation__isnull=False))


@transaction.atomic
def take(
    connection: Connection, message: Message, *, wake: Callable[[Connection], None], by_app: bool = False
) -> bool:
    """Write the delivery; return True if a worker has work. A delivery that came before changes nothing.

    `by_app`: the App's secret has signed it. Raises OtherRepositoryError.
    """
    check_repository(connection, message)
    now = timezone.now()
    # First of all a lock on the connection: a worker that finishes with it sees this delivery, or we see that it ended,
    # and no other message is written meanwhile. Each statement is a part of the answer's time, so few follow.
    own = Connection.objects.filter(pk=connection.pk)
    own.update(last_heard_at=now, mismatched_at=None)
    kept = list(connection.deliveries.defer("reason", "action").order_by("-pk"))
    if any(each.guid == message.guid.lower() for each in kept):
        return False
    outcome, reason = judge(connection, message, kept)
    pause = _pause(kept, now)
    delivery = _delivery(connection, message, outcome, reason, now)
    delivery.by_app, delivery.is_prompt = by_app, not pause and not _is_postponed(connection, now)
    delivery.save(force_insert=True)
    if len(kept) >= MAX_KEPT:
        _remove_old(connection, kept[MAX_KEPT - 1].pk)
    if outcome != Outcome.WAITING:
        asks = message.event in ASKS and outcome == Outcome.NOTED
        if asks:
            note_event(connection, event=message.event, commit=message.commit)
        return asks
    _replace_older(connection, message, kept)
    is_first = own.filter(look_at=None).update(look_at=now + pause)
    if connection.full_name and message.full_name.lower() != connection.full_name.lower():
        # renamed: the old name may be somebody else's by now, so GitHub is asked by ID first
        own.update(asked_at=None)
    if is_first:  # else a worker is on its way, and a flood must not send one for each push
        transaction.on_commit(partial(wake, connection), robust=True)
    return True


@transaction.atomic
def note_form(connection: Connection, *, event: str, guid: str) -> None:
    """Record a signed message that was sent as a form: the portal does not read it, and its page says so."""
    now, guid = timezone.now(), guid.lower()
    Connection.objects.filter(pk=connection.pk).update(last_heard_at=now, mismatched_at=None)
    kept = connection.deliveries.order_by("-pk").values_list("pk", "guid")[:MAX_KEPT]
    if any(guid == earlier for _, earlier in kept):
        return
    values = {"guid": guid, "event": event, "received_at": now}
    connection.deliveries.create(outcome=Outcome.IGNORED, reason=SENT_AS_FORM, **values)
    if len(kept) >= MAX_KEPT:
        _remove_old(connection, kept[MAX_KEPT - 1][0])


def _remove_old(connection: Connection, key: int) -> None:
    # Those of a receipt whose time GitHub has yet to confirm stay: it must confirm all of them.
    is_needed = Q(receipt__isnull=False, receipt__claimed_at__isnull=False)
    connection.deliveries.filter(pk__lte=key).exclude(is_needed).delete()


def check_repository(connection: Connection, message: Message) -> None:
    # Until GitHub told us the ID, the name is compared. A name in a message is never looked up or stored.
    if message.event in INSTALLS or (message.event == "ping" and message.repository_id is None):
        return  # the ping of an organisation's webhook has no repository
    known = connection.github_id
    if known is not None:
        if message.repository_id != known:
            raise OtherRepositoryError
        return
    address = connection.repository.address
    remembered = f"{address.owner}/{address.name}".lower() if address else ""
    if message.repository_id is None or message.full_name.lower() != remembered:
        raise OtherRepositoryError


def judge(connection: Connection, message: Message, kept: Iterable[Delivery]) -> tuple[str, str]:
    """Return the outcome of a message, WAITING if a worker must look, and the reason if it is ignored.

    `kept` are the deliveries before it, the newest first.
    """
    if reason := ignored_reason(connection):
        return Outcome.IGNORED, reason
    if message.event == "ping":
        return Outcome.NOTED, missing_events_words(connection.repository.lab, message)
    if message.event in ASKS:
        return Outcome.NOTED, ""
    if message.event != "push":
        return Outcome.IGNORED, f"The portal does not use “{message.event}” events."
    if message.is_deletion:
        return Outcome.IGNORED, "A branch or tag was deleted. Earlier submissions are kept."
    if not message.names_a_commit:
        return Outcome.IGNORED, "The message names no branch or tag with a commit."
    if _repeats(message, kept):
        return Outcome.KNOWN, "The same commit as in the message before."
    return Outcome.WAITING, ""


def ignored_reason(connection: Connection) -> str:
    if connection.disconnected_at:
        return "You disconnected this repository. Delete the webhook on GitHub."
    if not connection.owner_proved_by:
        return "You have not shown yet that the repository is yours."
    enrollment = connection.repository.enrollment
    if not (enrollment.is_active and enrollment.user.is_active):
        return "You no longer take this course."
    if connection.repository.lab.is_deleted:
        return "The lab was deleted."
    return ""


def _repeats(message: Message, kept: Iterable[Delivery]) -> bool:
    # The delivery ID is not signed, so a recorded message can arrive again under another one.
    unread = (Outcome.IGNORED, Outcome.FAILED)
    pushes = (each for each in kept if each.event == "push" and each.ref == message.ref)
    newest = next((each for each in pushes if each.outcome not in unread), None)
    return newest is not None and newest.commit == message.commit


def _pause(kept: Iterable[Delivery], now: datetime) -> timedelta:
    # Forged messages about two commits in turn would otherwise keep workers busy. One look covers all that wait.
    recent = [each for each in kept if each.event == "push" and each.received_at > now - HOUR]
    looked_for = sum(each.outcome != Outcome.IGNORED for each in recent)
    return PAUSE if looked_for > MAX_LOOKS_PER_HOUR else NOTHING


def _is_postponed(connection: Connection, now: datetime) -> bool:
    return connection.look_at is not None and connection.look_at > now


def _delivery(
    connection: Connection | None, message: Message, outcome: str, reason: str, now: datetime
) -> Delivery:
    return Delivery(
        connection=connection,
        guid=message.guid.lower(),
        event=message.event,
        action=message.action,
        ref=message.ref,
        commit=message.commit,
        received_at=now,
        outcome=outcome,
        reason=reason,
    )


def _replace_older(connection: Connection, message: Message, kept: Iterable[Delivery]) -> None:
    # of the same branch or tag
    waiting = [each.pk for each in kept if each.outcome == Outcome.WAITING and each.ref == message.ref]
    if waiting:
        reason = f"Commit {message.commit[:7]} came before a worker looked."
        still = connection.deliveries.filter(pk__in=waiting, outcome=Outcome.WAITING)
        still.update(outcome=Outcome.REPLACED, reason=reason)


# --- the App's installations ----------------------------------------------------------------------------------------


@transaction.atomic
def take_installation(message: Message) -> bool:
    """Follow a message about an installation of the App, once. Only GitHub and the portal know the App's secret."""
    now = timezone.now()
    try:
        with transaction.atomic():
            _delivery(None, message, Outcome.NOTED, "", now).save(force_insert=True)
    except IntegrityError:
        return False
    _keep_newest(Delivery.objects.filter(connection=None))
    described = mapping(message.payload.get("installation"))
    number, account = described.get("id"), mapping(described.get("account"))
    if type(number) is not int or not 0 < number < 1 << 63:
        return False
    login, account_id = account.get("login"), account.get("id")
    values: dict[str, Any] = _state_after(message.action, now) if message.event == "installation" else {}
    if isinstance(login, str) and type(account_id) is int:
        values |= {"account": login[:100], "account_id": account_id}
    Installation.objects.update_or_create(installation_id=number, defaults=values)
    if message.action in ("created", "added", "removed"):
        _ask_about_installed(message.payload)
    return True


def _keep_newest(deliveries: QuerySet[Delivery]) -> None:
    newest = deliveries.order_by("-pk").values_list("pk", flat=True)
    for key in newest[MAX_KEPT - 1 : MAX_KEPT]:
        deliveries.filter(pk__lt=key).delete()


def _ask_about_installed(payload: Mapping[str, Any]) -> None:
    # The ID is not known yet if the repository is private. GitHub's answer decides, not this message.
    owner = mapping(mapping(payload.get("installation")).get("account")).get("login")
    lists = [payload.get(f"repositories{which}") for which in ("", "_added", "_removed")]
    rows = [mapping(each) for listed in lists if isinstance(listed, list) for each in listed[:MAX_INSTALLED]]
    numbers = [row["id"] for row in rows if type(row.get("id")) is int and 0 < row["id"] < 1 << 63]
    unknown = Q(github_id=None, repository__owner__iexact=str(owner))
    own = Connection.objects.filter(Q(github_id__in=numbers) | unknown, disconnected_at=None)
    for connection in own[:MAX_INSTALLED]:
        ask_to_look(connection)


def _state_after(action: str, now: datetime) -> dict[str, Any]:
    if action == "deleted":
        return {"deleted_at": now}
    if action == "suspend":
        return {"suspended_at": now}
    if action in ("created", "unsuspend"):
        return {"suspended_at": None, "deleted_at": None}
    return {}
