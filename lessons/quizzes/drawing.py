"""Draw the questions of one attempt from the pools of a quiz."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

from .front_matter import Settings
from .problems import ReportProblem
from .question import AnyQuestion
from .quiz import Quiz


def draw(quiz: Quiz, rng: Random) -> list[str]:
    """Return the keys of the questions of one attempt, in the order in which it asks them.

    The attempt stores them: a seed alone would give other questions after a change of this code.
    """
    groups = _by_pool(quiz.questions)
    chosen = {key for pool in quiz.pools for key in rng.sample(groups[pool.name], pool.draw)}
    asked = [each.key for each in quiz.questions if not each.pool or each.key in chosen]
    if quiz.shuffle:
        rng.shuffle(asked)
    return asked


def _by_pool(questions: Sequence[AnyQuestion]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in questions:
        found.setdefault(each.pool, []).append(each.key)
    return found


def restrict(quiz: Quiz, keys: Sequence[str] | None) -> Quiz:
    """Return the quiz with only these questions, in this order. None means all, as they are written."""
    if keys is None:
        return quiz
    by_key = {each.key: each for each in quiz.questions}
    return replace(quiz, questions=tuple(by_key[key] for key in keys))


def count(quiz: Quiz) -> int:
    """Return the number of questions of an attempt."""
    return sum(not each.pool for each in quiz.questions) + sum(pool.draw for pool in quiz.pools)


def max_points(quiz: Quiz) -> Decimal:
    """Return the points of an attempt, which are the same for each draw."""
    groups = _by_pool(quiz.questions)
    shares = {pool.name: Decimal(pool.draw) / len(groups[pool.name]) for pool in quiz.pools}
    shares[""] = Decimal(1)
    total = sum((each.points * shares[each.pool] for each in quiz.questions), Decimal(0))
    return total.quantize(Decimal("0.01"))


def check_pools(questions: Sequence[AnyQuestion], settings: Settings | None, report: ReportProblem) -> None:
    """Report pools that cannot be drawn from, or whose draws would differ in points."""
    pools = {pool.name: pool for pool in settings.pools} if settings else {}
    by_pool: dict[str, list[AnyQuestion]] = {name: [] for name in pools}
    for question in questions:
        if question.pool in pools:
            by_pool[question.pool].append(question)
        elif question.pool and settings:
            name = question.pool
            report(
                question.line,
                f"No pool is named {name}. Add it to the front matter: pools: {{{name}: 2}}"
                " draws two of its questions.",
            )
    for name, pool in pools.items():
        _check_pool(by_pool[name], name, pool.draw, pool.line, report)


def _check_pool(
    questions: Sequence[AnyQuestion], name: str, number: int, line: int, report: ReportProblem
) -> None:
    if not questions:
        report(
            line,
            f"The pool {name} has no questions. End the headings of its questions with {{#key pool={name}}}.",
        )
    elif not 1 <= number <= len(questions):
        count_of = f"{len(questions)} question{'s' if len(questions) > 1 else ''}"
        report(line, f"The pool {name} has {count_of}. Draw at least 1 and at most {len(questions)}.")
    elif number < len(questions):
        first = questions[0]
        for other in questions[1:]:
            if other.points != first.points:
                report(
                    other.line,
                    f"This question is worth {other.points.normalize():f}, another of the pool {name}"
                    f" {first.points.normalize():f} (line {first.line}). All questions of a pool need the same"
                    " points, so that each attempt has the same total.",
                )
                break
