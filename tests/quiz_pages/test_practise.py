import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from lessons import actions, attempt_actions
from lessons.models import Answer, Attempt
from lessons.pages.practise import layout_of
from tests.factories import make_lesson, make_quiz
from tests.quiz_pages.conftest import client_of
from tests.quiz_pages.examples import CANARY, COUNT, RIGHT, WRONG, quiz_source


def listed(client, cast) -> list[str]:
    page = client.get(cast.address("practise_quiz"))
    return [missed.question.key for missed, _, _ in page.context["rows"]]


def at(cast, key: str) -> str:
    return reverse("practise_question", args=[cast.quiz.course.slug, cast.quiz.slug, key])


def give(client, address: str, enrollment: int, response) -> object:
    """Open the question, and post the form with this response, as it was laid out."""
    page = client.get(address)
    assert page.status_code == 200
    seed = re.search('name="seed" value="([0-9a-f]+)"', page.content.decode())[1]
    missed = client.get(address.replace(address.split("/practise/")[1], "")).context["rows"]
    this = next(each for each, _, url in missed if url == address)
    layout = layout_of(this, enrollment, seed)
    return client.post(address, {"seed": seed, **this.question.form_fields(layout, response)})


def test_questions_without_full_credit_are_listed(client, cast):
    cast.submit(**{**RIGHT, "approval": [0], "hours": None, "phases": [2, 1, 3]})
    assert listed(client, cast) == ["approval", "phases", "hours"]
    assertContains(client.get(cast.address("attempt_review", 1)), cast.address("practise_quiz"))
    assertContains(client.get(cast.address("practise_quiz")), "Back to Quiz: Branches</a>")


def test_the_latest_answer_decides(client, cast):
    cast.submit(**WRONG)
    assert len(listed(client, cast)) == COUNT
    cast.submit(**{**RIGHT, "branch": "git log"})
    assert listed(client, cast) == ["branch"]
    cast.submit(**RIGHT)
    assertContains(client.get(cast.address("practise_quiz")), "Nothing to practise")


def test_feedback_is_immediate_for_each_kind(client, cast):
    cast.submit(**WRONG)
    for key in RIGHT:
        right = give(client, at(cast, key), cast.learner.pk, RIGHT[key])
        assertContains(right, "Correct – ")
        assertContains(right, CANARY)
        assertNotContains(right, "points")
    for key, words in {"approval": "Incorrect – ", "phases": "Partly correct – "}.items():
        assertContains(give(client, at(cast, key), cast.learner.pk, WRONG[key]), words)


def test_page_does_not_show_the_answer_before_it_is_given(client, cast):
    cast.submit(**WRONG)
    for key in RIGHT:
        assertNotContains(client.get(at(cast, key)), CANARY)


def test_nothing_is_stored_and_no_attempt_is_used(client, cast):
    cast.submit(**WRONG)
    before = (Attempt.objects.count(), list(Answer.objects.order_by("pk").values()))
    give(client, at(cast, "approval"), cast.learner.pk, RIGHT["approval"])
    assert (Attempt.objects.count(), list(Answer.objects.order_by("pk").values())) == before
    assert listed(client, cast)[0] == "approval"


@pytest.mark.daily(1)
@pytest.mark.parametrize(("release", "attempts"), [("never", 3), ("deadline", 2)])
def test_unreleased_quiz_reveals_nothing(client, cast, release, attempts):
    cast.revise(release=release, attempts=attempts)
    cast.submit(**WRONG)
    assertContains(client.get(cast.address("practise_quiz")), "Nothing to practise")
    assert client.get(at(cast, "approval")).status_code == 404
    assert client.post(at(cast, "approval"), {"answer": "x"}).status_code == 404
    assertNotContains(client.get(cast.address("attempt_review", 1)), "Practise missed questions")
    assertContains(client.get(of_course(cast)), "Nothing to practise")


@pytest.mark.parametrize(("shows", "may"), [("all", True), ("answers", True), ("explanations", False)])
def test_what_the_quiz_shows_decides(client, cast, shows, may):
    cast.quiz.source = quiz_source().replace("release: now", f"release: now\nshows: {shows}")
    actions.save_quiz(quiz=cast.quiz)
    cast.submit(**WRONG)
    assert len(listed(client, cast)) == (COUNT if may else 0)
    assert (
        cast.address("practise_quiz") in client.get(cast.address("attempt_review", 1)).content.decode()
    ) == may
    if may:
        page = give(client, at(cast, "approval"), cast.learner.pk, RIGHT["approval"])
        assert (CANARY in page.content.decode()) == (shows == "all")


def test_deadline_opens_practice_after_the_last_attempt(client, cast):
    cast.revise(release="deadline", attempts=1)
    cast.submit(**WRONG)
    assert len(listed(client, cast)) == COUNT


def test_attempt_in_progress_reveals_nothing_new(client, cast):
    cast.answer(cast.start(), **WRONG)
    assert client.get(at(cast, "approval")).status_code == 404
    assertContains(client.get(cast.address("practise_quiz")), "Nothing to practise")


def test_question_is_practised_as_it_was_seen_unless_it_was_taken_out(client, cast):
    cast.submit(**WRONG)
    source = quiz_source().replace("Who approves a *release*?", "Who says yes?")
    cast.quiz.source = source.split("## Git is a ___")[0]
    actions.save_quiz(quiz=cast.quiz)
    assert "cloze" not in listed(client, cast)
    assertContains(client.get(at(cast, "approval")), "Who approves a <em>release</em>?")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Choose or type an answer first."),
        ({"answer": "two"}, "2"),
        ({"answer": "\x00"}, "Choose or type"),
    ],
)
def test_unreadable_answer_says_what_to_do(client, cast, fields, words):
    cast.submit(**WRONG)
    page = client.post(at(cast, "hours"), {"seed": "ab", **fields})
    assertContains(page, words, status_code=422)
    assertContains(page, "Error: ", status_code=422)


def of_course(cast) -> str:
    return reverse("practise_course", args=[cast.quiz.course.slug])


def test_whole_course(client, cast):
    cast.submit(**{**RIGHT, "branch": "git log"})
    other = make_quiz(quiz_source().replace("Branches", "Second"), make_lesson(cast.quiz.lesson.session))
    attempt = attempt_actions.start_attempt(enrollment=cast.learner, quiz=other)
    attempt_actions.submit_attempt(attempt=attempt)
    page = client.get(of_course(cast))
    rows = page.context["rows"]
    assert [each.quiz.title for each, _, _ in rows] == ["Branches"] + ["Second"] * COUNT
    assertContains(
        client.get(rows[0][2]), f"{rows[1][2]}".replace("&", "&amp;")
    )  # Skip goes on in the course
    assertContains(client.get(reverse("progress", args=[cast.quiz.course.slug])), of_course(cast))


@pytest.mark.parametrize(("release", "attempts"), [("now", 3), ("deadline", 1)])
def test_number_of_queries_does_not_grow(client, cast, release, attempts):
    counts = []
    for _ in range(2):
        quiz = make_quiz(
            quiz_source(release=release, attempts=attempts), make_lesson(cast.quiz.lesson.session)
        )
        attempt_actions.submit_attempt(
            attempt=attempt_actions.start_attempt(enrollment=cast.learner, quiz=quiz)
        )
        with CaptureQueriesContext(connection) as captured:
            client.get(of_course(cast))
        assert not any("staff_html" in query["sql"] for query in captured)
        counts.append(len(captured))
    assert counts == [6, 6]


def test_own_attempts_only(cast):
    cast.submit(**WRONG)
    assertContains(client_of(cast.other.user).get(cast.address("practise_quiz")), "Nothing to practise")
    assert client_of(cast.other.user).get(at(cast, "approval")).status_code == 404
    for stranger in (cast.outsider, cast.instructor):
        assert client_of(stranger).get(cast.address("practise_quiz")).status_code == 404
        assert client_of(stranger).get(of_course(cast)).status_code == 404
