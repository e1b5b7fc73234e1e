"""Item analysis: how each question of a quiz worked, from the first attempt of each learner.

Discrimination is the correlation of the credit for a question with the share of points in the rest of the quiz.
Its interval is Fisher's (z transformation), that of a share of learners is Wilson's. Both are at 95%.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import atanh, sqrt, tanh
from statistics import NormalDist, StatisticsError, correlation, fmean, median

from .question import AnyQuestion, Response
from .tally import Tally, can_tally, tally

MIN_SITTINGS = 10  # below this there are only counts
MIN_TIMED = 3
Z = NormalDist().inv_cdf(0.975)
EASY, HARD, MIN_DISCRIMINATION, ALMOST_ALL = 0.9, 0.5, 0.2, 0.95


@dataclass(frozen=True)
class Sitting:
    """One counted attempt, by question key.

    `credits` has every question that was asked: from 0 to 1, or None if it is not marked yet. `responses` has the
    answered ones. `seconds` has the times that are known. `worth` has the points of the questions.
    """

    credits: Mapping[str, float | None]
    responses: Mapping[str, Response]
    worth: Mapping[str, float]
    seconds: Mapping[str, float] = field(default_factory=dict)

    def share(self, without: str = "") -> float | None:
        """Return the share of points in all marked questions but one; None if there are none."""
        earned, total = self._sums
        if (credit := self.credits.get(without)) is not None:
            earned, total = earned - self.worth[without] * credit, total - self.worth[without]
        # Rounded, so that equal shares compare equal.
        return round(earned / total, 9) if total > 0 else None

    @cached_property
    def _sums(self) -> tuple[float, float]:
        marked = [(self.worth[key], credit) for key, credit in self.credits.items() if credit is not None]
        return sum(worth * credit for worth, credit in marked), sum(worth for worth, _ in marked)


@dataclass(frozen=True)
class Estimate:
    """A value and its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ItemAnalysis:
    """Figures of one question. An estimate is None if there are too few attempts, or it is not defined.

    `marked` of `asked` attempts are marked; `right` earned full credit, `mean` is the mean credit. `tally` has the
    counts of the upper and of the lower half. `seconds` is a median over `timed` attempts.
    """

    key: str
    asked: int
    answered: int
    marked: int
    right: int
    mean: float | None = None
    facility: Estimate | None = None
    discrimination: Estimate | None = None
    tally: Tally | None = None
    seconds: float | None = None
    timed: int = 0
    flags: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuizAnalysis:
    count: int
    upper: int
    lower: int
    items: tuple[ItemAnalysis, ...]

    @property
    def has_estimates(self) -> bool:
        return self.count >= MIN_SITTINGS


def analyse(questions: Sequence[AnyQuestion], sittings: Sequence[Sitting]) -> QuizAnalysis:
    """Return the analysis of all questions, in their order.

    The halves are by the share of points; earlier sittings come first among equals, and the one in the middle
    belongs to the upper half.
    """
    ranked = sorted(sittings, key=lambda sitting: -(sitting.share() or 0))
    middle = (len(ranked) + 1) // 2
    upper, lower = ranked[:middle], ranked[middle:]
    items = tuple(_item(question, upper, lower) for question in questions)
    return QuizAnalysis(len(ranked), len(upper), len(lower), items)


def wilson(successes: int, trials: int) -> Estimate:
    """Return a share and Wilson's interval. `trials` must be positive."""
    share = successes / trials
    scale = 1 + Z * Z / trials
    centre = (share + Z * Z / (2 * trials)) / scale
    reach = Z * sqrt(share * (1 - share) / trials + Z * Z / (4 * trials * trials)) / scale
    # At the ends the interval includes the share itself, whatever was rounded.
    return Estimate(share, max(0.0, min(share, centre - reach)), min(1.0, max(share, centre + reach)))


def correlate(one: Sequence[float], other: Sequence[float]) -> Estimate | None:
    """Return the correlation and Fisher's interval; None if there are fewer than four pairs, or one is constant."""
    if len(one) < 4:
        return None
    try:
        value = max(-1.0, min(1.0, correlation(one, other)))
    except StatisticsError:
        return None
    if abs(value) > 1 - 1e-12:
        return Estimate(value, value, value)
    reach = Z / sqrt(len(one) - 3)
    return Estimate(value, tanh(atanh(value) - reach), tanh(atanh(value) + reach))


def _item(question: AnyQuestion, upper: Sequence[Sitting], lower: Sequence[Sitting]) -> ItemAnalysis:
    key = question.key
    halves = [[each for each in half if key in each.credits] for half in (upper, lower)]
    asked = [*halves[0], *halves[1]]
    marked = [(value, each) for each in asked if (value := each.credits[key]) is not None]
    times = [each.seconds[key] for each in asked if key in each.seconds]
    right = sum(value == 1 for value, _ in marked)
    enough = len(marked) >= MIN_SITTINGS
    discrimination = _discrimination(key, marked) if enough else None
    facility = wilson(right, len(marked)) if enough else None
    given = [[each.responses[key] for each in half if key in each.responses] for half in halves]
    counts = tally(question, *given) if can_tally(question) else None
    mean = fmean(value for value, _ in marked) if enough else None
    return ItemAnalysis(
        key=key,
        asked=len(asked),
        answered=sum(map(len, given)),
        marked=len(marked),
        right=right,
        mean=mean,
        facility=facility,
        discrimination=discrimination,
        tally=counts,
        seconds=median(times) if len(times) >= MIN_TIMED else None,
        timed=len(times),
        flags=_flags(discrimination, counts) if enough else (),
        advice=_advice(facility, mean, discrimination),
    )


def _discrimination(key: str, marked: list[tuple[float, Sitting]]) -> Estimate | None:
    pairs = [(value, rest) for value, each in marked if (rest := each.share(without=key)) is not None]
    return correlate([value for value, _ in pairs], [rest for _, rest in pairs])


def _flags(discrimination: Estimate | None, counts: Tally | None) -> tuple[str, ...]:
    flags = []
    if discrimination and discrimination.value < 0:
        flags.append(
            "Learners who did well in the rest of the quiz did worse here. Check the answer that is marked as correct."
        )
    if counts and (beaten := _beaten(counts)):
        flags.append(beaten)
    return tuple(flags)


def _beaten(counts: Tally) -> str:
    rights = [sum(row.counts) for row in counts.rows if row.right]
    wrong = max((sum(row.counts) for row in counts.rows if not row.right), default=0)
    # Each correct option should be chosen; of typed answers, any correct one will do.
    right = min(rights, default=0) if counts.are_options else sum(rights)
    if wrong <= right:
        return ""
    return f"A wrong answer was given more often ({wrong}) than a correct one ({right})."


def _advice(
    facility: Estimate | None, mean: float | None, discrimination: Estimate | None
) -> tuple[str, ...]:
    advice = []
    if facility and facility.value > EASY:
        advice.append("Easy: more than 90% of the answers were correct.")
    elif facility and facility.value < HARD:
        advice.append("Hard: fewer than half of the answers were correct.")
    if discrimination and 0 <= discrimination.value < MIN_DISCRIMINATION and (mean or 0) <= ALMOST_ALL:
        advice.append("Below 0.20, it says little about who did well in the rest of the quiz.")
    if discrimination and discrimination.low <= 0 <= discrimination.high:
        advice.append("The interval includes 0: this may be chance.")
    return tuple(advice)
