"""Lab pages need the same number of queries for one row as for many."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_lesson, make_session
from tests.pages.conftest import client_of

OUTCOMES = ("passed", "needs_work", "not_run")


def queries(client, address: str, status: int = 200) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == status
    return len(captured)


def many(count: int) -> dict[str, str]:
    return {f"check_{i}": OUTCOMES[i % 3] for i in range(count)}


@pytest.mark.parametrize("count", [1, 30])
def test_queries_of_a_graded_page(learner_client, cast, count):
    session = make_session(cast.lab.course)
    make_lesson(session, slug="git-basics")
    for _ in range(count):
        cast.grade(**many(3))
    submission = cast.grade(**many(3 * count))
    assert queries(learner_client, submission.get_absolute_url()) == 17


@pytest.mark.parametrize("count", [1, 30])
def test_queries_of_a_waiting_page(learner_client, cast, count):
    for _ in range(count):
        cast.grade()
    assert queries(learner_client, cast.submit().get_absolute_url()) == 11


@pytest.mark.parametrize("count", [0, 1, 30])
def test_queries_of_the_lab_page(learner_client, cast, count):
    for _ in range(count):
        cast.grade()
    assert queries(learner_client, cast.lab.get_absolute_url()) == (12 if count else 11)


def test_queries_of_a_poll_without_changes(learner_client, cast):
    submission = cast.submit()
    address = f"{submission.get_absolute_url()}live/?v=1.1.0.0"
    assert queries(learner_client, address, status=204) == 4


def test_queries_of_a_poll_by_staff(cast):
    submission = cast.submit()
    assert (
        queries(client_of(cast.instructor), f"{submission.get_absolute_url()}live/?v=1.1.0.0", status=204)
        == 5
    )
