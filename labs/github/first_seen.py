"""Decide when a state of a connected repository was first seen: the time of a receipt, from which lateness follows.

Learners know the secret of their own webhook, so they can sign a message about a commit that they push later. A
message gives a receipt its time only if GitHub must have had the commit by then:

- the App's secret has signed it, which no learner knows; or
- the look that it caused at once found the commit, within MAX_WAIT; or
- GitHub's REST API says that nothing was pushed since. If something was, the receipt has the time of that push.

GitHub is asked only if the time decides something: after the deadline.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.utils import timezone

from labs.deadlines import terms_of
from labs.github.asking import UnconfirmedError
from labs.github.reconciling import when_pushed
from labs.models import Connection, Delivery, snapshot_digest

MAX_WAIT = timedelta(minutes=2)  # what a message may wait for a worker


class TimeUnknownError(Exception):
    """GitHub does not say now when the repository was pushed to. It may say so from `retry_at` on, if that is known."""

    def __init__(self, retry_at: datetime | None = None) -> None:
        super().__init__()
        self.retry_at = retry_at


def first_seen_at(connection: Connection, seen: Iterable[Delivery], refs: Mapping[str, str]) -> datetime:
    """Return the time at which this state was first seen. May ask GitHub.

    Raises OldNameError, TimeUnknownError if GitHub may say later, UnconfirmedError if it says that it is gone.
    """
    now = timezone.now()
    messages = _find_messages(connection, seen, refs)
    if not messages:
        return now
    claimed = max(each.received_at for each in messages)
    if all(_is_trusted(each, now) for each in messages):
        return claimed
    deadline = _deadline(connection)
    if deadline is None:
        return claimed
    if now <= deadline:
        return now
    try:
        pushed_at = when_pushed(connection)
    except UnconfirmedError as error:
        if error.may_retry:
            raise TimeUnknownError(error.retry_at) from error
        raise
    if pushed_at is None:
        raise TimeUnknownError
    return min(now, max(claimed, pushed_at))


def _find_messages(
    connection: Connection, seen: Iterable[Delivery], refs: Mapping[str, str]
) -> list[Delivery]:
    # no messages if a branch or tag changed without a message of its own, or if nothing changed.
    before = connection.repository.receipts.exclude(digest=snapshot_digest(refs)).first()
    messages = {each.ref: each for each in seen}
    changed = {name for name, commit in refs.items() if before is None or before.refs.get(name) != commit}
    if before is None:  # the others may have been there before the repository was connected
        changed &= messages.keys()
    return [messages[name] for name in changed] if changed <= messages.keys() else []


def _is_trusted(delivery: Delivery, now: datetime) -> bool:
    return delivery.by_app or (delivery.is_prompt and now - delivery.received_at <= MAX_WAIT)


def _deadline(connection: Connection) -> datetime | None:
    repository = connection.repository
    terms = terms_of(repository.enrollment, repository.lab).get(repository.lab_id)
    return terms.deadline.at if terms else None
