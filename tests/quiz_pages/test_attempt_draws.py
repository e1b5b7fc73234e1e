"""An attempt asks the questions that were drawn for it, whatever happens to the quiz meanwhile."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains

from lessons import attempt_actions
from lessons.models import Attempt
from tests.quiz_pages.conftest import client_of, make_cast
from tests.quiz_pages.examples import QUESTIONS


def pooled(*keys, points=1, right="right"):
    return "".join(
        f"\n## Question {key} {{#{key} points={points} pool=deep}}\n- [x] {right}\n- [ ] wrong\n> So.\n"
        for key in keys
    )


TEN = pooled(*"abcdefghij")
RULES = {"shuffle": "true", "pools": "{deep: 4}"}
EMPTY = "\n## Something else {#else}\n= yes\n> So.\n"


@pytest.fixture
def cast(db):
    return make_cast(questions=TEN + EMPTY, attempts=0, **RULES)


def asked(client, cast, number=1):
    """Return the titles that the player shows, question by question."""
    found = []
    for place in range(1, 6):
        page = client.get(cast.address("question", number, place)).content.decode()
        found.append(re.search(r"<legend><h2>(.*?)</h2>", page)[1])
    return found


def listed(client, cast, number=1):
    """Return the titles on the summary."""
    page = client.get(cast.address("attempt_summary", number)).content.decode()
    return re.findall(r">[0-9]\. ((?:Question|Something) \w+)</a>", page)


def reviewed(page):
    return re.findall(r"</a> ((?:Question|Something) \w+)</span></h2>", page.content.decode())


def test_every_page_shows_the_same_questions_in_the_same_order(client, cast):
    attempt = cast.start()
    first = asked(client, cast)
    assert len(set(first)) == 5
    assert "Something else" in first
    assert asked(client_of(cast.learner.user), cast) == first  # as on another device
    assert listed(client, cast) == first
    assert cast.start().questions == attempt.questions
    attempt_actions.submit_attempt(attempt=attempt)
    assert reviewed(client.get(cast.address("attempt_review", 1))) == first
    staff = client_of(cast.instructor).get(cast.address("attempt_of", 1, cast.learner.pk))
    assert reviewed(staff) == first


def test_next_attempt_and_other_learners_draw_anew(cast):
    own = [tuple(cast.submit().questions) for _ in range(12)]
    assert len(set(own)) > 6
    theirs = attempt_actions.start_attempt(enrollment=cast.other, quiz=cast.quiz)
    assert set(theirs.questions) <= {*"abcdefghij", "else"}


def test_points_and_percentage_are_those_of_the_drawn_questions(client, cast):
    attempt = cast.start()
    first, second, *_ = [key for key in attempt.questions if key != "else"]
    cast.answer(attempt, **{first: [0], second: [1], "else": "yes"})
    attempt = attempt_actions.submit_attempt(attempt=attempt)
    assert (attempt.points, attempt.score) == (Decimal(2), 40)
    assertContains(client.get(cast.address("attempt_review", 1)), "2 of 5 points")
    assertContains(client.get(cast.address("quiz")), "5, worth 5 points")
    progress = client.get(reverse("progress", args=[cast.quiz.course.slug]))
    assertContains(progress, "2 of 5")


EDITS = {
    "delete questions": (pooled(*"ab") + EMPTY, {"pools": "{deep: 1}"}),
    "reorder": (EMPTY + pooled(*"jihgfedcba"), RULES),
    "other right answers": (pooled(*"abcdefghij", right="other") + EMPTY.replace("yes", "no"), RULES),
    "no pool any more": (QUESTIONS, {}),
    "other points": (pooled(*"abcdefghij", points=3) + EMPTY, RULES),
}


@pytest.mark.daily(2)
@pytest.mark.parametrize("edit", EDITS)
def test_edit_changes_neither_an_open_nor_a_submitted_attempt(client, cast, edit):
    before = cast.submit(**{"else": "yes"})
    opened = cast.start()
    first = listed(client, cast, 2)
    questions, rules = EDITS[edit]
    cast.revise(questions=questions, attempts=0, **rules)
    assert listed(client, cast, 2) == first
    cast.answer(opened, **{key: [0] for key in opened.questions if key != "else"}, **{"else": "yes"})
    opened = attempt_actions.submit_attempt(attempt=Attempt.objects.get(pk=opened.pk))
    assert (opened.points, opened.score) == (Decimal(5), 100)
    before.refresh_from_db()
    assert (before.points, before.score) == (Decimal(1), 20)
    for number in (1, 2):
        page = client.get(cast.address("attempt_review", number))
        assertContains(page, f"{before.points if number == 1 else 5:.0f} of 5 points")
    third = cast.start()
    assert third.version == cast.quiz.current != opened.version


def test_attempt_from_before_draws_were_stored_shows_all_questions(client, cast):
    cast.revise(questions=QUESTIONS)
    attempt = cast.start()
    Attempt.objects.filter(pk=attempt.pk).update(questions=None)
    page = client.get(cast.address("attempt_summary", 1))
    assertContains(page, "0 of 7 questions answered")
    assert (
        client.post(cast.address("question", 1, 7), {"answer-1": "free canary", "go": "1"}).status_code == 302
    )


def test_question_that_was_not_drawn_has_no_page(client, cast):
    cast.start()
    assert client.get(cast.address("question", 1, 6)).status_code == 404
    assert client.post(cast.address("question", 1, 6), {"answer": "x"}).status_code == 404
