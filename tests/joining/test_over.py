"""After the term, lessons and own work stay readable, and nothing new is accepted."""

import pytest
from django.urls import reverse

from labs.actions import submit_address
from labs.grader.fetching.address import Address
from labs.models import Submission
from labs.repositories.hosts import LookUpFailedError
from lessons.attempt_actions import QuizClosedError, start_attempt
from lessons.cohort_ends import settle_cohort
from lessons.models import Attempt, Cohort
from tests.factories import make_lab, make_learner, make_quiz, make_submission, make_user

pytestmark = pytest.mark.django_db


def test_cohort_that_is_over_is_readable_and_accepts_nothing_new(client):
    quiz = make_quiz()
    lab = make_lab(quiz.course)
    learner = make_learner(quiz.course)
    submission = make_submission(learner, lab)
    attempt = start_attempt(enrollment=learner, quiz=quiz)
    Cohort.objects.update(is_over=True)
    learner.cohort.refresh_from_db()
    settle_cohort(cohort=learner.cohort)
    assert Attempt.objects.get(pk=attempt.pk).submitted_at
    with pytest.raises(QuizClosedError):
        start_attempt(enrollment=learner, quiz=quiz)
    with pytest.raises(LookUpFailedError, match="is over"):
        submit_address(enrollment=learner, lab=lab, address=Address("github.com", "a", "b"))
    assert Submission.objects.count() == 1
    client.force_login(learner.user)
    for page in (quiz.lesson.get_absolute_url(), submission.get_absolute_url(), lab.get_absolute_url()):
        assert client.get(page).status_code == 200
    assert "is over" in client.get(quiz.course.get_absolute_url()).content.decode()
    client.force_login(make_user())
    assert client.post(reverse("join"), {"code": learner.cohort.invite_code}).status_code == 409


def test_learners_of_a_finished_cohort_are_not_offered_work(client):
    quiz = make_quiz()
    learner = make_learner(quiz.course)
    client.force_login(learner.user)
    progress = reverse("progress", args=[quiz.course.slug])
    assert 'id="there"' in client.get(progress).content.decode()
    assert client.get("/").context["courses"][0].due
    Cohort.objects.update(is_over=True)
    assert not client.get("/").context["courses"][0].due
    page = client.get(progress).content.decode()
    assert "you can’t submit anything new" in page and 'id="there"' not in page
