"""Free text and files in Chromium: answered, judged, marked by keyboard, and readable at any size."""

import os
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from labs.file_questions import tasks
from labs.file_questions.question import FileQuestion
from lessons.models import CourseStaff, Marking
from tests.browsing import axe_violations, open_context, small_dark, wide_light, widens
from tests.factories import make_learner, make_lesson, make_quiz, make_staff
from tests.quiz_pages.conftest import Cast
from tests.quiz_pages.test_file_questions import PARTLY, judge_here
from tests.quiz_pages.test_free_text import QUESTIONS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.heavy]
__all__ = ["judge_here"]

FRONT = "---\ntitle: Merging\npass_mark: 70\nattempts: 0\nrelease: now\n---\n"
LONG = "Late merges conflict, because two people changed the same lines. " * 6


@pytest.fixture
def cast(transactional_db) -> Cast:
    lesson = make_lesson(slug="merging")
    quiz = make_quiz(FRONT + QUESTIONS + "\n" + FileQuestion.example, lesson)
    course = lesson.course
    return Cast(quiz, make_learner(course), make_learner(course), make_staff(course), make_learner().user)


def check(page: Page, name: str) -> None:
    """The page has no axe violation and is not wider than the screen. With SHOTS, keep a picture."""
    assert axe_violations(page) == []
    assert not widens(page)
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}-{page.viewport_size['width']}.png", full_page=True)


@pytest.mark.parametrize("look", [wide_light, small_dark], ids=["wide", "small"])
def test_from_the_answer_to_the_marks(browser, live_server, cast, look):
    learner = open_context(browser, live_server, cast.learner.user, **look()).new_page()
    learner.goto(cast.address("quiz"))
    learner.get_by_role("button", name="Start").click()
    learner.get_by_label("git merge").check()
    learner.get_by_role("button", name="Continue", exact=True).click()
    learner.get_by_label("Your answer").fill(LONG)
    expect(learner.locator("#saved")).to_contain_text("The limit is 5")
    check(learner, "free-text")
    learner.get_by_role("button", name="Continue", exact=True).click()
    box = learner.get_by_label("Content of")
    expect(box).to_have_value("name: Tests")
    check(learner, "file")
    box.fill(PARTLY)
    expect(learner.locator("#saved")).to_contain_text("Saved at")
    learner.get_by_role("button", name="Continue", exact=True).click()
    learner.get_by_role("button", name="Submit answers").click()
    expect(learner.get_by_role("heading", name="Checking your file")).to_be_visible()
    check(learner, "checking")
    tasks.judge_waiting()
    expect(learner.get_by_role("heading", name="Waiting for marking")).to_be_visible()
    expect(learner.get_by_role("heading", name="Fix this first")).to_be_visible()
    check(learner, "waiting")
    for name, address in (("outline", "course"), ("progress", "progress")):
        learner.goto(reverse(address, args=[cast.quiz.course.slug]))
        check(learner, name)

    staff = open_context(browser, live_server, cast.instructor, **look()).new_page()
    staff.goto(reverse("marking", args=[cast.quiz.course.slug]))
    check(staff, "queue")
    staff.get_by_role("link", name="Why do teams merge often?").click()
    expect(staff.get_by_label("Points, from 0 to 4")).to_be_focused()
    staff.keyboard.type("9")
    staff.keyboard.press("Enter")
    expect(staff.get_by_text("Type points from 0 to 4")).to_be_visible()
    check(staff, "mark")
    staff.get_by_label("Points, from 0 to 4").fill("2.5")
    staff.get_by_label("Comment").fill("Say when.")
    staff.get_by_label("Comment").press("Control+Enter")
    expect(staff.get_by_role("heading", name="Nothing to mark")).to_be_visible()
    assert Marking.objects.get(by=cast.instructor).points == 2.5
    learner.goto(cast.address("attempt_review", 1))
    expect(learner.get_by_text("Say when.")).to_be_visible()
    check(learner, "marked")


def test_a_text_that_is_too_long_is_not_sent_again_and_again(browser, live_server, cast):
    attempt = cast.start()
    page = open_context(browser, live_server, cast.learner.user).new_page()
    page.goto(cast.address("question", 1, 2))
    page.get_by_label("Your answer").fill("word " * 300_000)
    expect(page.locator("#saved")).to_contain_text("too long to be sent")
    page.get_by_label("Your answer").fill("Short")
    expect(page.locator("#saved")).to_contain_text("Saved at")
    assert attempt.answers.get(key="why").response == "Short"


def test_two_markers_see_each_other(browser, live_server, cast):
    attempt = cast.submit(why="Conflicts")
    assistant = make_staff(cast.quiz.course)
    CourseStaff.objects.filter(user=assistant).update(role=CourseStaff.Role.ASSISTANT)
    url = reverse("mark_answer", args=[cast.quiz.course.slug, attempt.answers.get(key="why").pk])
    one = open_context(browser, live_server, cast.instructor).new_page()
    one.goto(url)
    two = open_context(browser, live_server, assistant).new_page()
    two.goto(url)
    expect(two.get_by_text("This answer is being marked by")).to_be_visible()
    one.keyboard.type("1")
    one.keyboard.press("Enter")
    expect(one.get_by_role("heading", name="Nothing to mark")).to_be_visible()
    two.keyboard.type("2")
    two.keyboard.press("Enter")
    expect(two.get_by_role("alert")).to_contain_text("in the meantime, with 1 point.")
    check(two, "conflict")
    expect(two.get_by_label("Points")).to_have_value("2")
