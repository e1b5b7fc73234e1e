"""Instructors and learners of a live quiz who act at the same moment, on both databases."""

import pytest

from lessons import live_actions
from lessons.models import LiveAnswer, LiveQuestion, LiveQuiz
from tests.factories import make_enrollment
from tests.labs.conftest import (  # noqa: F401 - fixtures
    database,
    migrated_postgres,
    postgres_database,
    sqlite_database,
)
from tests.quiz_pages.conftest import make_cast
from tests.servers import in_threads

pytestmark = pytest.mark.heavy
MANY = 4


@pytest.fixture
def cast(database):  # noqa: F811
    return make_cast()


def start(cast, *, for_all: bool = False) -> LiveQuiz:
    cohort = None if for_all else cast.learner.cohort
    return live_actions.start_live_quiz(quiz=cast.quiz, cohort=cohort, by=cast.instructor)


@pytest.mark.parametrize("for_all", [False, True])
def test_two_instructors_who_start_get_the_same_live_quiz(cast, database, for_all):  # noqa: F811
    begun = in_threads(database, lambda _: start(cast, for_all=for_all).pk, MANY)
    assert begun == [LiveQuiz.objects.get().pk] * MANY


def test_at_most_one_question_is_open(cast, database):  # noqa: F811
    live = start(cast)
    keys = ("approval", "vcs", "branch", "hours")
    in_threads(database, lambda number: live_actions.open_question(live=live, key=keys[number]).pk, MANY)
    live.refresh_from_db()
    (still_open,) = LiveQuestion.objects.filter(closed_at=None)
    assert (still_open, live.state) == (live.current, MANY)


def test_each_learner_has_one_answer_and_no_change_is_lost(cast, database):  # noqa: F811
    live = start(cast)
    live_actions.open_question(live=live, key="approval")
    learners = [cast.learner, make_enrollment(cohort=cast.learner.cohort)]

    def answer(number: int) -> None:
        live_actions.save_live_answer(
            live=live, key="approval", enrollment=learners[number % 2], response=[number]
        )

    in_threads(database, answer, MANY)
    live.refresh_from_db()
    assert (LiveAnswer.objects.count(), live.changes) == (2, MANY)
