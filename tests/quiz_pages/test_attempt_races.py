"""Two tabs acting at the same moment, on both databases, with real transactions."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lessons import attempt_actions, closing, tasks
from lessons.attempt_times import GRACE
from lessons.models import Answer, Attempt, ExtraTime
from tests.labs.conftest import (  # noqa: F401 - fixtures
    database,
    migrated_postgres,
    postgres_database,
    sqlite_database,
)
from tests.quiz_pages.conftest import make_cast
from tests.quiz_pages.examples import RIGHT
from tests.servers import in_threads, wait_for

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
            return attempt_actions.submit_attempt(attempt=Attempt.objects.get(pk=attempt.pk)).pk
        try:
            return cast.start().pk
        except attempt_actions.NoAttemptsLeftError:
            return attempt.pk

    assert in_threads(database, act, TABS) == [attempt.pk] * TABS
    assert Attempt.objects.count() == 1


def test_submitting_in_several_tabs_counts_once(cast, database):  # noqa: F811
    """W25."""
    attempt = cast.start()
    cast.answer(attempt, **RIGHT)
    times = in_threads(
        database,
        lambda _: attempt_actions.submit_attempt(attempt=Attempt.objects.get(pk=attempt.pk)).submitted_at,
        TABS,
    )
    attempt.refresh_from_db()
    assert times == [attempt.submitted_at] * TABS
    assert attempt.score == 100


def test_saves_during_submission_are_marked_or_refused(cast, database):  # noqa: F811
    attempt = cast.start()

    def act(number: int) -> bool:
        if number == 0:
            return bool(attempt_actions.submit_attempt(attempt=Attempt.objects.get(pk=attempt.pk)))
        try:
            cast.answer(attempt, **{list(RIGHT)[number]: list(RIGHT.values())[number]})
        except attempt_actions.AttemptSubmittedError:
            return False
        return True

    saved = sum(in_threads(database, act, TABS)[1:])
    assert Answer.objects.count() == Answer.objects.filter(credit=1).count() == saved
    attempt.refresh_from_db()
    assert attempt.points == saved


# --- at the end of the time -------------------------------------------------------------------------------------------


@pytest.fixture
def timed(database):  # noqa: F811
    return make_cast(attempts=2, time_limit=30)


def overdue(timed):
    attempt = timed.start()
    timed.answer(attempt, **RIGHT)
    Attempt.objects.filter(pk=attempt.pk).update(started_at=timezone.now() - timedelta(minutes=31))
    return attempt


def test_task_page_submission_and_start_at_the_end_close_an_attempt_once(timed, database):  # noqa: F811
    attempt = overdue(timed)

    def act(number: int) -> None:
        if number == 0:
            tasks.close_attempts()
        elif number == 1:
            attempt_actions.submit_attempt(attempt=Attempt.objects.get(pk=attempt.pk))
        elif number == 2:
            closing.close_overdue(Attempt.objects.filter(pk=attempt.pk))
        else:
            timed.start()

    in_threads(database, act, TABS)
    first, second = Attempt.objects.order_by("number")
    assert (first.submitted_at - first.started_at, first.ended_by) == (timedelta(minutes=30), "limit")
    assert (first.score, second.number, second.submitted_at) == (100, 2, None)


def test_saves_at_the_end_are_marked_or_refused(timed, database):  # noqa: F811
    attempt = timed.start()
    limit = timedelta(minutes=30) + GRACE
    Attempt.objects.filter(pk=attempt.pk).update(started_at=timezone.now() - limit + timedelta(seconds=0.2))

    def act(number: int) -> int:
        saved = 0
        for key, response in RIGHT.items():
            if number == 0:
                tasks.close_attempts()
                continue
            try:
                timed.answer(attempt, **{key: response})
                saved += 1
            except attempt_actions.AttemptSubmittedError:
                pass
        return saved

    in_threads(database, act, TABS)
    tasks.close_attempts()  # whatever the threads left to it
    wait_for(lambda: closing.close_overdue(Attempt.objects.all()) or not Attempt.objects.open())
    attempt.refresh_from_db()
    assert Answer.objects.count() == Answer.objects.filter(credit=1).count()
    assert attempt.points == sum(1 + (each.key == "approval") for each in Answer.objects.all())


def test_extra_time_and_the_task_at_once_leave_an_attempt_that_is_right(timed, database):  # noqa: F811
    attempt = overdue(timed)

    def act(number: int) -> None:
        if number:
            tasks.close_attempts()
        else:
            ExtraTime.objects.create(enrollment=timed.learner, minutes=30)

    in_threads(database, act, TABS)
    attempt.refresh_from_db()
    assert attempt.ended_by == ("limit" if attempt.submitted_at else "")
    tasks.close_attempts()
    again = Attempt.objects.get(pk=attempt.pk)
    assert again.submitted_at == attempt.submitted_at
