"""A submission page in a real browser, during grading and after."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from labs.grading import lifecycle
from labs.models import LabTimes, State, Submission
from tests.browsing import LOOKS, axe_violations, open_context, small_dark, wide_light, widens
from tests.factories import make_report, make_submission
from tests.pages.conftest import moments
from tests.reports import SEEN_AT, make_engine_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VERDICT = {"readable": "passed", "readme": "needs_work", "commits": "needs_work", "tag": "not_run"}


@pytest.fixture
def open_page(browser, live_server, cast):
    """Open a URL, signed in as the learner; `look` is as in tests/browsing.py."""
    contexts = []

    def go(address: str, look=wide_light, user=None, **options):
        context = open_context(browser, live_server, user or cast.learner.user, **look(**options))
        contexts.append(context)
        page = context.new_page()
        page.clock.install()
        page.goto(address)
        return page

    yield go
    for context in contexts:
        context.close()


def poll(page, milliseconds: int = 2000) -> None:
    """Advance the page's clock by this much and wait for the response to a poll."""
    with page.expect_response("**/live/**"):
        page.clock.run_for(milliseconds)


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_labs_are_accessible_and_never_wider_than_the_screen(open_page, cast, look):
    pages = [
        cast.submit(state=State.UNREADABLE, message="No commits.", **moments("fetching_at", "ended_at")),
        cast.grade(**VERDICT),
        cast.submit(),
        cast.lab,
    ]
    page = open_page("/account/settings/", look)
    for found in pages:
        page.goto(found.get_absolute_url())
        assert axe_violations(page) == [], found
        assert not widens(page), found


@pytest.mark.parametrize("look", LOOKS)
def test_answer_with_an_address_is_accessible(open_page, cast, look):
    page = open_page(cast.lab.get_absolute_url(), look)
    page.get_by_role("button", name="Create a remote URL with a new access token").click()
    expect(page.get_by_text("Copy this remote URL now. You won’t see it again.")).to_be_visible()
    assert axe_violations(page) == []
    assert not widens(page)


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_an_account_with_errors_are_accessible(open_page, cast, look):
    page = open_page("/accounts/password/set/", look)
    page.get_by_role("button", name="Set password").click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert axe_violations(page) == []
    page.goto("/accounts/email/")
    assert axe_violations(page) == []
    assert not widens(page)


def test_page_goes_from_queue_to_verdict_by_itself(open_page, cast):
    submission = cast.submit()
    page = open_page(submission.get_absolute_url(), small_dark)
    current = page.locator(".steps [aria-current=step]")
    expect(current).to_contain_text("Queued")
    claim = lifecycle.claim()
    poll(page)
    expect(current).to_contain_text("Cloning")
    expect(page.locator("#live")).to_have_text("Cloning.")
    lifecycle.start_checking(claim)
    poll(page)
    expect(current).to_contain_text("Checking")
    cast.grade(Submission.objects.get(), **VERDICT)
    poll(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("20 of 80 points. You need 56.")
    expect(page.locator("#live")).to_contain_text("Done. 1 of 4 checks passed. First to fix: readme")
    expect(page.locator("#submission-1")).to_contain_text("20 points")
    assert axe_violations(page) == []
    assert page.locator("#run").get_attribute("hx-get") is None


def test_polling_keeps_focus_selection_and_open_details(open_page, cast):
    """Unchanged parts of the page are not replaced, during three more polls after grading."""
    submission = cast.submit()
    page = open_page(submission.get_absolute_url())
    page.locator("#cancel").focus()
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.under'))")
    page.evaluate("window.part = document.getElementById('run')")
    for _ in range(3):
        poll(page)
    expect(page.locator("#cancel")).to_be_focused()
    assert page.evaluate("window.part === document.getElementById('run')")
    assert page.evaluate("getSelection().toString()").startswith("Your first repository, submission 1")


def test_open_page_says_when_it_takes_longer_than_usual(open_page, cast):
    LabTimes.objects.create(lab=cast.lab, results=30, half=40, most=60, counted_at=timezone.now())
    submission = cast.submit()
    page = open_page(submission.get_absolute_url())
    expect(page.locator("#run")).not_to_contain_text("longer than usual")
    Submission.objects.update(queued_at=timezone.now() - timedelta(seconds=11))
    poll(page)
    expect(page.locator("#run")).to_contain_text("You can leave this page; the result will be here.")
    Submission.objects.update(queued_at=timezone.now() - timedelta(seconds=61))
    poll(page)
    expect(page.locator("#run")).to_contain_text("This one takes longer than usual. It is saved")
    expect(page.locator("#live")).to_contain_text("This one takes longer than usual.")


def test_change_keeps_the_focus_and_everything_outside_of_it(open_page, cast):
    submission = cast.submit()
    make_submission(cast.other, cast.lab, queued_at=timezone.now() - timedelta(minutes=1))
    page = open_page(submission.get_absolute_url())
    expect(page.locator("#run")).to_contain_text("Position 2 in the queue.")
    page.locator("#cancel").focus()
    lifecycle.claim()
    poll(page)
    expect(page.locator("#run")).to_contain_text("Next in the queue.")
    expect(page.locator("#cancel")).to_be_focused()
    expect(page.locator("#live")).to_have_text("")


@pytest.mark.parametrize("look", LOOKS)
def test_result_from_before_keeps_what_is_open_until_the_new_one_is_ready(open_page, cast, look):
    submission = cast.grade(**VERDICT)
    Submission.objects.update(state=State.QUEUED, ended_at=None, **moments("queued_at"))
    page = open_page(submission.get_absolute_url(), look)
    before = page.get_by_role("heading", name="Previous result: 20 of 80 points. You need 56.")
    expect(before).to_be_visible()
    page.locator("#check-commits summary").click()
    claim = lifecycle.claim()
    poll(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("The repository is being read.")
    expect(page.locator("#check-commits")).to_have_attribute("open", "")
    assert axe_violations(page) == []
    assert not widens(page)
    lifecycle.finish(claim, make_engine_report(readme="passed"), cast.lab.current)
    poll(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("20 of 20 points. You passed.")
    expect(before).to_have_count(0)
    expect(page.locator("#check-commits")).to_have_count(0)


def test_opened_checks_stay_open_after_the_verdict(open_page, cast):
    submission = cast.submit()
    page = open_page(submission.get_absolute_url())
    cast.grade(submission, **VERDICT)
    poll(page)
    summary = page.locator("#check-commits summary")
    summary.click()
    summary.focus()
    page.clock.run_for(10_000)
    expect(page.locator("#check-commits")).to_have_attribute("open", "")
    expect(page.locator("#check-readme")).to_have_attribute("open", "")
    expect(summary).to_be_focused()


def test_lost_connection_is_reported_and_recovers_by_itself(open_page, cast):
    submission = cast.submit()
    page = open_page(submission.get_absolute_url())
    page.route("**/live/**", lambda route: route.abort())
    page.clock.run_for(2000)
    lost = page.locator("#lost")
    expect(lost).to_have_text(re.compile(r"^Last update \d\d:\d\d\. Trying again\.$"))
    expect(page.locator("#live")).to_contain_text("Trying again.")
    page.unroute("**/live/**")
    poll(page)
    expect(lost).to_be_hidden()


def test_page_in_a_background_tab_does_not_poll(open_page, cast):
    page = open_page(cast.submit().get_absolute_url())
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(10_000)
    page.clock.pause_at(timezone.now() + timedelta(minutes=1))
    page.wait_for_timeout(300)
    assert asked == []
    with page.expect_request("**/live/**"):
        page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")


def test_polling_slows_down_after_a_minute(open_page, cast):
    page = open_page(cast.submit().get_absolute_url())
    with page.expect_response("**/live/**"):
        page.clock.pause_at(timezone.now() + timedelta(minutes=2))
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(3000)
    page.wait_for_timeout(300)
    assert asked == []
    poll(page, 3500)


def test_result_is_reached_without_scripts(open_page, cast):
    submission = cast.submit()
    page = open_page(submission.get_absolute_url(), java_script_enabled=False)
    refresh = page.get_by_role("link", name="Refresh")
    expect(refresh).to_be_visible()
    cast.grade(submission, **VERDICT)
    refresh.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("20 of 80 points. You need 56.")
    page.locator("#check-commits summary").click()
    expect(page.locator("#check-commits .says-why")).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)


def test_nothing_moves_under_reduced_motion(open_page, cast):
    submission = cast.submit(state=State.CHECKING, **moments("fetching_at", "checking_at"))
    page = open_page(submission.get_absolute_url(), reduced_motion="reduce")
    glyph = page.locator(".steps .g.run")
    assert glyph.evaluate("glyph => getComputedStyle(glyph).animationName") == "none"


@pytest.mark.parametrize("look", LOOKS)
def test_line_of_a_passed_check_is_not_marked_as_a_mistake(open_page, cast, look):
    report = make_engine_report(readable="passed", readme="needs_work")
    passed = replace(report.results[0], evidence=(SEEN_AT,))
    data = replace(report, results=(passed, *report.results[1:])).to_json()
    submission = cast.submit()
    make_report(submission, data)
    page = open_page(submission.get_absolute_url(), look)
    colours = [
        page.locator(f"#check-{check} .excerpt mark.line").evaluate(
            "mark => [getComputedStyle(mark).backgroundColor, getComputedStyle(mark).borderLeftColor]"
        )
        for check in ("readable", "readme")
    ]
    wrong = page.evaluate(
        """() => {
        const one = document.body.appendChild(document.createElement("i"))
        one.style.color = "var(--bad)"
        return getComputedStyle(one).color
    }"""
    )
    (mark, border), (bad_mark, bad_border) = colours
    assert mark != bad_mark
    assert (bad_border, border == wrong) == (wrong, False)


def test_print_is_light_and_shows_collapsed_parts(open_page, cast):
    page = open_page(cast.grade(**VERDICT).get_absolute_url(), small_dark)
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    expect(page.locator(".header")).to_be_hidden()
    assert page.locator("#check-commits .says-why").evaluate("part => part.checkVisibility()")


def test_sign_up_fills_in_the_zone_and_shows_the_password(browser, live_server, db):
    context = open_context(browser, live_server, timezone_id="Asia/Calcutta")
    page = context.new_page()
    page.goto("/accounts/signup/")
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Kolkata")
    password = page.get_by_label("Create a password")
    password.fill("correct-horse-battery")
    show = page.get_by_role("button", name="Show password")
    show.click()
    expect(password).to_have_attribute("type", "text")
    expect(show).to_have_attribute("aria-pressed", "true")
    context.close()


@pytest.mark.parametrize("look", LOOKS)
def test_admin_is_accessible_in_the_portals_colours(open_page, cast, look):
    cast.learner.user.is_staff = cast.learner.user.is_superuser = True
    cast.learner.user.save()
    page = open_page("/staff/", look)
    dark = look is small_dark
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(22, 21, 19)" if dark else "rgb(251, 250, 246)")
    assert axe_violations(page) == []
