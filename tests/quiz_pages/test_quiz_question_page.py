import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertNumQueries, assertRedirects

from lessons import actions, attempt_actions
from lessons.models import Answer
from lessons.quizzes import QuizSyntaxError
from tests.factories import make_learner, make_lesson, make_quiz
from tests.quiz_pages.conftest import client_of
from tests.quiz_pages.examples import COUNT, RIGHT, WRONG, posted, quiz_source

PLACES = {key: place for place, key in enumerate(RIGHT, 1)}


@pytest.fixture
def attempt(cast):
    return cast.start()


def fields(html: str) -> dict[str, list[str]]:
    """Return the fields that a browser would post for the answer."""
    chosen = re.findall(r'<input type="(?:radio|checkbox)" name="(answer)" value="(\w+)" checked', html)
    texts = re.findall(r'<input type="text" name="(answer[-\d]*)" [^>]*value="([^"]+)"', html)
    selects = [
        (name, value or text)
        for name, inside in re.findall(r'<select name="(answer-\w+)".*?>(.*?)</select>', html, re.DOTALL)
        for value, text in re.findall(r'<option(?: value="(\w+)")? selected>([^<]*)', inside)
    ]
    found: dict[str, list[str]] = {}
    for name, value in [*chosen, *texts, *selects]:
        found.setdefault(name, []).append(value)
    return found


@pytest.mark.daily(3)
@pytest.mark.parametrize("key", RIGHT)
def test_answer_of_each_kind_is_saved_and_shown_again(client, cast, attempt, key):
    address = cast.address("question", 1, PLACES[key])
    data = posted(attempt, key, WRONG)
    client.post(address, {**data, "go": "summary"})
    assert Answer.objects.get().response == WRONG[key]
    shown = fields(client.get(address).content.decode())
    assert {name: set(values) for name, values in shown.items()} == {k: set(v) for k, v in data.items()}


@pytest.mark.daily(3)
@pytest.mark.parametrize("key", RIGHT)
def test_question_without_an_answer_shows_none(client, cast, attempt, key):
    page = client.get(cast.address("question", 1, PLACES[key]))
    assert fields(page.content.decode()) == {}
    assertContains(page, "Not answered yet")


def test_answer_can_be_cleared(client, cast, attempt):
    cast.answer(attempt, vcs=[0])
    client.post(cast.address("question", 1, 2), {"go": "3"})
    assert Answer.objects.get().response is None


def test_reload_keeps_the_order_of_options(client, cast, attempt):
    first, second = (client.get(cast.address("question", 1, 1)).content.decode() for _ in range(2))
    order = re.findall(r'name="answer" value="(\w+)"', first)
    assert (
        order
        == re.findall(r'name="answer" value="(\w+)"', second)
        == sorted(attempt.layout["approval"]["options"])
    )


def test_question_is_rendered_as_markdown(client, cast, attempt):
    page = client.get(cast.address("question", 1, 1))
    assertContains(page, "<h2>Who approves a <em>release</em>?</h2>")
    assertContains(page, "<code>main</code>")
    assertContains(
        client.get(cast.address("question", 1, 2)), "<p>They keep <strong>all</strong> history:</p>"
    )


def test_blanks_of_a_cloze_are_numbered(client, cast, attempt):
    page = client.get(cast.address("question", 1, PLACES["cloze"])).content.decode()
    assert re.findall(r"blank </span>(\d)</span>", page) == ["1", "2"]
    assert '<label for="answer-2">Blank 2</label>' in page


def test_choices_of_a_matching_are_words_alone(client, cast, attempt):
    page = client.get(cast.address("question", 1, PLACES["roles"]))
    assertContains(page, ">prepares data</option>", count=2)


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("place", "go", "name", "numbers"),
    [
        (1, "2", "question", [1, 2]),
        (2, "1", "question", [1, 1]),
        (COUNT, "summary", "attempt_summary", [1]),
        (1, str(COUNT + 1), "attempt_summary", [1]),
        (1, "0", "attempt_summary", [1]),
        (1, "9" * 5000, "attempt_summary", [1]),
        (1, "//evil.example", "attempt_summary", [1]),
    ],
)
def test_button_leads_on(client, cast, attempt, place, go, name, numbers):
    answer = client.post(cast.address("question", 1, place), {"go": go})
    assertRedirects(answer, cast.address(name, *numbers), fetch_redirect_response=False)


def test_save_by_the_script_answers_with_the_time(client, cast, attempt, time_machine):
    time_machine.move_to("2026-08-29 15:44:00+00:00", tick=False)
    answer = client.post(cast.address("question", 1, 1), posted(attempt, "approval"))
    assert (answer.status_code, answer.content.decode()) == (200, "Saved at 21:14")  # in Kolkata
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assertContains(client.get(cast.address("question", 1, 1)), "Saved at 21:14")


def test_flagged_question_is_marked(client, cast, attempt):
    client.post(cast.address("question", 1, 1), {"flagged": "on", "go": "2"})
    assert Answer.objects.get().flagged
    page = client.get(cast.address("question", 1, 1))
    assertContains(page, 'name="flagged" checked')
    assertContains(page, '<span class="vh">, flagged</span>', count=1)


def test_answered_questions_carry_a_tick(client, cast, attempt):
    cast.answer(attempt, approval=[0], phases=[1, 2, 3], cloze=None)
    page = client.get(cast.address("question", 1, 2))
    assertContains(page, '<span class="vh">, answered</span>', count=2)


def test_form_without_fields_of_ours_changes_nothing_else(client, cast, attempt):
    client.post(cast.address("question", 1, 1), {"credit": "1", "score": "100", "answer": "made-up"})
    saved = Answer.objects.get()
    assert (saved.response, saved.credit) == (None, None)


def test_resume_opens_the_first_empty_question(client, cast, attempt):
    cast.answer(attempt, approval=[0], vcs=[1], phases=None)
    answer = client.get(cast.address("attempt", 1))
    assertRedirects(answer, cast.address("question", 1, 3), fetch_redirect_response=False)


def test_resume_with_all_answered_opens_the_summary(client, cast, attempt):
    cast.answer(attempt, **RIGHT)
    answer = client.get(cast.address("attempt", 1))
    assertRedirects(answer, cast.address("attempt_summary", 1), fetch_redirect_response=False)


@pytest.mark.parametrize("name", ["attempt", "question", "attempt_summary"])
def test_submitted_attempt_opens_its_review(client, cast, passed, name):
    """W27."""
    answer = client.get(cast.address(name, 1, *([1] if name == "question" else [])))
    assertRedirects(answer, cast.address("attempt_review", 1), fetch_redirect_response=False)


def test_save_into_a_submitted_attempt_shows_what_counts(client, cast, passed):
    """W27."""
    saved = client.post(cast.address("question", 1, 1))
    assertContains(saved, "This answer wasn’t saved. You submitted this attempt at ", status_code=409)
    page = client.post(cast.address("question", 1, 1), {"go": "2"})
    assertContains(page, "This answer wasn’t saved.", status_code=409)
    assertContains(page, "The answers below are the ones that count.", status_code=409)
    assertContains(page, "The product owner", status_code=409)
    assert Answer.objects.filter(attempt=passed, response=None).count() == 0


def test_save_signed_out_says_so(cast, attempt):
    address = cast.address("question", 1, 1)
    page = Client().post(address, posted(attempt, "approval"))
    assertContains(page, "This answer wasn’t saved.", status_code=403)
    assertContains(page, f"/accounts/login/?next={address}", status_code=403)
    assert not Answer.objects.exists()


def test_save_without_a_csrf_token_is_refused(cast, attempt):
    """W28."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.learner.user)
    assert browser.post(cast.address("question", 1, 1), posted(attempt, "approval")).status_code == 403
    assert not Answer.objects.exists()


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    "path", ["1/0/", "1/8/", "2/1/", "99999999999999999999/1/", "1/99999999999999999999/"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_question_that_does_not_exist_is_404(client, cast, attempt, path, method):
    assert getattr(client, method)(cast.address("quiz") + path).status_code == 404


@pytest.mark.daily(6)
@pytest.mark.parametrize("who", ["other", "instructor", "outsider"])
@pytest.mark.parametrize(
    ("name", "numbers", "method"),
    [
        ("attempt", [1], "get"),
        ("question", [1, 1], "get"),
        ("question", [1, 1], "post"),
        ("attempt_summary", [1], "get"),
        ("attempt_summary", [1], "post"),
        ("attempt_review", [1], "get"),
    ],
)
def test_attempt_of_another_is_404(cast, attempt, who, name, numbers, method):
    """W19."""
    person = getattr(cast, who)
    browser = client_of(person.user if who == "other" else person)
    assert getattr(browser, method)(cast.address(name, *numbers)).status_code == 404
    attempt.refresh_from_db()
    assert attempt.submitted_at is None


@pytest.mark.parametrize(
    ("name", "numbers"), [("attempt", [1]), ("question", [1, 1]), ("attempt_summary", [1])]
)
def test_anonymous_visitor_is_asked_to_sign_in(cast, attempt, name, numbers):
    address = cast.address(name, *numbers)
    assertRedirects(Client().get(address), f"/accounts/login/?next={address}", fetch_redirect_response=False)


@pytest.mark.parametrize("answered", [{}, RIGHT])
def test_queries_of_a_question(client, cast, attempt, answered):
    cast.answer(attempt, **answered)
    with assertNumQueries(4):
        client.get(cast.address("question", 1, 4))


def test_queries_of_a_save(client, cast, attempt):
    cast.answer(attempt, **RIGHT)
    with assertNumQueries(7):
        client.post(cast.address("question", 1, 1), posted(attempt, "approval"))


def test_page_may_not_be_cached_by_others(client, cast, attempt):
    page = client.get(cast.address("question", 1, 1))
    assert "private" in page["Cache-Control"]
    assertNotContains(page, "<script>")


@pytest.mark.django_db
def test_quiz_that_was_stored_before_a_limit_can_still_be_taken_and_read(monkeypatch):
    """A new limit refuses new texts but does not break quizzes already in use."""
    rows = "".join(f"| left {number} | right {number} |\n" for number in range(51))
    source = f"{quiz_source().split('## ')[0]}## Match {{#m}}\n| A | B |\n|---|---|\n{rows}> So.\n"
    with monkeypatch.context() as before:
        before.setattr("lessons.quizzes.checks.MAX_ENTRIES", 51)
        quiz = make_quiz(source, make_lesson())
    with pytest.raises(QuizSyntaxError, match="This question has 51 pairs"):
        actions.save_quiz(quiz=quiz)
    learner = make_learner(quiz.course)
    attempt = attempt_actions.start_attempt(enrollment=learner, quiz=quiz)
    client = client_of(learner.user)
    pages = [reverse("question", args=[quiz.course.slug, quiz.slug, attempt.number, 1])]
    assert [client.get(page).status_code for page in pages] == [200]
    attempt_actions.submit_attempt(attempt=attempt)
    pages = [reverse("attempt_review", args=[quiz.course.slug, quiz.slug, attempt.number])]
    assert [client.get(page).status_code for page in pages] == [200]
