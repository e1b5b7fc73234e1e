"""Choose what a learner can do next: to reach the pass mark, and to catch up. No queries here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from portal.progress.record import Entry, Record, SessionRecord
from portal.progress.scoring import NOTHING, Outcome

MAX_CATCH_UP = 3
BEHIND = 2  # things left in sessions that are over, from which on a learner is behind


@dataclass(frozen=True, slots=True)
class Step:
    """An item to do: the points that its best possible result adds, and the total after it and the steps before."""

    entry: Entry
    gain: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Route:
    """The fewest items that reach the pass mark, in course order. Unless `reaches`, even all of them do not."""

    steps: list[Step]
    reaches: bool

    @property
    def minutes(self) -> int:
        return sum(step.entry.minutes for step in self.steps)

    @property
    def gain(self) -> Decimal:
        return sum((step.gain for step in self.steps), NOTHING)


def find_route(record: Record) -> Route:
    """Return the route to the pass mark from open items, or else also from items that open later."""
    if record.is_passed or not record.has_points:
        return Route([], record.is_passed)
    left = [item for item in record.items if not item.is_closed and item.is_ready]
    now = [item for item in left if not item.opens_later]
    for candidates in (now, left):
        chosen, reaches = _choose(record, candidates)
        if reaches:
            break
    order = {item.key: place for place, item in enumerate(record.items)}
    chosen.sort(key=lambda item: (item.opens_later, not item.has_result, order[item.key]))
    return Route(_add_up(record, chosen), reaches)


def _choose(record: Record, candidates: list[Entry]) -> tuple[list[Entry], bool]:
    # Each time the one that adds most; of equal ones the shortest. The total decides, because it is rounded.
    outcomes = dict(record.outcomes)
    shares = {key: outcome.share for key, outcome in outcomes.items()}
    left, chosen, reaches = {item.key: item for item in candidates}, list[Entry](), False
    while left and not reaches:
        floors = {kind: _lowest_counted(record, kind, shares) for kind in record.scheme.keys}
        gains = {key: _gain(record, item, shares, floors) for key, item in left.items()}
        best = min(left.values(), key=lambda item: (-gains[item.key], item.minutes))
        if gains[best.key] <= 0:
            break
        shares[best.key], outcomes[best.key] = best.best_share, Outcome(best.best_share)
        chosen.append(left.pop(best.key))
        reaches = record.scheme.score(outcomes).is_passed
    return chosen, reaches


def _lowest_counted(record: Record, kind: str, shares: dict[str, Decimal]) -> Decimal:
    # A better result of an item that is dropped replaces this one.
    found = sorted(shares.get(key, NOTHING) for key in record.scheme.keys[kind])
    return found[record.scheme.drops[kind]] if found else NOTHING


def _gain(record: Record, item: Entry, shares: dict[str, Decimal], floors: dict[str, Decimal]) -> Decimal:
    share = shares.get(item.key, NOTHING)
    if item.bonus:
        return (item.best_share - share) * item.bonus
    return (item.best_share - max(share, floors[item.kind])) * record.scheme.worths[item.kind]


def _add_up(record: Record, chosen: Iterable[Entry]) -> list[Step]:
    outcomes, before, steps = dict(record.outcomes), record.points, []
    for item in chosen:
        outcomes[item.key] = Outcome(item.best_share)
        total = record.scheme.score(outcomes).points
        steps.append(Step(item, total - before, total))
        before = total
    return steps


def catch_up(record: Record, now: datetime) -> list[Entry]:
    """Return up to three things to do first if the learner is behind, else nothing.

    They are from sessions that are over, apart from the latest, whose work goes on until the next meeting. First
    comes what closes first, then what earns most; lessons come last. No date moves: the class goes on.
    """
    over = {part.ends_at: part for part in record.sessions if part.ends_at and part.ends_at <= now}
    latest = max(over, default=None)
    left = [each for end, part in over.items() if end != latest for each in _unfinished(part)]
    if len(left) < BEHIND:
        return []
    far = datetime.max.replace(tzinfo=now.tzinfo)
    left.sort(key=lambda each: (each.due_at or far, not each.key, -record.score_of(each).out_of))
    return left[:MAX_CATCH_UP]


def _unfinished(part: SessionRecord) -> list[Entry]:
    return [each for each in (*part.items, *part.lessons) if each.may_earn and not each.is_done]
