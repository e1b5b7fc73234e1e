"""A whole round in a real browser: three learners, the draw, reviews with a note on a line, the median, thanks."""

import pytest
from django.urls import reverse

from labs.models import PeerReview, ReviewRound
from labs.pages.peer_files import place_of
from labs.peer_review import rounds
from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.peer_review.test_pages import pushed

__all__ = ["pushed"]

pytestmark = [pytest.mark.browser, pytest.mark.heavy, pytest.mark.django_db(transaction=True)]


def check(page, address: str) -> None:
    page.goto(address)
    assert axe_violations(page) == [], address
    assert not widens(page), address


@pytest.mark.parametrize("look", LOOKS)
def test_three_learners_review_each_other(browser, live_server, pushed, look):
    author, *reviewers = pushed.learners
    own = reverse("lab_reviews", args=[pushed.course.slug, pushed.lab.slug])
    staff = reverse("lab_review_rounds", args=[pushed.course.slug, pushed.lab.slug])
    for learner, points in zip(reviewers, ("4", "9"), strict=True):
        review = PeerReview.objects.get(reviewer=learner, work__enrollment=author)
        files = reverse("peer_review_files", args=[review.public_id])
        with open_context(browser, live_server, learner.user, **look()) as context:
            page = context.new_page()
            line = f"{files}?at={place_of(review, 'Person Number0.md')}&line=4"
            if learner == reviewers[0]:
                for address in (
                    pushed.lab.get_absolute_url(),
                    own,
                    files,
                    reverse("peer_review_history", args=[review.public_id]),
                    review.get_absolute_url(),
                ):
                    check(page, address)
            check(page, line)
            page.get_by_role("textbox", name="Note on line 4").fill("Say *more* here.")
            page.get_by_role("button", name="Add the note").click()
            page.wait_for_url("**#line-4")
            page.goto(review.get_absolute_url())
            page.get_by_label("Points, from 0 to 12").fill(points)
            page.get_by_text("Some do").click()
            page.get_by_label("Your review").fill("The README is clear.")
            page.get_by_role("button", name="Submit the review").click()
            page.wait_for_url(f"**{own}")
    with open_context(browser, live_server, pushed.staff, **look()) as context:
        page = context.new_page()
        check(page, staff)
        page.get_by_role("button", name="Close now").click()
        page.get_by_text("The round is closed.").wait_for()
        check(page, PeerReview.objects.filter(work__enrollment=author).first().get_absolute_url())
    assert not rounds.close_due()
    assert ReviewRound.objects.get().closed_at
    assert pushed.best(author).points == 80 + 6.5 + 4
    with open_context(browser, live_server, author.user, **look(java_script_enabled=False)) as context:
        page = context.new_page()
        page.goto(own)
        assert "6.5 of 12" in page.inner_text("main")
        page.get_by_role("button", name="Thank Reviewer 1").click()
        page.get_by_text("You said thanks").wait_for()
        page.get_by_text("Answer to Reviewer 2").click()
        page.locator("textarea:visible").fill("I will.")
        page.get_by_role("button", name="Send the answer").locator("visible=true").click()
        page.get_by_text("You answered:").wait_for()
    with open_context(browser, live_server, author.user, **look()) as context:
        check(context.new_page(), own)
    reviews = PeerReview.objects.filter(work__enrollment=author)
    assert reviews.filter(thanked_at__isnull=False).count() == 1
    answered = reviews.get(answered_at__isnull=False)
    with open_context(browser, live_server, answered.reviewer.user, **look()) as context:
        page = context.new_page()
        check(page, answered.get_absolute_url())
        assert "I will." in page.inner_text("main")
