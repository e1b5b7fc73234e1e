"""Prepare the page on which a learner connects a repository: the next step, and the messages from GitHub so far."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.urls import reverse

from labs.addresses import github_address
from labs.github import client, owner_file
from labs.github.access import has_installed_app
from labs.github.asking import APP, NEW_ADDRESS, REPOSITORY
from labs.github.events import events_of
from labs.github.proofs import ACCOUNT, PERMISSION
from labs.github.status import is_silent, status_band, steps_of
from labs.models import Connection, Delivery, Lab, Submission
from labs.pages.forms import ConnectForm
from lessons.pages.breadcrumb import course_crumbs
from lessons.pages.context import Context
from portal.accounts.github import has_github_sign_in

MAX_SHOWN = 20
Outcome = Delivery.Outcome
CHIPS = {Outcome.SUBMITTED: "ok", Outcome.WAITING: "run", Outcome.FAILED: "bad"}


def connection_page(
    lab: Lab, connection: Connection | None, *, form: ConnectForm | None = None, secret: str = ""
) -> Context:
    """Return the context of the page. `secret` is new and is shown only this once."""
    return {
        "lab": lab,
        "course": lab.course,
        "form": form or ConnectForm(),
        "host": settings.GITHUB_HOST,
        "crumbs": course_crumbs(lab.course, (lab.title, lab.get_absolute_url()), ("GitHub", "")),
        **(live_context(lab, connection) if connection else {"connection": None}),
        **(_webhook_context(lab, connection, secret) if connection else {}),
    }


def live_context(lab: Lab, connection: Connection) -> Context:
    """Return what polling updates, with `cursor`, which changes if any of it does."""
    submitted = Submission.objects.filter(receipt=OuterRef("receipt")).order_by("-pk")
    of_receipt = Subquery(submitted.values("public_id")[:1])
    deliveries = list(connection.deliveries.annotate(submitted_as=of_receipt)[:MAX_SHOWN])
    return {
        "lab": lab,
        "course": lab.course,
        "connection": connection,
        "band": status_band(connection, deliveries[0] if deliveries else None),
        "steps": steps_of(connection, deliveries),
        "rows": [_row(each) for each in deliveries],
        "answers": answers_of(connection),
        "moved": next((said for about, said, _ in connection.answers if about == NEW_ADDRESS), ""),
        "app_install": app_install_url(connection),
        "has_installed_app": has_installed_app(connection),
        "page_of_installation": _page_of_installation(connection),
        "is_looking": connection.look_at is not None,
        "proof": None if connection.owner_proved_by else _proof_context(connection),
        "cursor": cursor_of(connection, deliveries),
    }


def cursor_of(connection: Connection, deliveries: Sequence[Delivery]) -> str:
    seen = [(each.pk, each.outcome, each.reason) for each in deliveries]
    state: tuple[Any, ...] = (
        connection.look_at is None,
        connection.asked_at,
        connection.owner_proved_by,
        connection.proof_note,
        connection.mismatched_at,
        connection.disconnected_at,
        connection.look_fault,
        connection.answers,
        has_installed_app(connection),
        is_silent(connection),
        seen,
    )
    return hashlib.sha256(repr(state).encode()).hexdigest()[:16]


def answers_of(connection: Connection) -> list[tuple[str, str, bool]]:
    """Return what is known of the account, its permission, the repository and the App: subject, sentence, good."""
    said = {subject: (sentence, good) for subject, sentence, good in connection.answers}
    if not client.has_app():
        said[APP] = ("This portal has no GitHub App.", True)
    return [
        (about, *said.get(about, (otherwise, True)))
        for about, otherwise in _answers_without_github(connection).items()
    ]


def _answers_without_github(connection: Connection) -> dict[str, str]:
    if connection.owner_proved_by == Connection.Proof.FILE:
        permission = f"{owner_file.NAME} was found, and only an account that may write can push it."
    else:
        permission = "Unknown until you show that the repository is yours."
    if has_github_sign_in():
        account = (
            "You have not signed in to GitHub for this repository, so GitHub says nothing about your account."
        )
    else:
        account = "This portal has no sign-in with GitHub, so an account cannot be linked."
    return {
        ACCOUNT: account,
        PERMISSION: permission,
        REPOSITORY: "GitHub was not asked about it yet.",
        APP: "GitHub was not asked about it yet.",
    }


def words_after_disconnecting(connection: Connection) -> list[str]:
    """Return sentences: the repository is disconnected, and what its owner can remove on GitHub."""
    said = [f"{connection.repository.address} is disconnected."]
    if connection.secret_shown_at:
        said.append("Delete the webhook on GitHub as well.")
    if has_installed_app(connection):
        said.append("The App is still installed on it. You can remove it on GitHub.")
    return said


def _row(delivery: Any) -> Context:
    # Any: a delivery with `submitted_as`
    return {
        "url": delivery.submitted_as and reverse("submission", args=[delivery.submitted_as]),
        "at": delivery.received_at,
        "event": delivery.event,
        "ref": delivery.ref.split("/", 2)[-1],
        "commit": delivery.commit[:7],
        "word": delivery.get_outcome_display(),
        "chip": CHIPS.get(Outcome(delivery.outcome), ""),
        "reason": delivery.reason,
    }


def _proof_context(connection: Connection) -> Context:
    commands, afterwards = owner_file_commands(connection.challenge(), github_address(connection.repository))
    return {
        "name": owner_file.NAME,
        "content": connection.challenge(),
        "note": connection.proof_note,
        "commands": commands,
        "afterwards": afterwards,
    }


def owner_file_commands(content: str, address: str) -> tuple[str, str]:
    """Return the commands that push the owner's file, and those that remove its branch again."""
    name, branch = owner_file.NAME, owner_file.BRANCH
    push = (
        f"git switch -C {branch}",  # it may be there since the repository was connected before
        f"echo {content} > {name}",
        f"git add {name}",
        'git commit -m "Show that this repository is mine"',
        f"git push {address} {branch} --force",
        "git switch -",
    )
    return "\n".join(push), f"git push {address} --delete {branch}\ngit branch -D {branch}"


# --- the webhook ----------------------------------------------------------------------------------------------------


def _webhook_context(lab: Lab, connection: Connection, secret: str) -> Context:
    repository, events = connection.repository, events_of(lab)
    url = settings.PUBLIC_URL + reverse("github_hook", args=[connection.key])
    path = f"{repository.owner}/{repository.name}"
    return {
        "look_minutes": max(1, round(settings.GITHUB_LOOK_SECONDS / 60)),
        "hook_url": url,
        "hook_settings": f"{settings.GITHUB_WEB_URL}/{path}/settings/hooks/new",
        "repository_page": f"{settings.GITHUB_WEB_URL}/{path}",
        "events": events,
        "secret": secret,
        "command": gh_command(path, url, secret or "SECRET", events),
    }


def app_install_url(connection: Connection | None = None) -> str:
    """Return the page of GitHub that installs the App, "" without an App. GitHub leads back to the connection."""
    slug = settings.GITHUB_APP_SLUG
    state = f"?state={connection.pk}" if connection else ""
    return f"{settings.GITHUB_WEB_URL}/apps/{slug}/installations/new{state}" if slug else ""


def _page_of_installation(connection: Connection) -> str:
    if connection.installation is None:
        return ""
    return f"{settings.GITHUB_WEB_URL}/settings/installations/{connection.installation.installation_id}"


def gh_command(path: str, url: str, secret: str, events: tuple[str, ...]) -> str:
    """Return the command that adds the webhook, for GitHub's command line tool."""
    fields = (
        *("-f name=web", "-F active=true"),
        *(f"-f 'events[]={event}'" for event in events),
        f"-f 'config[url]={url}'",
        "-f 'config[content_type]=json'",
        f"-f 'config[secret]={secret}'",
    )
    return " \\\n  ".join((f"gh api repos/{path}/hooks", *fields))
