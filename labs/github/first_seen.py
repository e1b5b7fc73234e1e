"""Decide when a state of a connected repository was first seen: the time of a receipt, from which lateness follows.

Learners know the secret of their own webhook, so they can sign a message about a commit that they push later. If the
time of a message decides something, because a push now would earn less, it counts only if GitHub had the commit by
then: the App's secret has signed the message, which no learner knows, or GitHub's REST API says when it was pushed.
While GitHub does not say, the receipt has the present time and is asked about again (`confirming`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.utils import timezone

from labs.deadlines import terms_of
from labs.github.asking import UnconfirmedError
from labs.github.reconciling import times_of_pushes, when_pushed
from labs.late_points import Terms
from labs.models import Connection, Delivery, snapshot_digest


class FirstSeen(NamedTuple):
    """`claimed_at` is the earlier time of the messages that GitHub may confirm later, None if `at` is final."""

    at: datetime
    claimed_at: datetime | None = None


class Pushes:
    """The pushes to a repository as GitHub lists them. It is asked once, when a time is first needed."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def time_of(self, messages: Sequence[Delivery]) -> datetime | None:
        """Return the first time at which the portal had these messages and GitHub the commits.

        None if one is not listed. Raises UnconfirmedError if GitHub may say later.
        """
        if isinstance(self._listed, UnconfirmedError):
            raise self._listed
        pushed = [self._listed.get((each.ref, each.commit)) for each in messages]
        times = [at for at in pushed if at]
        return _latest(*times, messages=messages) if len(times) == len(pushed) else None

    @cached_property
    def _listed(self) -> dict[tuple[str, str], datetime] | UnconfirmedError:
        try:
            return times_of_pushes(self.connection)
        except UnconfirmedError as error:
            return error


def first_seen_at(pushes: Pushes, seen: Iterable[Delivery], refs: Mapping[str, str]) -> FirstSeen:
    """Return the time at which this state was first seen. May ask GitHub.

    Raises OldNameError, UnconfirmedError if GitHub says that the repository is gone.
    """
    now, connection = timezone.now(), pushes.connection
    messages = _find_messages(connection, seen, refs)
    if not messages:
        return FirstSeen(now)
    claimed = max(each.received_at for each in messages)
    if all(each.by_app for each in messages):
        return FirstSeen(claimed)
    terms = terms_of_connection(connection)
    if terms is None or terms.deadline.at is None:
        return FirstSeen(claimed)
    if not terms.may_cost(claimed, now):  # unless the deadline is moved
        return FirstSeen(claimed if all(each.is_prompt for each in messages) else now)
    at = confirmed_time(pushes, messages)
    return FirstSeen(min(now, at)) if at else FirstSeen(now, claimed)


def confirmed_time(pushes: Pushes, messages: Sequence[Delivery]) -> datetime | None:
    """Return the first time at which the portal had these messages and GitHub the commits. None if it may say later.

    Raises as `first_seen_at`.
    """
    try:
        if at := pushes.time_of(messages):
            return at
        last = when_pushed(pushes.connection)
    except UnconfirmedError as error:
        if error.may_retry:
            return None
        raise
    return _latest(last, messages=messages) if last else None


def _latest(*pushed: datetime, messages: Sequence[Delivery]) -> datetime:
    return max(*pushed, *(each.received_at for each in messages))


def terms_of_connection(connection: Connection) -> Terms | None:
    repository = connection.repository
    return terms_of(repository.enrollment, repository.lab).get(repository.lab_id)


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
