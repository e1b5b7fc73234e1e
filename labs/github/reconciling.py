"""Find pushes whose message was lost: look at quiet repositories now and then, and have failed deliveries repeated.

GitHub delivers once, keeps deliveries for three days, and does not try again by itself. So the heads of repositories
are the remedy, and the list of the App's deliveries only makes it faster.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from labs.github import client
from labs.github.access import client_of, name_of, path_of
from labs.github.asking import UnconfirmedError
from labs.github.client import GitHubError
from labs.models import Connection

logger = logging.getLogger(__name__)

MAX_LOOKS = 50  # a minute, so that looks for messages are not held up
MAX_DELIVERIES = 500  # of the App's list, the newest
MAX_ASKED = 50  # redeliveries at a time
MAX_ATTEMPTS = 3  # of one delivery
MAX_AGE = timedelta(days=3)  # which GitHub keeps
MAX_PUSHES = 100  # of a repository: a page of its list


class OldNameError(Exception):
    """GitHub's repository with the remembered ID has another name now."""


def look_at_quiet_repositories() -> int:
    """Let workers look at the connections that were looked at longest ago; return how many."""
    now = timezone.now()
    long_ago = now - timedelta(seconds=settings.GITHUB_LOOK_SECONDS)
    active = Connection.objects.active().filter(look_at=None)
    quiet = active.filter(Q(looked_at=None, created_at__lt=long_ago) | Q(looked_at__lt=long_ago))
    keys = list(quiet.order_by("looked_at", "pk").values_list("pk", flat=True)[:MAX_LOOKS])
    return active.order_by().filter(pk__in=keys).update(look_at=now)


def repeat_failed_deliveries() -> int:
    """Ask GitHub to repeat the App's deliveries that did not arrive; return how many. Does nothing without an App."""
    if not client.has_app():
        return 0
    try:
        return _repeat(client.as_app())
    except GitHubError as error:
        logger.warning("cannot read the deliveries of the App: %s", error)
        return 0


def _repeat(app: client.Client) -> int:
    listed = app.pages("/app/hook/deliveries", limit=MAX_DELIVERIES)
    failed = failed_deliveries(listed, timezone.now())[:MAX_ASKED]
    for number in failed:
        app.post(f"/app/hook/deliveries/{number}/attempts")
    return len(failed)


# Any: an item of GitHub's list
def failed_deliveries(listed: Iterable[Any], now: datetime) -> list[int]:
    """Return the IDs of deliveries to repeat, the newest first: none of their attempts succeeded, and few were made."""
    items = list(listed)
    arrived = {item["guid"] for item in items if item["status"] == "OK"}
    attempts = Counter(item["guid"] for item in items)
    found: dict[str, int] = {}
    for item in items:
        sent = parse_datetime(item["delivered_at"])
        is_recent = sent is not None and now - sent < MAX_AGE
        if item["guid"] not in arrived and attempts[item["guid"]] < MAX_ATTEMPTS and is_recent:
            found.setdefault(item["guid"], int(item["id"]))
    return list(found.values())


def when_pushed(connection: Connection) -> datetime | None:
    """Return the time of the last push to a repository by GitHub's clock, None if GitHub does not say.

    Raises OldNameError, and UnconfirmedError if GitHub does not answer.
    """
    try:
        described = client_of(connection).get(path_of(connection))
    except GitHubError as error:
        raise _unconfirmed(error) from error
    if str(described.get("full_name")).lower() != name_of(connection).lower():
        raise OldNameError(str(described.get("full_name")))
    return _time(described.get("pushed_at"))


def times_of_pushes(connection: Connection) -> dict[tuple[str, str], datetime]:
    """Return when each branch got a commit, the first time if several: by full ref name and object ID.

    Of the newest pushes by GitHub's clock; it does not list tags. Empty if GitHub lists none to us. Raises
    UnconfirmedError if it may answer later.
    """
    try:
        listed = client_of(connection).pages(f"{path_of(connection)}/activity", limit=MAX_PUSHES)
    except client.RefusedError:
        return {}
    except GitHubError as error:
        raise _unconfirmed(error) from error
    found: dict[tuple[str, str], datetime] = {}
    for item in listed:
        if at := _time(item.get("timestamp")):
            push = (str(item.get("ref")), str(item.get("after")))
            found[push] = min(at, found.get(push, at))
    return found


def _unconfirmed(error: GitHubError) -> UnconfirmedError:
    retry_at = error.retry_at if isinstance(error, client.RateLimitedError) else None
    may_retry = not isinstance(error, client.RefusedError)
    return UnconfirmedError(str(error), may_retry=may_retry, retry_at=retry_at)


def _time(value: object) -> datetime | None:
    try:
        time = parse_datetime(str(value))
    except ValueError:
        return None
    return time if time and time.tzinfo else None
