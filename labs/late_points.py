"""The points that count for late submissions: without queries, so that the same facts always give the same points."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from lessons.deadlines import Deadline
from lessons.models.deadlines import Late
from lessons.texts.due_rules import add_days

ALL = Decimal(100)
CENT = Decimal("0.01")
MAX_DAYS_LATE = 1_000


class Terms(NamedTuple):
    """The deadline of a lab for a learner, and what happens after it.

    With `Late.REDUCE`, each started day takes `percent`, down to `floor` percent. After `last_at`, a push earns
    nothing. A lab that is done in teams spends no late days: they belong to one learner each.
    """

    deadline: Deadline
    zone: str
    late: str = Late.REFUSE
    percent: int = 0
    floor: int = 0
    last_at: datetime | None = None
    spends_late_days: bool = True

    def is_late(self, received_at: datetime) -> bool:
        return self.deadline.at is not None and received_at > self.deadline.at

    def locks_at(self, late_days: int) -> datetime | None:
        """Return the time after which no push counts, with so many late days to spend; None if there is none."""
        due = self.deadline.at
        if self.late != Late.REFUSE or due is None:
            return self.last_at
        return add_days(due, late_days, self.zone) if late_days and self.spends_late_days else due

    def is_over(self, received_at: datetime) -> bool:
        return self.last_at is not None and received_at > self.last_at

    def may_cost(self, earlier: datetime, later: datetime) -> bool:
        """Return True if a push at `later` may earn less than one at `earlier`, or spend more late days."""
        costs = [(self.days_late(each), self.is_over(each)) for each in (earlier, later)]
        return costs[0] < costs[1]

    def days_late(self, received_at: datetime) -> int:
        """Return the days since the deadline, started ones included, on the clock of the cohort."""
        due = self.deadline.at
        if due is None or received_at <= due:
            return 0
        days = max(0, (received_at - due).days - 1)
        while days < MAX_DAYS_LATE and add_days(due, days, self.zone) < received_at:
            days += 1
        return days

    def rate(self, days: int) -> Decimal:
        """Return the percentage of its points that a submission earns if it is so many days late; all at 0 or less."""
        if days <= 0 or self.late == Late.MARK:
            return ALL
        if self.late == Late.REFUSE:
            return Decimal(0)
        return Decimal(max(self.floor, 100 - self.percent * days))


class Push(NamedTuple):
    """A graded submission, by the time at which the server received it."""

    pk: int
    lab: int
    received_at: datetime
    points: Decimal
    max_points: Decimal
    pass_mark: int


class Counted(NamedTuple):
    """`points` are None if all points count. `late_days` were spent from the bank for this submission."""

    points: Decimal | None = None
    passed: bool | None = None
    due_at: datetime | None = None
    late_days: int = 0


def count(pushes: Iterable[Push], terms: Mapping[int, Terms], bank: int) -> dict[int, Counted]:
    """Return what counts of a learner's submissions, by key.

    Late days are spent in the order in which the server received them, by a submission that they make better than
    all before it. Days that were spent for a lab are not spent again for it.
    """
    counted: dict[int, Counted] = {}
    spent: dict[int, int] = defaultdict(int)
    best: dict[int, Decimal] = defaultdict(Decimal)
    for push in sorted(pushes, key=lambda push: (push.received_at, push.pk)):
        its = terms.get(push.lab)
        if its is None or not its.is_late(push.received_at):
            best[push.lab] = max(best[push.lab], _share(push, ALL))
            continue
        days = its.days_late(push.received_at) - spent[push.lab]
        over = its.is_over(push.received_at)
        left = bank - sum(spent.values()) if its.spends_late_days and not over else 0
        offer = days_to_spend(its, days, left)
        more = offer if _share(push, its.rate(days - offer)) > best[push.lab] else 0
        rate = Decimal(0) if over else its.rate(days - more)
        spent[push.lab] += more
        best[push.lab] = max(best[push.lab], _share(push, rate))
        counted[push.pk] = _counted(push, rate, its, more)
    return counted


def days_to_spend(terms: Terms, days: int, left: int) -> int:
    """Return the fewest late days that earn the most, for a push that is so many days late. None is spent in vain."""
    offers = range(min(max(days, 0), max(left, 0)) + 1)
    return max(offers, key=lambda spent: (terms.rate(days - spent), -spent))


def _share(push: Push, rate: Decimal) -> Decimal:
    return push.points * rate / push.max_points if push.max_points else Decimal(0)


def _counted(push: Push, rate: Decimal, terms: Terms, late_days: int) -> Counted:
    due_at = terms.deadline.at
    if rate == ALL:
        return Counted(due_at=due_at, late_days=late_days)
    points = (push.points * rate / 100).quantize(CENT, ROUND_HALF_UP)
    return Counted(points, points * 100 >= push.pass_mark * push.max_points, due_at, late_days)
