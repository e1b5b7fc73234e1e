from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertNumQueries, assertRedirects

from lessons import attempt_actions
from lessons.models import Attempt, Lesson
from tests.factories import make_learner, make_quiz
from tests.quiz_pages.conftest import client_of
from tests.quiz_pages.examples import FRONT, RIGHT, WRONG


def take_others(cast, *minutes: int) -> None:
    """Let other learners take the quiz, one for each number of minutes."""
    now = timezone.now()
    for number in minutes:
        attempt = attempt_actions.start_attempt(enrollment=make_learner(cast.quiz.course), quiz=cast.quiz)
        attempt_actions.submit_attempt(attempt=attempt)
        Attempt.objects.filter(pk=attempt.pk).update(
            started_at=now - timedelta(minutes=number), submitted_at=now
        )


def test_start_page_says_what_to_expect(client, cast):
    page = client.get(cast.address("quiz"))
    for words in (
        "7, worth 8 points",
        "70%",
        "0 of 3 used, 3 left. Your best attempt counts.",
        ">Start</button>",
    ):
        assertContains(page, words)


def test_start_page_without_limit_says_so(client, cast):
    cast.revise(attempts=0)
    assertContains(client.get(cast.address("quiz")), "No limit, 0 used.")


@pytest.mark.parametrize(
    ("release", "words"),
    [
        ("now", "You see the correct answers and explanations as soon as you submit."),
        ("deadline", "You see the correct answers and explanations after you submit your last attempt."),
        ("never", "This quiz doesn’t show correct answers or explanations."),
    ],
)
def test_start_page_says_when_answers_are_shown(client, cast, release, words):
    cast.revise(release=release)
    assertContains(client.get(cast.address("quiz")), words)


def test_start_page_names_the_median_of_three_others(client, cast):
    take_others(cast, 4, 600)
    assertNotContains(client.get(cast.address("quiz")), "Typical time")
    take_others(cast, 9)
    assertContains(client.get(cast.address("quiz")), "Typical time: 9 minutes.")


def test_own_attempts_do_not_count_as_others(client, cast):
    for _ in range(3):
        cast.submit()
    assertNotContains(client.get(cast.address("quiz")), "Typical time")


def test_start_button_begins_an_attempt(client, cast):
    answer = client.post(cast.address("quiz"))
    assertRedirects(answer, cast.address("attempt", 1), fetch_redirect_response=False)
    assert Attempt.objects.get().enrollment == cast.learner


def test_start_page_continues_at_the_first_empty_question(client, cast):
    attempt = cast.start()
    cast.answer(attempt, approval=[0], vcs=None, phases=[1, 2, 3])
    assertContains(client.get(cast.address("quiz")), "Continue at question 2")


def test_start_page_with_all_answered_continues_to_the_summary(client, cast):
    cast.answer(cast.start(), **RIGHT)
    assertContains(client.get(cast.address("quiz")), "Continue to the summary")


def test_start_page_lists_past_attempts(client, cast):
    cast.submit(**WRONG)
    cast.submit(**RIGHT)
    page = client.get(cast.address("quiz"))
    assertContains(page, "Attempt 1: 4%")
    assertContains(page, "Needs work, 0.3 of 8 points")
    assertContains(page, f'href="{cast.address("attempt_review", 2)}">Attempt 2: 100%</a>')
    assertContains(page, "This attempt counts", count=1)


def test_start_with_no_attempts_left_is_refused(client, cast):
    cast.revise(attempts=1)
    cast.submit(**WRONG)
    page = client.post(cast.address("quiz"))
    assertContains(page, "You have no attempts left. Your best attempt counts: 4%.", status_code=409)
    assertNotContains(page, "<button>Start", status_code=409)


def test_instructor_reads_that_only_learners_take_it(cast):
    client = client_of(cast.instructor)
    page = client.get(cast.address("quiz"))
    assertContains(page, "Only learners can take this quiz.")
    assertNotContains(page, ">Start</button>")
    assert client.post(cast.address("quiz")).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_anonymous_visitor_is_asked_to_sign_in(cast, method):
    answer = getattr(Client(), method)(cast.address("quiz"))
    assertRedirects(answer, f"/accounts/login/?next={cast.address('quiz')}", fetch_redirect_response=False)


@pytest.mark.parametrize("method", ["get", "post"])
def test_outsider_gets_404(cast, method):
    assert getattr(client_of(cast.outsider), method)(cast.address("quiz")).status_code == 404


def test_learner_who_left_gets_404(client, cast):
    cast.start()
    cast.learner.is_active = False
    cast.learner.save()
    assert client.get(cast.address("quiz")).status_code == 404
    assert client.get(cast.address("question", 1, 1)).status_code == 404


def test_quiz_of_a_draft_is_for_staff_alone(client, cast):
    cast.start()
    Lesson.objects.update(status=Lesson.Status.DRAFT)
    assert client.get(cast.address("quiz")).status_code == 404
    assert client.get(cast.address("question", 1, 1)).status_code == 404
    assert client_of(cast.instructor).get(cast.address("quiz")).status_code == 200


def test_quiz_without_questions_is_404(cast):
    quiz = make_quiz(FRONT.format(attempts=1, release="now"))
    learner = make_learner(quiz.course)
    assert client_of(learner.user).get(quiz.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("count", [1, 20])
def test_queries_of_the_start_page(client, cast, count):
    cast.revise(attempts=0)
    for _ in range(count):
        cast.submit(approval=[1])
    take_others(cast, *[3] * count)
    with assertNumQueries(8):
        client.get(cast.address("quiz"))
