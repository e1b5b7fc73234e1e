"""The gradebook in a real browser: keyboard, form, both looks, and without scripts."""

import os

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from portal.progress.models import Override
from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.gradebook.conftest import grade_lab, make_book, take_quiz
from tests.gradebook.test_overrides import change

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("look", LOOKS)
def test_grader_moves_with_arrows_changes_a_score_and_returns_to_its_cell(browser, live_server, look):
    book = make_book()
    first, second = book.learners
    grade_lab(book, first, 45)
    take_quiz(book, first, 1)
    change(book, 60, learner=second)
    page = open_context(browser, live_server, book.staff, **look()).new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    address = reverse("gradebook", args=[book.course.slug, book.cohort.slug])
    page.goto(address)
    page.get_by_role("link", name="Learner A", exact=True).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    cell = page.locator(f"[id='cell-{first.pk}-{book.lab_item.key}']")
    expect(cell).to_be_focused()
    assert (axe_violations(page), widens(page)) == ([], False)
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/book-{look.__name__}.png", full_page=True)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Score, of 100")).to_be_focused()
    assert (axe_violations(page), widens(page)) == ([], False)
    page.get_by_label("Score, of 100").fill("70")
    page.get_by_label("Reason, shown to the learner").fill("The check misread a merge.")
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/form-{look.__name__}.png", full_page=True)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".band.ok")).to_contain_text("Saved: Your first repository, Learner A.")
    expect(cell).to_be_focused()
    assert Override.objects.get(enrollment=first).points == 70
    page.goto(reverse("gradebook_learner", args=[book.course.slug, book.cohort.slug, first.pk]))
    assert (axe_violations(page), widens(page)) == ([], False)
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/learner-{look.__name__}.png", full_page=True)
    assert errors == []
