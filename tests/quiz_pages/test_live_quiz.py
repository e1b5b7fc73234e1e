import re
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from lessons import deleting, live_actions, live_queries
from lessons.models import Attempt, LiveAnswer, LiveQuiz
from tests.factories import make_cohort, make_enrollment, make_quiz, make_staff, make_user
from tests.quiz_pages.conftest import client_of
from tests.quiz_pages.examples import CANARY, quiz_source

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def no_counts():
    caches["searches"].clear()


@pytest.fixture
def instructor(cast):
    cast.instructor.is_staff = True
    cast.instructor.save()
    return client_of(cast.instructor)


@pytest.fixture
def live(cast) -> LiveQuiz:
    return live_actions.start_live_quiz(quiz=cast.quiz, cohort=cast.learner.cohort, by=cast.instructor)


def at(live: LiveQuiz, name: str = "live") -> str:
    return reverse(name, args=[live.course.slug, live.pk])


def act(client, live, action: str, key: str = ""):
    response = client.post(at(live, "live_run"), {"action": action, "key": key}, follow=True)
    live.refresh_from_db()
    return response


def form(live, key: str, *places: int, typed: str = "") -> dict:
    """The fields that choose the options at these places of the source."""
    layout = live.questions.get(key=key).layout
    return {"key": key, "answer": typed or [layout["options"][place] for place in places]}


def answer(client, live, key: str, *places: int, typed: str = "", **more):
    return client.post(at(live), form(live, key, *places, typed=typed), **more)


def seen(live) -> str:
    live.refresh_from_db()
    return f"{live.state}.{live.changes}"


def poll(client, live, v: str, name: str = "live_poll"):
    return client.get(at(live, name), {"v": v}, headers=HTMX)


def counts(page) -> list[int]:
    return [bar.count for bar in page.context["chart"].bars]


# --- staff ----------------------------------------------------------------------------------------------------------


def test_instructor_starts_for_a_cohort_and_asks_what_can_be_asked(cast, instructor):
    page = instructor.get(cast.address("live_setup"))
    assert [(each.key, each.can_ask) for each in page.context["listed"]] == [
        ("approval", True), ("vcs", True), ("phases", False), ("roles", False),
        ("branch", True), ("hours", True), ("cloze", False),
    ]  # fmt: skip
    assertContains(page, "Cannot be asked live", count=3)
    assertContains(page, cast.quiz.course.title)
    response = instructor.post(cast.address("live_setup"), {"cohort": cast.learner.cohort_id})
    live = LiveQuiz.objects.get()
    assertRedirects(response, at(live, "live_run"))
    assert (live.cohort, live.started_by) == (cast.learner.cohort, cast.instructor)
    assertContains(act(instructor, live, "open", "phases"), "This question cannot be asked live.")
    assert live.current is None


def test_quiz_without_askable_questions_says_so(cast, instructor):
    only = quiz_source(questions="\n## Order. {#order}\n1. One\n2. Two\n> Why.\n")
    quiz = make_quiz(only)
    make_staff(quiz.course, cast.instructor)
    page = instructor.get(reverse("live_setup", args=[quiz.course.slug, quiz.slug]))
    assertContains(page, "No question of this quiz can be asked live.")


def test_second_instructor_joins_the_running_one(cast, instructor, live):
    second = make_staff(cast.quiz.course, make_user(is_staff=True))
    response = client_of(second).post(cast.address("live_setup"), {"cohort": live.cohort_id})
    assertRedirects(response, at(live, "live_run"))
    act(instructor, live, "open", "approval")
    act(client_of(second), live, "close")
    state = live.state
    act(instructor, live, "close")  # pressed at the same time
    assert (live.state, live.current.closed_at is None) == (state, False)
    changed = poll(instructor, live, "1.0", "live_run_poll")
    assertContains(changed, 'hx-swap-oob="outerHTML"', count=2)
    assertContains(changed, "Show the correct answer")


@pytest.mark.parametrize("cohort", ["0", "x", "9" * 30])
def test_unknown_cohort_is_refused(cast, instructor, cohort):
    assert instructor.post(cast.address("live_setup"), {"cohort": cohort}).status_code == 404
    foreign = make_cohort()
    assert instructor.post(cast.address("live_setup"), {"cohort": foreign.pk}).status_code == 404


def test_nothing_shows_what_is_right_before_it_is_revealed(cast, instructor, client, live):
    """Staff share their screen."""
    act(instructor, live, "open", "approval")
    answer(client, live, "approval", 1)
    act(instructor, live, "show")
    for page in (instructor.get(at(live, "live_run")), client.get(at(live))):
        assertNotContains(page, "Correct</span>")
        assertNotContains(page, CANARY)
    act(instructor, live, "close")
    assertNotContains(client.get(at(live)), CANARY)
    act(instructor, live, "reveal")
    assertContains(instructor.get(at(live, "live_run")), "Correct</span>", count=1)
    assertContains(client.get(at(live)), "canary: one person answers for it.")


def test_results_stay_after_the_end(cast, instructor, client, live):
    act(instructor, live, "open", "approval")
    answer(client, live, "approval", 1)
    act(instructor, live, "open", "branch")
    answer(client, live, "branch", typed="git branch")
    page = act(instructor, live, "end")
    assert [(each.key, [bar.count for bar in chart.bars]) for each, chart in page.context["results"]] == [
        ("approval", sorted_by_view(live)),
        ("branch", [1]),
    ]
    assertContains(page, "Correct</span>", count=1)
    assertContains(instructor.get(cast.address("live_setup")), "2 questions")
    assertContains(act(instructor, live, "open", "hours"), "This live quiz has ended.")
    assert answer(client, live, "branch", typed="git log", follow=True).status_code == 200
    assert LiveAnswer.objects.filter(response="git log").count() == 0


def sorted_by_view(live) -> list[int]:
    tokens = live.questions.get(key="approval").layout["options"]
    return [int(token == tokens[1]) for token in sorted(tokens)]


def test_it_ends_by_itself(cast, instructor, client, live):
    act(instructor, live, "open", "approval")
    LiveQuiz.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assertContains(client.get(at(live)), "This live quiz ended on")
    assertContains(poll(client, live, "1.0"), "The live quiz has ended.")
    assertNotContains(poll(client, live, "1.0"), "hx-get")
    assert answer(client, live, "approval", 1).status_code == 302
    assert not LiveAnswer.objects.exists()
    again = live_actions.start_live_quiz(quiz=cast.quiz, cohort=live.cohort, by=cast.instructor)
    assert again.pk != live.pk


def test_deleted_quiz_is_live_nowhere(cast, instructor, client, live):
    deleting.delete(row=cast.quiz, by=cast.instructor)
    for name, who in (("live", client), ("live_poll", client), ("live_run", instructor)):
        assert who.get(at(live, name)).status_code == 404
    assertNotContains(client.get("/"), "Live now")


def test_poll_of_staff_costs_few_queries(cast, instructor, live):
    act(instructor, live, "open", "approval")
    shown = seen(live)
    assert live.course.slug
    with CaptureQueriesContext(connection) as captured:
        assert poll(instructor, live, shown, "live_run_poll").status_code == 204
    assert len(captured) == 3


# --- learners -------------------------------------------------------------------------------------------------------


def test_learner_answers_changes_and_returns(cast, instructor, client, live):
    assertContains(client.get(at(live)), "The first question appears here")
    act(instructor, live, "open", "approval")
    page = client.get(at(live))
    assertContains(page, "Who approves a <em>release</em>?")
    assertContains(page, "Answers don’t count towards the grade.")
    assertContains(answer(client, live, "approval", 0, follow=True), "Saved at")
    assertContains(
        answer(client, live, "approval", 1, headers=HTMX), "Saved at", count=2
    )  # and for screen readers
    assert [row.response for row in LiveAnswer.objects.all()] == [[1]]
    back = client_of(cast.learner.user).get(at(live))
    token = live.questions.get().layout["options"][1]
    assertContains(back, f'value="{token}" checked')
    act(instructor, live, "close")
    late = answer(client, live, "approval", 0, headers=HTMX)
    assert (late.status_code, [row.response for row in LiveAnswer.objects.all()]) == (422, [[1]])
    assertContains(late, "Not saved: the question is closed.", status_code=422, count=2)


def test_nothing_counts(cast, instructor, client, live):
    act(instructor, live, "open", "approval")
    answer(client, live, "approval", 1)
    assert not Attempt.objects.exists()
    assertContains(client.get(cast.address("quiz")), "0 of 3 used, 3 left")
    assertContains(client.get(reverse("progress", args=[cast.quiz.course.slug])), "0 of 100 points")


def test_unreadable_answers_say_what_to_type(cast, instructor, client, live):
    act(instructor, live, "open", "hours")
    page = answer(client, live, "hours", typed="two")
    assertContains(page, "Not saved.", status_code=422)
    assertContains(page, 'value="two"', status_code=422)
    assertContains(answer(client, live, "hours", typed="two", headers=HTMX), "Not saved.", status_code=422)
    empty = client.post(at(live), {"key": "hours"}, headers=HTMX)
    assertContains(empty, "Not saved: choose or type an answer first.", status_code=422)
    assert not LiveAnswer.objects.exists()


def test_answer_to_the_question_before_is_not_taken_for_the_next(cast, instructor, client, live):
    act(instructor, live, "open", "approval")
    fields = form(live, "approval", 1)
    act(instructor, live, "open", "vcs")
    assert client.post(at(live), fields, headers=HTMX).status_code == 422
    assert not LiveAnswer.objects.exists()


def test_chart_grows_for_staff_and_for_learners_once_it_is_shown(cast, instructor, client, live):
    other = make_enrollment(cohort=live.cohort)
    act(instructor, live, "open", "branch")
    before = seen(live)
    answer(client, live, "branch", typed="git branch")
    answer(client_of(other.user), live, "branch", typed="Git  branch")
    grown = poll(instructor, live, before, "live_run_poll")
    assert [bar.count for bar in grown.context["chart"].bars] == [2]
    assertNotContains(grown, "stage")  # the question and its buttons stay as they are
    assertContains(poll(client, live, before), "answered")
    assertNotContains(poll(client, live, before), "Git  branch")
    act(instructor, live, "show")
    assertContains(poll(client, live, before), "ranch</b>")
    act(instructor, live, "hide")
    assertNotContains(poll(client, live, before), "ranch</b>")


def test_what_learners_type_is_text(cast, instructor, client, live):
    act(instructor, live, "open", "branch")
    answer(client, live, "branch", typed="<script>alert(1)</script>")
    act(instructor, live, "show")
    for page in (instructor.get(at(live, "live_run")), client.get(at(live))):
        assertContains(page, "&lt;script&gt;alert(1)")
        assertNotContains(page, "<script>alert")


def test_poll_without_changes_is_empty_and_costs_three_queries(cast, instructor, client, live):
    act(instructor, live, "open", "approval")
    client.get(at(live))  # notes that the learner is here
    shown = seen(live)
    assert live.course.slug  # read before the queries are counted
    with CaptureQueriesContext(connection) as captured:
        assert poll(client, live, shown).status_code == 204
    assert len(captured) == 3  # the session, the user, the live quiz


def test_changed_count_is_rendered_once_for_all(cast, instructor, client, live):
    act(instructor, live, "open", "approval")
    before = seen(live)
    answer(client, live, "approval", 1)
    poll(client, live, before)
    with CaptureQueriesContext(connection) as captured:
        assertContains(poll(client, live, before), '<b class="num">1</b> answered')
    assert len(captured) == 3


@pytest.mark.parametrize("count", [1, 20])
def test_queries_do_not_grow_with_answers(cast, instructor, live, count):
    act(instructor, live, "open", "approval")
    for _ in range(count):
        learner = make_enrollment(cohort=live.cohort)
        live_actions.save_live_answer(live=live, key="approval", enrollment=learner, response=[1])
    with CaptureQueriesContext(connection) as captured:
        page = instructor.get(at(live, "live_run"))
    assert (len(captured), page.context["answered"]) == (9, count)


def test_too_many_polls_and_answers_are_refused(cast, instructor, client, live, monkeypatch):
    monkeypatch.setattr("lessons.pages.views.live.MAX_POLLS", 2)
    monkeypatch.setattr("lessons.pages.views.live.MAX_ANSWERS", 1)
    statuses = {poll(client, live, "0.0").status_code for _ in range(6)}  # a minute may end among them
    assert statuses == {204, 429}
    act(instructor, live, "open", "approval")
    assert 429 in {answer(client, live, "approval", 1).status_code for _ in range(4)}


def test_page_works_without_a_script(cast, instructor, client, live):
    act(instructor, live, "open", "approval")
    page = client.get(at(live))
    assertContains(page, "Refresh</a></p></noscript>")
    assertContains(page, "Save answer</button>")


def test_signed_out_poll_reloads_the_page(db, cast, instructor, live, client):
    act(instructor, live, "open", "approval")
    client.logout()
    assert answer(client, live, "approval", 1, headers=HTMX).headers["HX-Refresh"] == "true"
    assert answer(client, live, "approval", 1).status_code == 302
    assert not LiveAnswer.objects.exists()
    assert poll(client, live, "0.0").headers["HX-Refresh"] == "true"
    assert client.get(at(live)).status_code == 302


# --- who may --------------------------------------------------------------------------------------------------------


def test_only_the_cohort_and_staff_of_the_course(cast, instructor, live):
    visitors = {"other cohort": cast.other.user, "outsider": cast.outsider}
    for user in visitors.values():
        visitor = client_of(user)
        for name in ("live", "live_poll"):
            assert visitor.get(at(live, name)).status_code == 404
        assert visitor.get(at(live, "live_run")).status_code == 403
        assertNotContains(visitor.get("/"), "Live now")
    foreign = make_user(is_staff=True)
    make_staff(make_quiz().course, foreign)
    for name in ("live_run", "live_run_poll", "live"):
        assert client_of(foreign).get(at(live, name)).status_code == 404
    assert instructor.get(at(live)).status_code == 200
    assert instructor.post(at(live), {"key": "approval"}).status_code == 404


def test_live_quiz_for_everyone_is_open_to_each_cohort(cast):
    live = live_actions.start_live_quiz(quiz=cast.quiz, cohort=None, by=cast.instructor)
    for learner in (cast.learner, cast.other):
        assert client_of(learner.user).get(at(live)).status_code == 200
    assert client_of(cast.outsider).get(at(live)).status_code == 404
    cast.other.is_active = False
    cast.other.save()
    assert client_of(cast.other.user).get(at(live)).status_code == 404


def test_learners_find_it_while_it_is_live(cast, client, live):
    pages = ["/", cast.quiz.course.get_absolute_url()]
    for page in pages:
        assertContains(client.get(page), "Live now: Branches")
        assertContains(client.get(page), at(live))
    live_actions.end_live_quiz(live=live)
    for page in pages:
        assertNotContains(client.get(page), "Live now: Branches")


def test_staff_see_how_many_are_here(cast, instructor, client, live):
    act(instructor, live, "open", "approval")
    assert instructor.get(at(live, "live_run")).context["connected"] == 0
    client.get(at(live))
    assert instructor.get(at(live, "live_run")).context["connected"] == 1


def test_question_that_is_opened_during_a_poll_is_not_missed(cast, instructor, client, live, monkeypatch):
    """The poll reads the state first. What is newer than that must come with the next poll."""
    act(instructor, live, "open", "approval")
    before = seen(live)
    other = make_enrollment(cohort=live.cohort)
    live_actions.save_live_answer(live=live, key="approval", enrollment=other, response=[0])
    read = live_queries.get_live

    def open_meanwhile(*args):
        live_actions.open_question(live=live, key="vcs")
        monkeypatch.setattr(live_queries, "get_live", read)
        return read(*args)

    monkeypatch.setattr(live_queries, "get_live", open_meanwhile)
    part = poll(client, live, before)
    following = re.search(r"\?v=([0-9.]+)", part.content.decode())[1]
    assertContains(poll(client, live, following), "Which of these are distributed?")
