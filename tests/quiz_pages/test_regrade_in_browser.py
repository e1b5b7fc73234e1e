"""The pages of a regrade in Chromium: readable at any size, and without an axe violation."""

import os
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from lessons.question_reports import report_question
from portal.accounts.roles import instructors
from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.quiz_pages.conftest import make_cast
from tests.quiz_pages.examples import RIGHT, WRONG
from tests.quiz_pages.regrading import ask_to_apply, change_key, rehearse, work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.heavy]
ONE_WRONG = {**RIGHT, "approval": WRONG["approval"]}


def check(page: Page, name: str) -> None:
    """The page has no axe violation and is not wider than the screen. With SHOTS, keep a picture."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}-{page.viewport_size['width']}.png", full_page=True)
    assert axe_violations(page) == []
    assert not widens(page)


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_a_regrade_are_accessible_and_fit(look, browser, live_server, transactional_db):
    cast = make_cast()
    cast.instructor.is_staff = True
    cast.instructor.save()
    cast.instructor.groups.add(instructors())
    attempt = cast.submit(**ONE_WRONG)
    report_question(attempt=attempt, key="approval", text="The pipeline can approve, too.")
    change_key(cast, "- [ ] The pipeline", "- [ ] The pipeline {accept}")
    staff = open_context(browser, live_server, cast.instructor, **look()).new_page()
    learner = open_context(browser, live_server, cast.learner.user, **look()).new_page()
    staff.goto(cast.address("item_analysis"))
    staff.locator("#q-branch summary").click()
    check(staff, "analysis")
    regrade = rehearse(cast)
    staff.goto(regrade.get_absolute_url())
    check(staff, "rehearsed")
    ask_to_apply(cast, regrade)
    staff.goto(regrade.get_absolute_url())
    check(staff, "applying")
    work()
    staff.goto(regrade.get_absolute_url())
    check(staff, "applied")
    learner.goto("/")
    check(learner, "home")
    learner.goto(reverse("notices"))
    check(learner, "notices")
    learner.goto(cast.address("attempt_review", attempt.number))
    learner.locator("#q-vcs details.report summary").click()
    check(learner, "review")
