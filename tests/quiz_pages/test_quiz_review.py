import re

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertNumQueries, assertRedirects

from lessons import actions
from tests.quiz_pages.examples import CANARY, RIGHT, WRONG


def review(client, cast, number=1, show=""):
    return client.get(cast.address("attempt_review", number), {"show": show} if show else {})


def test_review_of_a_passed_attempt(client, cast, passed):
    page = review(client, cast)
    for words in ("Passed", "<b>100%</b>, 8 of 8 points. The pass mark is 70%.", "2 attempts left."):
        assertContains(page, words)


def test_review_of_an_attempt_below_the_pass_mark(client, cast):
    cast.submit(**WRONG)
    page = review(client, cast)
    assertContains(page, "Needs work")
    assertContains(page, "<b>4%</b>, 0.3 of 8 points.")


def test_review_names_the_attempt_that_counts(client, cast, passed):
    cast.submit(**WRONG)
    assertContains(review(client, cast, 2), "Your best attempt counts: attempt 1, with 100%.")


def test_each_question_shows_its_credit(client, cast):
    cast.submit(**{**WRONG, "approval": [1], "branch": None})
    items = {item.key: item for item in review(client, cast).context["items"]}
    words = {key: item.status[1] for key, item in items.items()}
    assert words == {
        "approval": "Correct",
        "vcs": "Incorrect",
        "phases": "Partly correct",
        "roles": "Incorrect",
        "branch": "Not answered",
        "hours": "Incorrect",
        "cloze": "Incorrect",
    }
    assertContains(review(client, cast), "Partly correct, 0.3 of 1 point")


def test_released_review_shows_right_answers_and_explanations(client, cast):
    cast.submit(**WRONG)
    page = review(client, cast)
    for words in (
        "canary: one person answers for it.",
        "git branch canary",
        "765123 ± 0.5",
        "free canary or open-source canary",
        "1. Requirements",
        "Data engineer → prepares <code>data</code>",
    ):
        assertContains(page, words)
    assertContains(page, "Correct answer</span>", count=3)
    assertContains(page, f"/courses/{cast.quiz.course.slug}/releases/#approval")


def test_given_answers_are_shown_as_given(client, cast):
    cast.submit(**{**WRONG, "branch": "<b>git</b>"})
    page = review(client, cast)
    assertContains(page, "<dd>&lt;b&gt;git&lt;/b&gt;</dd>")
    assertContains(page, "<dd>1. Design</dd>")
    assertContains(page, "Your answer</span>", count=3)


def test_review_under_never_shows_only_what_was_given(client, cast):
    """W24."""
    cast.revise(release="never")
    cast.submit(**WRONG)
    page = review(client, cast)
    assertContains(page, "This quiz doesn’t show correct answers or explanations.")
    assertContains(page, "<dd>git log</dd>")
    for words in (CANARY, "765123", "Correct answer<"):
        assertNotContains(page, words)


def test_review_under_deadline_waits_for_the_last_attempt(client, cast):
    """W24."""
    cast.revise(release="deadline", attempts=2)
    cast.submit(**WRONG)
    assertNotContains(review(client, cast), CANARY)
    cast.start()
    assertNotContains(review(client, cast), CANARY)
    cast.submit()
    assertContains(review(client, cast), CANARY)


def test_review_under_deadline_without_limit_shows_nothing(client, cast):
    cast.revise(release="deadline", attempts=0)
    cast.submit(**WRONG)
    page = review(client, cast)
    assertContains(page, "doesn’t show correct answers or explanations.")
    assertNotContains(page, CANARY)


def test_author_who_closes_the_answers_closes_those_of_old_attempts(client, cast):
    cast.submit(**WRONG)
    cast.revise(release="never")
    assertNotContains(review(client, cast), CANARY)


@pytest.mark.parametrize(
    ("show", "keys"),
    [
        ("all", list(RIGHT)),
        ("nonsense", list(RIGHT)),
        ("missed", ["vcs", "roles"]),
        ("flagged", ["phases", "roles"]),
    ],
)
def test_filter_keeps_places_and_keys(client, cast, show, keys):
    answers = {**RIGHT, "vcs": [0], "roles": None}
    cast.submit(("phases", "roles"), **answers)
    items = review(client, cast, show=show).context["items"]
    assert [(item.key, item.place) for item in items] == [
        (key, place) for place, key in enumerate(RIGHT, 1) if key in keys
    ]
    page = review(client, cast, show=show)
    assert all(f'id="q-{key}"' in page.content.decode() for key in keys)


@pytest.mark.parametrize(
    ("show", "words"),
    [("missed", "You didn’t miss any questions."), ("flagged", "You didn’t flag any questions.")],
)
def test_filter_that_leaves_nothing_says_so(client, cast, passed, show, words):
    assertContains(review(client, cast, show=show), words)


def test_review_with_no_attempts_left_offers_none(client, cast):
    cast.revise(attempts=1)
    cast.submit()
    page = review(client, cast)
    assertContains(page, "You have no attempts left.")
    assertNotContains(page, "Take the quiz again")


def test_review_with_an_open_attempt_continues_it(client, cast, passed):
    cast.start()
    page = review(client, cast)
    assertContains(page, f'<a class="btn main" href="{cast.address("attempt", 2)}">Continue attempt 2')
    assertContains(page, "btn main", count=1)


def test_review_of_an_open_attempt_leads_back_to_it(client, cast):
    """W27."""
    cast.start()
    assertRedirects(review(client, cast), cast.address("attempt", 1), fetch_redirect_response=False)


def test_review_is_not_stored_by_browsers(client, cast, passed):
    assert "no-store" in review(client, cast)["Cache-Control"]


def test_anonymous_visitor_is_asked_to_sign_in(cast, passed):
    address = cast.address("attempt_review", 1)
    assertRedirects(Client().get(address), f"/accounts/login/?next={address}", fetch_redirect_response=False)


@pytest.mark.parametrize("attempts", [1, 12])
def test_queries_of_the_review(client, cast, attempts):
    cast.revise(attempts=0)
    for _ in range(attempts):
        cast.submit(**RIGHT)
    with assertNumQueries(9):
        review(client, cast)


def test_each_row_of_an_answer_says_whether_it_is_right(client, cast):
    """For kinds with partial credit: ordering, matching, cloze."""
    cast.submit(**{**RIGHT, "phases": [1, 3, 2], "roles": [0, 0], "cloze": ["open-source canary", "central"]})
    text = " ".join(re.sub("<[^>]*>", " ", review(client, cast).content.decode()).split())
    for rows in (
        "1. Requirements Correct 2. Code Incorrect 3. Design Incorrect",
        "Data engineer → prepares data Correct ML engineer → prepares data Incorrect",
        "open-source canary Correct central Incorrect",
    ):
        assert f"Your answer {rows} Correct answer" in text
    cast.revise(release="never", attempts=0)
    assert "Incorrect</span></dd>" not in review(client, cast).content.decode()


TYPED = """---
title: Hints
pass_mark: 70
attempts: {attempts}
release: {release}
---

## Which command lists the branches? {{#branch}}
= git branch
!= git checkout
  > canary: it **switches** branches.
> They are listed.
"""


@pytest.mark.parametrize("release", ["now", "deadline", "never"])
def test_the_explanation_of_a_typed_answer_is_shown_when_the_quiz_releases_it(cast, client, release):
    cast.quiz.source = TYPED.format(release=release, attempts=2)
    actions.save_quiz(quiz=cast.quiz)
    cast.quiz.refresh_from_db()
    cast.submit(branch="Git checkout")
    page = client.get(cast.address("attempt_review", 1)).content.decode()
    assert ("canary: it <strong>switches</strong> branches." in page) == (release == "now")
    cast.submit(branch="git branch")
    page = client.get(cast.address("attempt_review", 2)).content.decode()
    assert "canary" not in page
