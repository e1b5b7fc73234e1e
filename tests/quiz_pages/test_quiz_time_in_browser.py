"""The end of an attempt in Chromium: a time, two warnings that are announced, and the result when it is over."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from lessons.attempt_times import GRACE
from lessons.models import Answer, Attempt, ExtraTime
from tests.browsing import axe_violations, open_context, small_dark, wide_light, widens
from tests.quiz_pages.conftest import make_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.heavy]

BEGAN = timedelta(days=1)  # on the page's clock


@pytest.fixture
def cast(transactional_db):
    return make_cast(time_limit=30, deadline_days=1, late="mark", shuffle="true")


def begin(cast, minutes_left):
    attempt = cast.start()
    begun = timezone.now() - timedelta(minutes=30 - minutes_left)
    Attempt.objects.filter(pk=attempt.pk).update(started_at=begun)
    return attempt


def forward(page, time):
    """Let time pass for the page, whose clock goes only here, and for the server, which the page asks."""
    minutes, seconds = map(int, time.split(":"))
    passed = (
        timedelta(milliseconds=page.evaluate("Date.now()"))
        - BEGAN
        + timedelta(minutes=minutes, seconds=seconds)
    )
    Attempt.objects.update(started_at=timezone.now() - timedelta(minutes=23) - passed)
    page.clock.fast_forward(time)


def test_warnings_are_announced_and_the_last_answer_is_saved_in_time(browser, live_server, cast):
    attempt = begin(cast, 7)
    place = attempt.questions.index("branch") + 1
    context = open_context(browser, live_server, cast.learner.user)
    page = context.new_page()
    page.clock.install(time=0)
    page.clock.pause_at(BEGAN.total_seconds())
    page.goto(cast.address("question", 1, place))
    live, left = page.locator("#live"), page.locator("#left")
    expect(left).to_have_text("")
    expect(page.locator("#finish")).to_contain_text("Finish by ")
    forward(page, "02:01")
    expect(live).to_have_text("5 minutes left.")
    forward(page, "04:00")
    expect(live).to_have_text("1 minute left.")
    forward(page, "00:55")
    page.get_by_label("Your answer").fill("git branch canary")
    forward(page, "00:02")
    expect(page.locator("#saved")).to_contain_text("Saved at ")
    forward(page, "00:03")
    expect(left).to_have_text("Time is up. Your answers are submitted as they are.")
    page.clock.fast_forward(GRACE.seconds * 1000 + 100)
    Attempt.objects.update(started_at=timezone.now() - timedelta(minutes=31))
    page.get_by_role("link", name="See the result").click()
    expect(page.get_by_text("The attempt was submitted as it stood then.")).to_be_visible()
    assert Answer.objects.get().credit == 1
    context.close()


def test_extra_time_reaches_an_open_page(browser, live_server, cast):
    attempt = begin(cast, 2)
    context = open_context(browser, live_server, cast.learner.user)
    page = context.new_page()
    page.clock.install()
    page.goto(cast.address("question", 1, 1))
    before = page.locator("#finish time").get_attribute("datetime")
    expect(page.locator("#left")).not_to_have_text("")
    ExtraTime.objects.create(enrollment=attempt.enrollment, quiz=cast.quiz, minutes=30)
    page.clock.fast_forward("00:45")
    expect(page.locator("#finish")).not_to_have_class(re.compile("warn"))
    expect(page.locator("#live")).to_contain_text("Finish by ")
    assert page.locator("#finish time").get_attribute("datetime") > before
    expect(page.locator("#left")).to_have_text("")
    context.close()


def test_answer_after_the_end_says_why_it_is_not_saved(browser, live_server, cast):
    attempt = begin(cast, 7)
    place = attempt.questions.index("hours") + 1
    context = open_context(browser, live_server, cast.learner.user)
    page = context.new_page()
    page.goto(cast.address("question", 1, place))
    Attempt.objects.update(started_at=timezone.now() - timedelta(minutes=45))
    page.get_by_label("Your answer").fill("3")
    expect(page.locator("#saved")).to_contain_text("This answer wasn’t saved. The time was up at ")
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_role("heading", name="Needs work")).to_be_visible()
    context.close()


@pytest.mark.parametrize("options", [small_dark(), wide_light()], ids=["small dark", "wide light"])
def test_pages_with_a_time_pass_axe_and_fit(browser, live_server, cast, options, tmp_path):
    begin(cast, 4)
    context = open_context(browser, live_server, cast.learner.user, **options)
    page = context.new_page()
    for name, numbers in (("quiz", ()), ("question", (1, 1)), ("attempt_summary", (1,))):
        page.goto(cast.address(name, *numbers))
        page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
        assert axe_violations(page) == [], name
        assert not widens(page), name
    Attempt.objects.update(started_at=timezone.now() - timedelta(minutes=45))
    page.goto(cast.address("quiz"))
    page.get_by_role("link", name="Attempt 1").click()
    assert axe_violations(page) == []
    page.screenshot(path=tmp_path / "review.png", full_page=True)
    context.close()
