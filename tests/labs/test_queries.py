"""The rows that each person may see, and what the pages ask about a submission."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from labs import addresses, queries, queue_queries
from labs.models import Lab, Queue, State, Submission
from tests.factories import (
    make_enrollment,
    make_lab,
    make_learner,
    make_report,
    make_staff,
    make_submission,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def lab():
    return make_lab()


@pytest.fixture
def learner(lab):
    return make_learner(lab.course)


def sees_lab(user, lab) -> bool:
    try:
        return queries.get_open_lab(user, lab.course.slug, lab.slug).lab == lab
    except Http404:
        return False


def test_published_lab_is_open_only_to_its_learners_and_staff(lab, learner):
    members = [learner.user, make_staff(lab.course), make_user(is_superuser=True)]
    others = [make_user(), make_learner().user, make_staff(make_lab().course), AnonymousUser()]
    left = make_enrollment(cohort=learner.cohort, is_active=False).user
    assert [sees_lab(user, lab) for user in members] == [True, True, True]
    assert [sees_lab(user, lab) for user in (*others, left)] == [False] * 5


def test_draft_lab_is_open_only_to_staff(lab, learner):
    Lab.objects.update(status=Lab.Status.DRAFT)
    assert not sees_lab(learner.user, lab)
    assert sees_lab(make_staff(lab.course), lab)


def test_submission_is_for_its_owner_and_the_staff_of_its_course(lab, learner):
    submission = make_submission(learner, lab)
    for user in (learner.user, make_staff(lab.course), make_user(is_superuser=True)):
        assert queries.get_submission(user, submission.public_id) == submission
    for user in (make_learner(lab.course).user, make_staff(make_lab().course), AnonymousUser()):
        with pytest.raises(Http404):
            queries.get_submission(user, submission.public_id)


def test_previous_report_is_the_nearest_earlier_one(lab, learner):
    first, _ungraded, third = (make_submission(learner, lab) for _ in range(3))
    reports = [make_report(first, {}), make_report(third, {})]
    assert queries.previous_report(third) == reports[0]
    assert queries.previous_report(first) is None
    assert queries.current_report(third) == reports[1]


def test_current_report_of_a_regraded_submission_is_the_newest(lab, learner):
    submission = make_submission(learner, lab)
    reports = [make_report(submission, {}) for _ in range(2)]
    assert queries.current_report(submission) == reports[1]


def test_position_counts_each_learner_ahead_once(lab):
    make_submission(lab=lab, queue=Queue.LATER)  # work that can wait never comes before a push
    flooder, other = make_learner(lab.course), make_learner(lab.course)
    flood = [make_submission(flooder, lab) for _ in range(3)]
    last = make_submission(other, lab)
    assert [queue_queries.queue_position(s) for s in (*flood, last)] == [1, 2, 3, 2]
    assert queue_queries.queue_position(make_submission(state=State.CHECKING)) is None


@pytest.mark.parametrize("count", [1, 4])
def test_history_takes_one_query(lab, learner, count, django_assert_num_queries):
    graded = [make_submission(learner, lab) for _ in range(count)]
    for submission in graded:
        make_report(submission, {}, points=Decimal(40))
    with django_assert_num_queries(1):
        found = [(s.number, s.points) for s in queries.history(learner, lab)]
    assert found == [(number, 40) for number in range(count, 0, -1)]


@pytest.mark.parametrize("labs", [1, 3])
def test_the_best_of_each_lab_takes_one_query(lab, learner, labs, django_assert_num_queries):
    expected = {}
    for extra in range(labs):
        own = make_lab(lab.course)
        for points in (40, 70, 30):
            make_report(make_submission(learner, own), {}, points=Decimal(points + extra))
        expected[own.pk] = Decimal(70 + extra)
    make_report(make_submission(make_learner(lab.course), lab), {}, points=Decimal(100))
    with django_assert_num_queries(1):
        best = Submission.objects.filter(enrollment=learner).best()
        assert {submission.lab_id: submission.points for submission in best} == expected


def test_remote_url_with_a_token_works_in_git_push(lab, settings):
    settings.PUBLIC_URL = "https://portal.example.org"
    path = f"/git/{lab.course.slug}/{lab.slug}.git"
    assert addresses.practice_address(lab) == f"https://portal.example.org{path}"
    assert addresses.practice_address(lab, "abc") == f"https://learner:abc@portal.example.org{path}"
