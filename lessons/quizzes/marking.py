"""Compute the credit of a response and the score of an attempt, as far as they are known."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from .question import AnyQuestion, MarkedBy, Response
from .quiz import Quiz


@dataclass(frozen=True)
class QuestionMark:
    """Credit from 0 to 1, and the points it earns; both None until staff or a worker have marked the answer."""

    credit: Decimal | None
    points: Decimal | None


@dataclass(frozen=True)
class Marked:
    """`score` is a whole percentage; `per_question` has every question by key.

    `waiting` are the points of the questions that are not marked yet. The other totals are what is known so far, so
    `passed` is True as soon as the known points suffice.
    """

    points: Decimal
    max_points: Decimal
    score: int
    passed: bool
    per_question: dict[str, QuestionMark]
    waiting: Decimal


def credit(question: AnyQuestion, response: Response | None) -> Decimal:
    """Return the credit from 0 to 1; 0 without a response. The question must be one that the portal marks."""
    return _decimal(Fraction(0) if response is None else question.credit(response))


def mark(
    quiz: Quiz, responses: Mapping[str, Response | None], given: Mapping[str, Decimal] | None = None
) -> Marked:
    """Mark an attempt. Questions missing from the responses count as not answered.

    `given` are points that staff or a worker gave, by key; they replace those of the portal.
    """
    worth = {question.key: Fraction(question.points) for question in quiz.questions}
    earned = {
        question.key: _earned(question, responses.get(question.key), (given or {}).get(question.key))
        for question in quiz.questions
    }
    known = sum((points for points in earned.values() if points is not None), Fraction())
    score = _score(known, sum(worth.values(), Fraction()))
    return Marked(
        points=_decimal(known),
        max_points=_decimal(sum(worth.values(), Fraction())),
        score=score,
        passed=score >= quiz.pass_mark,
        per_question={key: _question_mark(points, worth[key]) for key, points in earned.items()},
        waiting=_decimal(sum((worth[key] for key in earned if earned[key] is None), Fraction())),
    )


def _earned(question: AnyQuestion, response: Response | None, given: Decimal | None) -> Fraction | None:
    # None if it is not marked yet
    if given is not None:
        return Fraction(given)
    if response is None:
        return Fraction(0)
    if question.marked_by is not MarkedBy.PORTAL:
        return None
    return Fraction(question.credit(response)) * Fraction(question.points)


def _question_mark(points: Fraction | None, worth: Fraction) -> QuestionMark:
    if points is None:
        return QuestionMark(None, None)
    return QuestionMark(_decimal(points / worth), _decimal(points))


def _score(points: Fraction, max_points: Fraction) -> int:
    # The only place where a mark is rounded: half up, to a whole percentage. A quiz without points scores 0.
    return floor(100 * points / max_points + Fraction(1, 2)) if max_points else 0


def _decimal(number: Fraction) -> Decimal:
    # Credits stay fractions until here, so that three thirds make a whole. Converted to 28 digits.
    return Decimal(number.numerator) / number.denominator
