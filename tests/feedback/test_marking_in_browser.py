"""The pages of marks and comments in a real browser."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from labs import feedback_actions as actions
from labs.feedback_actions import Line
from labs.models import Comment, Feedback
from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.feedback.rubric_work import grade, make_rubric_lab
from tests.pages.conftest import cast, push

__all__ = ["cast", "push"]

pytestmark = [pytest.mark.browser, pytest.mark.heavy, pytest.mark.django_db(transaction=True)]
TEXT = b"## Prices\n\n<<<<<<< HEAD\nRice 349.00\n=======\nRice 329.00\n>>>>>>> feature/prices\n"


@pytest.mark.parametrize("look", LOOKS)
def test_staff_mark_with_the_keyboard_and_the_learner_reads_and_replies(
    browser, live_server, cast, push, look
):
    submission = push(**{"prices.md": TEXT})
    lab = make_rubric_lab(cast.lab.course)
    cast.lab.current.source, cast.lab.current.rubric_points = lab.source, 20
    cast.lab.current.max_points = 120
    cast.lab.current.save()
    submission.lab = cast.lab
    grade(submission, 80)
    line = Line("prices.md", 3, [(2, ""), (3, "<<<<<<< HEAD"), (4, "Rice 349.00")])
    actions.add_comment(
        submission=submission, by=cast.instructor, text="Git left *both* prices in.", line=line
    )
    mark = reverse("submission_mark", args=[submission.public_id])
    files = f"{submission.get_absolute_url()}files/?path=prices.md"
    queue = reverse("lab_marking", args=[cast.lab.course.slug, cast.lab.slug])
    bank = reverse("saved_comments", args=[cast.lab.course.slug])
    with open_context(browser, live_server, cast.instructor, **look()) as context:
        page = context.new_page()
        for address in (queue, bank, f"{files}&line=4", mark):
            page.goto(address)
            assert axe_violations(page) == [], address
            assert not widens(page), address
        switch = page.get_by_label("Use number keys to choose marks")
        switch.uncheck()
        page.keyboard.press("1")
        expect(page.locator("[data-key='1']")).to_have_value("")
        switch.check()
        page.keyboard.press("1")
        page.keyboard.press("3")
        page.get_by_role("button", name="Release", exact=True).click()
        page.wait_for_url(f"**{queue}")
    assert Feedback.objects.get().released == {"prose": "12", "history": "3"}
    with open_context(browser, live_server, cast.learner.user, **look(java_script_enabled=False)) as context:
        page = context.new_page()
        page.goto(submission.get_absolute_url())
        page.get_by_text("Reply", exact=False).first.click()
        page.get_by_label("Your reply").fill("329.00 is right.")
        page.get_by_role("button", name="Reply").click()
        page.wait_for_url("**#comment-*")
    assert Comment.objects.filter(reply_to__isnull=False).count() == 1
    with open_context(browser, live_server, cast.learner.user, **look()) as context:
        page = context.new_page()
        for address in (files, submission.get_absolute_url(), cast.lab.get_absolute_url()):
            page.goto(address)
            assert axe_violations(page) == [], address
            assert not widens(page), address
