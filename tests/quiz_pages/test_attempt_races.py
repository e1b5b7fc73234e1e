"""Two tabs acting at the same moment, on both databases, with real transactions."""

import pytest

from lessons import actions
from lessons.models import Answer, Attempt
from tests.labs.conftest import (  # noqa: F401 - fixtures
    database,
    migrated_postgres,
    postgres_database,
    sqlite_database,
)
from tests.quiz_pages.conftest import make_cast
from tests.quiz_pages.examples import RIGHT
from tests.servers import in_threads

pytestmark = pytest.mark.heavy

TABS = 4


@pytest.fixture
def cast(database):  # noqa: F811
    return make_cast(attempts=1)


def test_starting_in_several_tabs_gives_one_attempt(cast, database):  # noqa: F811
    begun = in_threads(database, lambda _: cast.start().pk, TABS)
    assert begun == [Attempt.objects.get().pk] * TABS


def test_starting_while_the_last_attempt_is_submitted_begins_no_other(cast, database):  # noqa: F811
    """W25."""
    attempt = cast.start()

    def act(number: int) -> str:
        if number % 2:
            return actions.submit_attempt(attempt=Attempt.objects.get(pk=attempt.pk)).pk
        try:
            return cast.start().pk
        except actions.NoAttemptsLeftError:
            return attempt.pk

    assert in_threads(database, act, TABS) == [attempt.pk] * TABS
    assert Attempt.objects.count() == 1


def test_submitting_in_several_tabs_counts_once(cast, database):  # noqa: F811
    """W25."""
    attempt = cast.start()
    cast.answer(attempt, **RIGHT)
    times = in_threads(
        database,
        lambda _: actions.submit_attempt(attempt=Attempt.objects.get(pk=attempt.pk)).submitted_at,
        TABS,
    )
    attempt.refresh_from_db()
    assert times == [attempt.submitted_at] * TABS
    assert attempt.score == 100


def test_saves_during_submission_are_marked_or_refused(cast, database):  # noqa: F811
    attempt = cast.start()

    def act(number: int) -> bool:
        if number == 0:
            return bool(actions.submit_attempt(attempt=Attempt.objects.get(pk=attempt.pk)))
        try:
            cast.answer(attempt, **{list(RIGHT)[number]: list(RIGHT.values())[number]})
        except actions.AttemptSubmittedError:
            return False
        return True

    saved = sum(in_threads(database, act, TABS)[1:])
    assert Answer.objects.count() == Answer.objects.filter(credit=1).count() == saved
    attempt.refresh_from_db()
    assert attempt.points == saved
