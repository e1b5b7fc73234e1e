"""Compute the points of learners from their results and the rules of a course. No queries here.

A course has 100 points. Each kind has a share of them, its weight, and the items of a kind are worth the same. The
lowest results of a kind may be dropped: the others are then worth more. A bonus item adds its own points to the 100.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from heapq import nsmallest
from typing import NamedTuple

from lessons.points import CENT, TENTH

LABS, QUIZZES, ATTENDANCE, CHECKLISTS = KINDS = ("labs", "quizzes", "attendance", "checklists")
WHOLE, NOTHING = Decimal(100), Decimal(0)
EXACT = Decimal("1e-12")


@dataclass(frozen=True, slots=True)
class Rules:
    """The weights of a course in points of 100, how many of the lowest results are dropped, and the pass mark."""

    weights: Mapping[str, int]
    drops: Mapping[str, int] = field(default_factory=dict)
    pass_mark: int = 70


class Scorable(NamedTuple):
    """An item that earns points. `bonus` are the points of a bonus item, 0 for one of the 100."""

    key: str
    kind: str
    bonus: int = 0


class Outcome(NamedTuple):
    """The share of an item that a learner reached, usually from 0 to 1; `waiting` is the share not marked yet.

    `evidence` is the number of the attempt, or the public ID of the submission, that counts.
    If it `is_changed`, staff gave the share in place of the graded one.
    """

    share: Decimal
    waiting: Decimal = NOTHING
    is_passed: bool = False
    evidence: str = ""
    is_changed: bool = False


class ItemScore(NamedTuple):
    """The points of one item, of the 100 or beside them if it `is_bonus`.

    One without a result has no points yet. If it `is_dropped`, its points do not count now; a better result may
    change that. `out_of` is then the worth of an item that counts.
    """

    points: Decimal
    out_of: Decimal
    is_dropped: bool = False
    is_bonus: bool = False
    has_result: bool = False
    waiting: Decimal = NOTHING

    @property
    def is_low(self) -> bool:
        return self.has_result and self.points * 2 < self.out_of


class KindScore(NamedTuple):
    """The points of some items, and what they are out of; `bonus` is beside both."""

    points: Decimal = NOTHING
    out_of: Decimal = NOTHING
    bonus: Decimal = NOTHING


NO_SCORE, NO_KIND = ItemScore(NOTHING, NOTHING), KindScore()


@dataclass(frozen=True, slots=True)
class Scores:
    """The points of one learner, of 100 and the bonus. `items` has every item of the course by its key."""

    points: Decimal
    is_passed: bool
    items: Mapping[str, ItemScore]
    kinds: Mapping[str, KindScore]
    bonus: Decimal = NOTHING
    waiting: Decimal = NOTHING

    @property
    def shown_points(self) -> Decimal:
        """The points as a page shows them: below the pass mark never rounded up to it."""
        return self.points if self.is_passed else self.points.quantize(TENTH, ROUND_DOWN)

    def missing_to(self, pass_mark: int) -> Decimal:
        """Return the points that are missing, never shown as 0 while anything is missing."""
        missing = pass_mark - self.points
        return max(missing, TENTH) if missing > 0 else NOTHING

    def item(self, key: str) -> ItemScore:
        return self.items.get(key, NO_SCORE)

    def add_up(self, keys: Iterable[str]) -> KindScore:
        """Return the points of some items. A result that is dropped does not add to what they are out of."""
        found = [self.items[key] for key in keys if key in self.items]
        counted = [each for each in found if not (each.is_bonus or (each.is_dropped and each.has_result))]
        points = sum((each.points for each in counted), NOTHING)
        bonus = sum((each.points for each in found if each.is_bonus), NOTHING)
        return KindScore(points, sum((each.out_of for each in counted), NOTHING), bonus)


def round_points(points: Decimal) -> Decimal:
    # First to twelve digits: a sum of thirds that is a cent and a half must not be rounded down.
    return points.quantize(EXACT).quantize(CENT, ROUND_HALF_UP)


class Scheme:
    """The rules of a course and its items: made once, used for each learner."""

    def __init__(self, rules: Rules, items: Iterable[Scorable]) -> None:
        self.rules = rules
        self.items = list(items)
        ordinary = [item for item in self.items if not item.bonus]
        self.keys = {kind: sorted(item.key for item in ordinary if item.kind == kind) for kind in KINDS}
        self.bonuses = {item.key: Decimal(item.bonus) for item in self.items if item.bonus}
        self.drops = {kind: self._count_drops(kind) for kind in KINDS}
        self.weights = self._share_weights()
        self.worths = {kind: self._worth(kind) for kind in KINDS}
        self._empty = self._score_nothing()

    def _count_drops(self, kind: str) -> int:
        # At least one item of a kind counts.
        return max(0, min(self.rules.drops.get(kind, 0), len(self.keys[kind]) - 1))

    def _share_weights(self) -> dict[str, Decimal]:
        # A kind without items passes its weight on to the others.
        given = {kind: self.rules.weights.get(kind, 0) for kind in KINDS if self.keys[kind]}
        whole = sum(given.values())
        return {kind: Decimal(weight) * WHOLE / whole if whole else NOTHING for kind, weight in given.items()}

    def _worth(self, kind: str) -> Decimal:
        counted = len(self.keys[kind]) - self.drops[kind]
        return self.weights[kind] / counted if kind in self.weights else NOTHING

    def _score_nothing(self) -> dict[str, ItemScore]:
        empty = {
            key: ItemScore(NOTHING, round_points(self.worths[kind]))
            for kind in KINDS
            for key in self.keys[kind]
        }
        return empty | {key: ItemScore(NOTHING, worth, is_bonus=True) for key, worth in self.bonuses.items()}

    @property
    def has_points(self) -> bool:
        return any(self.weights.values())

    def score(self, outcomes: Mapping[str, Outcome]) -> Scores:
        """Return the scores of one learner with these results, by the key of the item. Others are ignored."""
        items, kinds = dict(self._empty), {}
        total = waiting = NOTHING
        for kind, weight in self.weights.items():
            reached, open_share = self._score_kind(kind, outcomes, items)
            kinds[kind] = KindScore(round_points(reached), round_points(weight))
            total, waiting = total + reached, waiting + open_share
        bonus = self._score_bonus(outcomes, items)
        points = round_points(total + bonus)
        is_passed = self.has_points and points >= self.rules.pass_mark
        return Scores(points, is_passed, items, kinds, round_points(bonus), round_points(waiting))

    def total(self, outcomes: Mapping[str, Outcome]) -> Decimal:
        """Return the points of these results alone, for many learners: without the scores of the items."""
        total = sum(
            (outcomes[key].share * worth for key, worth in self.bonuses.items() if key in outcomes), NOTHING
        )
        for kind in self.weights:
            dropped, found = self._drop(kind, outcomes), [key for key in self.keys[kind] if key in outcomes]
            total += sum(
                (outcomes[key].share * self.worths[kind] for key in found if key not in dropped), NOTHING
            )
        return round_points(total)

    def _score_kind(
        self, kind: str, outcomes: Mapping[str, Outcome], items: dict[str, ItemScore]
    ) -> tuple[Decimal, Decimal]:
        worth, keys = self.worths[kind], self.keys[kind]
        dropped = self._drop(kind, outcomes)
        shown = round_points(worth)
        total = waiting = NOTHING
        for key in keys:
            outcome = outcomes.get(key)
            if outcome is None:
                if key in dropped:
                    items[key] = ItemScore(NOTHING, shown, is_dropped=True)
                continue
            points, open_share = outcome.share * worth, outcome.waiting * worth
            is_dropped = key in dropped
            scored = (round_points(points), shown, is_dropped, False, True, round_points(open_share))
            items[key] = ItemScore(*scored)
            if not is_dropped:
                total, waiting = total + points, waiting + open_share
        return total, waiting

    def _drop(self, kind: str, outcomes: Mapping[str, Outcome]) -> set[str]:
        # Of equal ones a result goes before an item without one, which still can be done.
        if not self.drops[kind]:
            return set()
        found = [(key, outcomes.get(key)) for key in self.keys[kind]]
        ranked = ((each.share, False, key) if each else (NOTHING, True, key) for key, each in found)
        return {key for _, _, key in nsmallest(self.drops[kind], ranked)}

    def _score_bonus(self, outcomes: Mapping[str, Outcome], items: dict[str, ItemScore]) -> Decimal:
        total = NOTHING
        for key, worth in self.bonuses.items():
            if (outcome := outcomes.get(key)) is not None:
                points = outcome.share * worth
                waiting = round_points(outcome.waiting * worth)
                items[key] = ItemScore(round_points(points), worth, False, True, True, waiting)
                total += points
        return total
