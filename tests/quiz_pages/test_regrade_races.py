"""People and workers at the same moment, on both databases, with real transactions."""

import pytest

from lessons import attempt_actions, regrades
from lessons.models import Attempt, QuizRegrade, RegradedAttempt
from lessons.quiz_regrades import WORK
from portal.notices.models import Notice
from tests.labs.conftest import (  # noqa: F401 - fixtures
    database,
    migrated_postgres,
    postgres_database,
    sqlite_database,
)
from tests.quiz_pages.conftest import make_cast
from tests.quiz_pages.examples import RIGHT, WRONG
from tests.quiz_pages.regrading import ask_to_apply, change_key, rehearse, work
from tests.servers import in_threads

pytestmark = pytest.mark.heavy

BRANCH = ("= git branch canary", "= git branch canary\n= git log")
ONE_WRONG = {**RIGHT, "branch": WRONG["branch"]}


@pytest.fixture
def cast(database):  # noqa: F811
    return make_cast(attempts=0)


def test_two_people_who_apply_at_once_apply_once(cast, database):  # noqa: F811
    cast.submit(**ONE_WRONG)
    change_key(cast, *BRANCH)
    regrade = rehearse(cast)

    def act(_: int) -> bool:
        try:
            ask_to_apply(cast, QuizRegrade.objects.get(pk=regrade.pk))
        except regrades.CannotRegradeError:
            return False
        return True

    assert sorted(in_threads(database, act, 2)) == [False, True]
    work()
    assert Notice.objects.count() == 1


def test_attempt_that_is_submitted_while_staff_apply_counts_by_the_new_key(cast, database):  # noqa: F811
    for _ in range(3):
        cast.submit(**ONE_WRONG)
    begun = cast.start()
    cast.answer(begun, **ONE_WRONG)
    change_key(cast, *BRANCH)
    regrade = rehearse(cast)

    def act(number: int) -> None:
        if number == 0:
            attempt_actions.submit_attempt(attempt=Attempt.objects.get(pk=begun.pk))
        else:
            ask_to_apply(cast, QuizRegrade.objects.get(pk=regrade.pk))
            work()

    in_threads(database, act, 2)
    work()
    assert list(Attempt.objects.values_list("points", flat=True)) == [8] * 4
    regrade.refresh_from_db()
    assert regrade.state == "applied"


def test_two_workers_apply_each_attempt_once(cast, database):  # noqa: F811
    for _ in range(4):
        cast.submit(**ONE_WRONG)
    change_key(cast, *BRANCH)
    regrade = rehearse(cast)
    ask_to_apply(cast, regrade)
    regrade.refresh_from_db()
    keys = list(RegradedAttempt.objects.values_list("pk", flat=True))
    # as if the lease of one had ended while it was at work
    in_threads(database, lambda _: [WORK.apply(regrade, key) for key in keys] and None, 2)
    work()
    assert list(Attempt.objects.values_list("points", flat=True)) == [8] * 4
    assert Notice.objects.count() == 4
