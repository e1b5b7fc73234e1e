"""The state of a connection: a sentence, and the steps from the proof to the first push that was received."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from labs.github import client
from labs.github.access import has_installed_app
from labs.github.asking import REPOSITORY
from labs.github.intake import SENT_AS_FORM
from labs.models import Connection, Delivery
from labs.pages.steps import ProgressStep

SILENCE = timedelta(days=7)
RENEW_IT = "If you added a webhook, create a new secret below, and enter it on GitHub."
SUPERFLUOUS_WEBHOOK = (
    "A message to the URL of the webhook was signed with a different secret, so it was ignored. "
    "If you added a webhook, delete it on GitHub: you don’t need it."
)
Outcome = Delivery.Outcome


@dataclass(frozen=True)
class Band:
    """The state of a connection in a sentence. `sort` is a CSS class."""

    sort: str
    lead: str
    text: str = ""


def status_band(connection: Connection, newest: Delivery | None) -> Band:
    unconfirmed = next(
        (said for about, said, good in connection.answers if about == REPOSITORY and not good), ""
    )
    if unconfirmed and (connection.owner_proved_by or connection.asked_at is None):
        return _unconfirmed_band(connection, unconfirmed)
    if not connection.owner_proved_by:
        return Band("warn", "Show that this repository is yours.", "Then pushes to it are graded.")
    has_app = has_installed_app(connection)
    if connection.mismatched_at and not has_app:
        return Band("bad", "A message was signed with a different secret, so it was ignored.", RENEW_IT)
    if connection.look_fault:
        text = "It is a fault on our side. We told the course staff, and you don’t have to do anything."
        return Band("warn", "We could not look at the repository.", text)
    if newest and newest.outcome == Outcome.FAILED:
        text = f"{newest.reason} Then choose “Grade the latest commit” below."
        return Band("bad", "The last push was not graded.", text)
    if newest is None or connection.last_heard_at is None:
        return _first_band(has_app=has_app)
    if is_silent(connection):
        return _silent_band(has_app=has_app)
    return _heard_band(connection, newest)


def _unconfirmed_band(connection: Connection, sentence: str) -> Band:
    if connection.asked_at is not None:
        return Band("warn", "Not graded.", sentence)
    if connection.look_at is not None:
        return Band("warn", "Pushes wait for GitHub.", f"{sentence} The portal asks again.")
    button = "Grade the latest commit" if connection.owner_proved_by else "Look for the file"
    return Band("warn", "Not graded.", f"{sentence} Choose “{button}” below.")


def _silent_band(*, has_app: bool) -> Band:
    place = "whether the App is still installed on the repository" if has_app else "under Settings, Webhooks"
    text = f"If you pushed since, look on GitHub {place}. “Grade the latest commit” always works."
    return Band("warn", "GitHub has sent nothing for 7 days.", text)


def _first_band(*, has_app: bool) -> Band:
    if has_app:
        return Band("ok", "The GitHub App is installed.", "GitHub reports each push. Push to have it graded.")
    return Band("run", "Waiting for the first message.", "GitHub sends one as soon as the webhook is saved.")


def _heard_band(connection: Connection, newest: Delivery) -> Band:
    if newest.reason == SENT_AS_FORM:
        return Band("bad", "The webhook has the wrong content type.", SENT_AS_FORM)
    if newest.event == "ping" and newest.reason:
        return Band("warn", "GitHub reached the portal, but an event is missing.", newest.reason)
    if connection.mismatched_at:
        return Band("ok", "The GitHub App reports your pushes.", SUPERFLUOUS_WEBHOOK)
    at = _time_of(newest.received_at)
    if newest.event == "push" and newest.commit:
        return Band("ok", f"Push received: {newest.commit[:7]}.", f"The message arrived on {at}.")
    return Band("ok", f"GitHub reached the portal ({newest.event}).", f"The message arrived on {at}.")


def is_silent(connection: Connection) -> bool:
    heard = connection.last_heard_at
    return heard is not None and timezone.now() - heard > SILENCE


# --- the steps ------------------------------------------------------------------------------------------------------


def steps_of(connection: Connection, deliveries: Sequence[Delivery]) -> list[ProgressStep]:
    """Return the steps of connecting; `deliveries` are the newest messages, the newest first."""
    heard = connection.last_heard_at
    pushed = next((each for each in deliveries if each.receipt_id), None)
    found = [
        ("Yours", connection.get_owner_proved_by_display() if connection.owner_proved_by else ""),
        _reporting_step(connection),
        ("GitHub reached us", _time_of(heard) if heard else ""),
        ("Pushed", pushed.commit[:7] if heard and pushed else ""),
    ]
    current = next((index for index, (_, note) in enumerate(found) if not note), len(found) - 1)
    return [_step(name, note, is_current=index == current) for index, (name, note) in enumerate(found)]


def _reporting_step(connection: Connection) -> tuple[str, str]:
    if has_installed_app(connection):
        return "App installed", "it reports pushes"
    if connection.secret_shown_at:
        return "Webhook", "secret created"
    return "App or webhook" if client.has_app() else "Webhook", ""


def _time_of(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F, H:i T")


def _step(name: str, note: str, *, is_current: bool) -> ProgressStep:
    if note:
        return ProgressStep(name, "done", "done", note, is_current)
    return ProgressStep(name, "todo", "not done", "now" if is_current else "to come", is_current)
