"""Regrade the quiz of a cast as staff and a worker do."""

from lessons import actions, quiz_regrades, regrades
from lessons.models import QuizRegrade
from lessons.quiz_regrades import WORK
from tests.quiz_pages.conftest import Cast

REASON = "The key was wrong."


def no_wake() -> None:
    """Leave the work to the test."""


def change_key(cast: Cast, old: str, new: str) -> None:
    assert old in cast.quiz.source
    cast.quiz.source = cast.quiz.source.replace(old, new)
    actions.save_quiz(quiz=cast.quiz)


def work() -> None:
    while regrades.run_next(WORK):
        pass


def rehearse(cast: Cast) -> QuizRegrade:
    regrade = quiz_regrades.begin(quiz=cast.quiz, by=cast.instructor, wake=no_wake)
    work()
    regrade.refresh_from_db()
    return regrade


def ask_to_apply(cast: Cast, regrade: QuizRegrade, policy: str = "never-lower") -> None:
    regrades.apply(WORK, regrade, by=cast.instructor, policy=policy, reason=REASON, wake=no_wake)


def apply(cast: Cast, policy: str = "never-lower") -> QuizRegrade:
    regrade = rehearse(cast)
    ask_to_apply(cast, regrade, policy)
    work()
    regrade.refresh_from_db()
    return regrade


def undo(cast: Cast, regrade: QuizRegrade) -> None:
    regrades.undo(WORK, regrade, by=cast.instructor, wake=no_wake)
    work()
    regrade.refresh_from_db()
