"""Pages with submissions by address cost the same number of queries with one and with many."""

import pytest

from labs.models import Repository, Submission
from tests.factories import make_learner
from tests.pages.test_page_queries import queries
from tests.submit.conftest import client_of, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def graded(page, github, cast):
    def make(count: int) -> Submission:
        for _ in range(count):
            cast.grade()
        Submission.objects.update(ended_at=None)
        return cast.grade(submitted(page.grade(github.commit)))

    return make


@pytest.mark.parametrize("count", [1, 30])
def test_queries_of_the_lab_page(learner_client, cast, graded, count):
    graded(count)
    assert queries(learner_client, cast.lab.get_absolute_url()) == 12  # with threads and scores by hand


@pytest.mark.parametrize("count", [1, 30])
def test_queries_of_a_graded_page(learner_client, graded, count):
    assert (
        queries(learner_client, graded(count).get_absolute_url()) == 18
    )  # with marks, threads and inquiries


@pytest.mark.parametrize("count", [1, 30])
def test_queries_of_a_graded_page_for_staff(cast, graded, count):
    submission = graded(1)
    for _ in range(count):
        enrollment = make_learner(cast.lab.course)
        place = {"host": "github.com", "owner": "octocat", "name": "billing"}
        Repository.objects.create(enrollment=enrollment, lab=cast.lab, **place)
    assert queries(client_of(cast.instructor), submission.get_absolute_url()) == 19


@pytest.mark.parametrize("count", [1, 30])
def test_queries_of_the_list_in_the_admin(admin_client, cast, count):
    for number in range(count):
        place = {"host": "github.com", "owner": "octocat", "name": f"billing-{number}"}
        Repository.objects.create(enrollment=cast.learner, lab=cast.lab, **place)
    assert queries(admin_client, "/staff/labs/repository/") == 6
