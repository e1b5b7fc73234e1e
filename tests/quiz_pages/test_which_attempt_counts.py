"""Best, last or first: one rule for every page, and the quiz as it is now decides."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from lessons import attempt_actions
from lessons.models import Attempt
from tests.authoring.conftest import make_instructor
from tests.quiz_pages.conftest import client_of, make_cast
from tests.quiz_pages.examples import RIGHT, WRONG

FIRST, BEST, LAST = {"approval": [1]}, RIGHT, WRONG  # 25%, 100% and 4%
SCORES = {"first": 25, "best": 100, "last": 4}


@pytest.fixture
def cast(db):
    return make_cast()


@pytest.mark.daily(1)
@pytest.mark.parametrize("counts", SCORES)
def test_rule_is_obeyed_on_every_page(client, cast, counts):
    for number, responses in enumerate((FIRST, BEST, LAST), 1):
        cast.submit(**responses)
        assert Attempt.objects.count() == number
    cast.revise(attempts=0, counts=counts)  # a later change changes the results
    best = Attempt.objects.best().get()
    assert best.score == SCORES[counts]
    start = client.get(cast.address("quiz"))
    assertContains(start, f"Your {counts} attempt counts.")
    assertContains(start, "This attempt counts", count=1)
    assert start.context["found"].best == best
    other = 1 if best.number != 1 else 2
    words = f"Your {counts} attempt counts: attempt {best.number}, with {best.score}%."
    assertContains(client.get(cast.address("attempt_review", other)), words)
    course = cast.quiz.course.slug
    points = {"first": "2", "best": "8", "last": "0.3"}[counts]
    for name in ("progress", "course"):
        assertContains(client.get(reverse(name, args=[course])), f"{points} of 8")
    page = client_of(make_instructor(cast.quiz.course)).get(reverse("admin:lessons_attempt_changelist"))
    counting = [row.number for row in page.context["cl"].result_list if row.best == row.pk]
    assert counting == [best.number]


@pytest.mark.parametrize("counts", SCORES)
def test_open_attempt_never_counts(client, cast, counts):
    cast.revise(counts=counts)
    cast.submit(**BEST)
    cast.start()
    assert Attempt.objects.best().get().number == 1
    assert client.get(cast.address("quiz")).context["found"].best.number == 1


def test_ties_go_to_the_earliest_of_the_best(cast):
    cast.submit(**RIGHT)
    cast.submit(**RIGHT)
    assert Attempt.objects.best().get().number == 1


# --- what is shown, and when ------------------------------------------------------------------------------------------

RIGHT_ANSWER, EXPLANATION = "git branch canary", "canary <a"


@pytest.mark.parametrize(
    ("shows", "answer", "explanation"),
    [("all", True, True), ("answers", True, False), ("explanations", False, True)],
)
def test_review_shows_what_the_quiz_shows(client, cast, shows, answer, explanation):
    cast.revise(shows=shows)
    cast.submit(**WRONG)
    page = client.get(cast.address("attempt_review", 1))
    (assertContains if answer else assertNotContains)(page, RIGHT_ANSWER)
    (assertContains if explanation else assertNotContains)(page, EXPLANATION)
    # An explanation of an option that was not chosen would tell which is right.
    (assertContains if shows == "all" else assertNotContains)(page, "one person answers for it")
    (assertContains if explanation else assertNotContains)(page, "it waits for the approval")


def test_answers_open_once_passed_but_not_during_the_next_attempt(client, cast):
    cast.revise(release="passed")
    cast.submit(**WRONG)
    review = cast.address("attempt_review", 1)
    assertContains(
        client.get(cast.address("quiz")), "once you have passed, or after you submit your last attempt."
    )
    assertNotContains(client.get(review), RIGHT_ANSWER)
    cast.submit(**RIGHT)
    assertContains(client.get(review), RIGHT_ANSWER)
    last = cast.start()
    assertNotContains(client.get(review), RIGHT_ANSWER)
    attempt_actions.submit_attempt(attempt=last)
    assertContains(client.get(review), RIGHT_ANSWER)


def test_answers_open_after_the_last_attempt_without_a_pass(client, cast):
    cast.revise(release="passed", attempts=1)
    cast.submit(**WRONG)
    assertContains(client.get(cast.address("attempt_review", 1)), RIGHT_ANSWER)
