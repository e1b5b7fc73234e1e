"""The gradebook in a real browser: the keyboard, and what axe finds."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browsing import axe_violations, open_context, small_dark, widens
from tests.gradebook.conftest import grade_lab, make_book, take_quiz
from tests.gradebook.test_overrides import change

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_arrow_keys_move_between_the_scores(browser, live_server):
    book = make_book()
    first, second = book.learners
    grade_lab(book, first, 45)
    take_quiz(book, first, 1)
    change(book, 60, learner=second)
    page = open_context(browser, live_server, book.staff, **small_dark()).new_page()
    address = reverse("gradebook", args=[book.course.slug, book.cohort.slug])
    page.goto(address)
    page.get_by_role("link", name="Learner A", exact=True).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    cell = page.locator(f"[id='cell-{first.pk}-{book.lab_item.key}']")
    expect(cell).to_be_focused()
    assert (axe_violations(page), widens(page)) == ([], False)
