import re

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertNumQueries, assertRedirects

from lessons.models import Attempt
from tests.quiz_pages.examples import RIGHT


@pytest.fixture
def attempt(cast):
    return cast.start()


def test_summary_lists_each_question_once_with_its_state(client, cast, attempt):
    cast.answer(attempt, ("vcs",), approval=[0], vcs=[1], hours=None)
    page = client.get(cast.address("attempt_summary", 1))
    assertContains(page, "<h1>2 of 7 questions answered</h1>")
    text = " ".join(re.sub("<[^>]*>", " ", page.content.decode()).split())
    assert "You can still submit. A question without an answer earns no points." in text
    assert "You can’t change answers after you submit." in text
    rows = [(step.place, step.answered, step.flagged) for step in page.context["steps"]]
    assert rows == [(number, number < 3, number == 2) for number in range(1, 8)]
    assert text.count(" Not answered ") == 5
    assert text.count(" Flagged ") == 1
    for number in range(1, 8):
        assertContains(page, f'<a href="{cast.address("question", 1, number)}">{number}. ', count=1)


def test_summary_of_a_full_attempt_names_no_empty_one(client, cast, attempt):
    cast.answer(attempt, **RIGHT)
    page = client.get(cast.address("attempt_summary", 1))
    assertContains(page, "<h1>7 of 7 questions answered</h1>")
    assertNotContains(page, "Not answered")
    assertNotContains(page, "still submit")


def test_submit_leads_to_the_review(client, cast, attempt):
    cast.answer(attempt, **RIGHT)
    answer = client.post(cast.address("attempt_summary", 1))
    assertRedirects(answer, cast.address("attempt_review", 1))
    assert Attempt.objects.get().passed


def test_submit_with_nothing_answered_is_allowed(client, cast, attempt):
    client.post(cast.address("attempt_summary", 1))
    assert Attempt.objects.get().score == 0


def test_submit_twice_leads_to_the_review_again(client, cast, passed):
    answer = client.post(cast.address("attempt_summary", 1))
    assertRedirects(answer, cast.address("attempt_review", 1))
    assert Attempt.objects.get().submitted_at == passed.submitted_at


def test_submit_signed_out_is_not_counted(cast, attempt):
    address = cast.address("attempt_summary", 1)
    answer = Client().post(address)
    assertRedirects(answer, f"/accounts/login/?next={address}", fetch_redirect_response=False)
    assert Attempt.objects.get().submitted_at is None


@pytest.mark.parametrize("answered", [{}, RIGHT])
def test_queries_of_the_summary(client, cast, attempt, answered):
    cast.answer(attempt, **answered)
    with assertNumQueries(4):
        client.get(cast.address("attempt_summary", 1))
