"""Compute the credit of a response and the score of an attempt."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from .question import AnyQuestion, Response
from .quiz import Quiz


@dataclass(frozen=True)
class QuestionMark:
    """Credit from 0 to 1, and the points it earns."""

    credit: Decimal
    points: Decimal


@dataclass(frozen=True)
class Marked:
    """`score` is a whole percentage; `per_question` has every question by key."""

    points: Decimal
    max_points: Decimal
    score: int
    passed: bool
    per_question: dict[str, QuestionMark]


def credit(question: AnyQuestion, response: Response | None) -> Decimal:
    """Return the credit from 0 to 1; 0 without a response."""
    return _decimal(_credit(question, response))


def mark(quiz: Quiz, responses: Mapping[str, Response | None]) -> Marked:
    """Mark an attempt. Questions missing from the responses count as not answered."""
    credits = {question.key: _credit(question, responses.get(question.key)) for question in quiz.questions}
    worth = {question.key: Fraction(question.points) for question in quiz.questions}
    earned = {key: credits[key] * worth[key] for key in credits}
    score = _score(sum(earned.values(), Fraction()), sum(worth.values(), Fraction()))
    return Marked(
        points=_decimal(sum(earned.values(), Fraction())),
        max_points=_decimal(sum(worth.values(), Fraction())),
        score=score,
        passed=score >= quiz.pass_mark,
        per_question={key: QuestionMark(_decimal(credits[key]), _decimal(earned[key])) for key in credits},
    )


def _credit(question: AnyQuestion, response: Response | None) -> Fraction:
    return Fraction(0) if response is None else question.credit(response)


def _score(points: Fraction, max_points: Fraction) -> int:
    # The only place where a mark is rounded: half up, to a whole percentage. A quiz without points scores 0.
    return floor(100 * points / max_points + Fraction(1, 2)) if max_points else 0


def _decimal(number: Fraction) -> Decimal:
    # Credits stay fractions until here, so that three thirds make a whole. Converted to 28 digits.
    return Decimal(number.numerator) / number.denominator
