"""Importing and exporting in a browser, without JavaScript, on a phone and on a desk."""

import os

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from lessons.models import Quiz
from lessons.quizzes.formats import import_questions
from tests.authoring.conftest import make_instructor
from tests.browsing import axe_violations, open_context, small_dark, wide_light, widens
from tests.quiz_files.pinning import SAMPLES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.heavy]
SHOTS = os.environ.get("SHOTS", "")


@pytest.fixture(params=[small_dark, wide_light], ids=["320 dark", "1280 light"])
def page(request, browser, live_server, course):
    context = open_context(browser, live_server, make_instructor(course), **request.param())
    page = context.new_page()
    page.faults = []
    page.on(
        "console", lambda message: "Content Security" in message.text and page.faults.append(message.text)
    )
    yield page
    assert page.faults == []
    context.close()


def look_at(page, name: str) -> None:
    assert not widens(page)
    assert page.faults == []
    assert axe_violations(page) == []
    page.faults.clear()  # axe itself tries a style
    if SHOTS:
        page.screenshot(
            path=f"{SHOTS}/{name}-{page.viewport_size['width']}.png", full_page=True, caret="initial"
        )


def test_an_instructor_imports_a_file_and_exports_the_quiz(page, course):
    page.goto(reverse("admin:lessons_quiz_changelist"))
    page.get_by_role("link", name="Import questions").click()
    expect(page.get_by_label("Or paste the questions")).to_be_visible()
    look_at(page, "import")
    page.get_by_label("Or paste the questions").fill("Q: What?\nA) one")
    page.get_by_role("button", name="Show the questions").click()
    expect(page.get_by_text("Line 1: This question has no answer.")).to_be_visible()
    look_at(page, "refused")
    page.get_by_label("Or paste the questions").fill("")
    page.get_by_label("File:", exact=True).set_input_files(SAMPLES / "moodle4.xml")
    page.get_by_role("button", name="Show the questions").click()
    expect(page.get_by_role("heading", name="9 questions of Moodle XML")).to_be_visible()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="How many hours is one evening?")).to_be_attached()
    look_at(page, "shown")
    page.get_by_label("Save in").select_option(label="Evening two")
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_text("Saved as a draft: “Git / basics”.")).to_be_visible()
    assert Quiz.objects.get().current.question_count == 9
    page.get_by_role("link", name="Export", exact=True).click()
    expect(page.get_by_text("Choose the format of the system")).to_be_visible()
    look_at(page, "export")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download git-basics.txt as Moodle GIFT").click()
    data = download.value.path().read_bytes()
    assert len(import_questions(data).questions) == 8  # a cloze of several blanks is none of GIFT


def test_pages_work_without_javascript(browser, live_server, course):
    context = open_context(
        browser, live_server, make_instructor(course), **wide_light(java_script_enabled=False)
    )
    page = context.new_page()
    page.goto(reverse("admin:lessons_quiz_import"))
    page.get_by_label("File:", exact=True).set_input_files(SAMPLES / "plain.txt")
    page.get_by_role("button", name="Show the questions").click()
    page.get_by_label("Save in").select_option(label="Evening one")
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_text("Saved as a draft: “Git basics”.")).to_be_visible()
    assert Quiz.objects.get().current.question_count == 7
    context.close()
