"""Several markers at the same moment, on both databases, with real transactions."""

from decimal import Decimal

import pytest

from lessons import marking
from lessons.actions import save_quiz
from lessons.models import Answer, Attempt, Marking
from tests.labs.conftest import (  # noqa: F401 - fixtures
    database,
    migrated_postgres,
    postgres_database,
    sqlite_database,
)
from tests.quiz_pages.conftest import make_cast
from tests.quiz_pages.test_free_text import QUESTIONS
from tests.servers import in_threads

pytestmark = pytest.mark.heavy

MARKERS = 4
MORE = QUESTIONS.replace("{#why points=4}", "{#more points=4}").partition("## Which")[2].partition("## ")[2]


@pytest.fixture
def cast(database):  # noqa: F811
    cast = make_cast()
    cast.quiz.source = cast.quiz.source.partition("\n## ")[0] + "\n" + QUESTIONS + "\n## " + MORE
    save_quiz(quiz=cast.quiz)
    return cast


def test_one_of_several_markers_wins_and_the_others_are_told(cast, database):  # noqa: F811
    attempt = cast.submit(why="Conflicts")
    answer = attempt.answers.get(key="why")

    def act(number: int) -> bool:
        own = Answer.objects.get(pk=answer.pk)
        try:
            marking.mark_answer(answer=own, by=cast.instructor, points=Decimal(number), comment="", seen=0)
        except marking.MarkedMeanwhileError:
            return False
        return True

    won = in_threads(database, act, MARKERS)
    assert sorted(won) == [False] * (MARKERS - 1) + [True]
    assert Marking.objects.get().points == won.index(True)
    attempt.refresh_from_db()
    assert (attempt.points, attempt.waiting_points) == (won.index(True), 0)


def test_marking_two_answers_of_an_attempt_at_once_adds_both(cast, database):  # noqa: F811
    attempt = cast.submit(why="Conflicts", more="More")
    answers = list(attempt.answers.order_by("key"))

    def act(number: int) -> int:
        own = Answer.objects.get(pk=answers[number].pk)
        return marking.mark_answer(answer=own, by=cast.instructor, points=Decimal(3), comment="", seen=0).pk

    in_threads(database, act, len(answers))
    attempt = Attempt.objects.get(pk=attempt.pk)
    assert (attempt.points, attempt.waiting_points) == (6, 0)


def test_several_workers_store_one_report(cast, database):  # noqa: F811
    attempt = cast.submit(why="Conflicts")
    answer = attempt.answers.get(key="why")

    def act(number: int) -> None:
        marking.store_report(answer=Answer.objects.get(pk=answer.pk), points=Decimal(2), report={"schema": 1})

    in_threads(database, act, MARKERS)
    assert Marking.objects.count() == 1
