"""Find the states that a connected repository had before the present one, and that may earn more: those in time.

While workers are down, several pushes wait, and the repository shows only the last. The messages say which commits came
before. As for the time of a receipt, a message counts if the App has signed it or GitHub's REST API confirms the push.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from labs.github.asking import UnconfirmedError
from labs.github.first_seen import Pushes, terms_of_connection
from labs.models import Connection, Delivery

Outcome = Delivery.Outcome


class EarlierState(NamedTuple):
    """`claimed_at` is as in FirstSeen."""

    refs: dict[str, str]
    at: datetime
    messages: list[Delivery]
    claimed_at: datetime | None = None


def find_earlier_states(pushes: Pushes, refs: Mapping[str, str], at: datetime) -> list[EarlierState]:
    """Return the states before `refs`, which was first seen `at`, the oldest first: one in time, one for each day late.

    May ask GitHub. If it does not answer, it is asked later about the newest that it has to confirm.
    """
    connection = pushes.connection
    messages = _unanswered(connection)
    terms = terms_of_connection(connection) if len(messages) > 1 else None
    if terms is None or not _last_of_each(messages).items() <= refs.items():
        return []
    past = _Past(pushes, messages, refs)
    found: list[EarlierState] = []
    for number in range(len(messages) - 1, 0, -1):
        newest = messages[number - 1]
        if not terms.may_cost(newest.received_at, at):
            continue
        try:
            seen_at = past.time_after(number)
        except UnconfirmedError:
            if not past.is_replaced(number):
                continue
            all_of = past.messages_of(number)
            unconfirmed = EarlierState(past.refs_after(number), timezone.now(), all_of, newest.received_at)
            return [unconfirmed, *found[::-1]]
        if seen_at and terms.may_cost(seen_at, at):
            found.append(EarlierState(past.refs_after(number), seen_at, [newest]))
            at = seen_at
    return found[::-1]


def _unanswered(connection: Connection) -> list[Delivery]:
    # pushes since the last one that was received, in the order in which their messages came
    answered = (
        connection.deliveries.filter(receipt__isnull=False).order_by("-pk").values_list("pk", flat=True)
    )
    pushes = connection.deliveries.filter(event="push", outcome__in=(Outcome.WAITING, Outcome.REPLACED))
    return list(pushes.filter(receipt=None, pk__gt=answered.first() or 0).exclude(commit="").order_by("pk"))


def _last_of_each(messages: list[Delivery]) -> dict[str, str]:
    return {each.ref: each.commit for each in messages}


class _Past:
    """The refs after the first messages, and when GitHub had them."""

    def __init__(self, pushes: Pushes, messages: list[Delivery], refs: Mapping[str, str]) -> None:
        self.pushes, self.messages, self.refs = pushes, messages, refs
        before = pushes.connection.repository.receipts.first()
        self.before: Mapping[str, str] = before.refs if before else {}

    def refs_after(self, number: int) -> dict[str, str]:
        changed, sent = _last_of_each(self.messages), _last_of_each(self.messages[:number])
        past = {name: sent.get(name) or self.before.get(name, "") for name in changed}
        # One that changed without a message may have changed later, unless it was there before the connection.
        others = {name: (self.before or self.refs).get(name, "") for name in self.refs}
        return {name: commit for name, commit in {**others, **past}.items() if commit}

    def messages_of(self, number: int) -> list[Delivery]:
        return list({each.ref: each for each in self.messages[:number]}.values())

    def is_replaced(self, number: int) -> bool:
        # Else the next state needs some of these messages as well, and a message belongs to one receipt.
        return all(each.outcome == Outcome.REPLACED for each in self.messages_of(number))

    def time_after(self, number: int) -> datetime | None:
        """Return the time, None if GitHub does not list all of the pushes. Raises as `Pushes.time_of`."""
        last = self.messages_of(number)
        if all(each.by_app for each in last):
            return self.messages[number - 1].received_at
        return self.pushes.time_of(last)
