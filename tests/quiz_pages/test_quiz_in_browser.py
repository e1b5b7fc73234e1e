"""The player and the review in Chromium, with and without JavaScript."""

import re
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from lessons import attempt_actions
from lessons.models import Answer, Attempt
from tests.browsing import LOOKS, axe_violations, open_context, small_dark, widens
from tests.quiz_pages.conftest import make_cast
from tests.quiz_pages.examples import RIGHT, WRONG

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.heavy]

NOT_SAVED = "Not saved. Trying again. Your answer is still on this page."


@pytest.fixture
def cast(transactional_db):
    return make_cast()


@pytest.fixture
def page(browser, live_server, cast):
    context = open_context(browser, live_server, cast.learner.user)
    page = context.new_page()
    page.faults = []
    page.on("console", lambda said: page.faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    yield page
    context.close()


def press_continue(page: Page) -> None:
    page.get_by_role("button", name="Continue", exact=True).click()


def go_on(page: Page) -> None:
    before = page.url
    press_continue(page)
    page.wait_for_url(lambda url: url != before)


def answer_all(page: Page) -> None:
    """Answer every question correctly through the page, without knowing its tokens."""
    page.get_by_label("The product owner").check()
    go_on(page)
    page.get_by_role("checkbox", name="Git", exact=True).check()
    page.get_by_label("Mercurial").check()
    go_on(page)
    for place, item in enumerate(("Requirements", "Design", "Code"), 1):
        page.get_by_label(f"Position of: {item}").select_option(str(place))
    go_on(page)
    page.get_by_label("Data engineer").select_option("prepares data")
    page.get_by_label("ML engineer").select_option("deploys models")
    go_on(page)
    page.get_by_label("Your answer").fill("git branch canary")
    go_on(page)
    page.get_by_label("Your answer").fill("765123")
    go_on(page)
    page.get_by_label("Blank 1").fill("free canary")
    page.get_by_label("Blank 2").fill("Distributed Canary")
    go_on(page)


def expect_saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_text(re.compile(r"Saved at \d\d:\d\d"))


@pytest.mark.parametrize("scripted", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_whole_quiz_is_taken_and_passed(browser, live_server, cast, scripted):
    context = open_context(browser, live_server, cast.learner.user, java_script_enabled=scripted)
    page = context.new_page()
    page.goto(cast.address("quiz"))
    page.get_by_role("button", name="Start").click()
    answer_all(page)
    expect(page.get_by_text("7 of 7 questions answered")).to_be_visible()
    page.get_by_role("button", name="Submit answers").click()
    expect(page.get_by_role("heading", name="Passed")).to_be_visible()
    expect(page.get_by_text("100%, 8 of 8 points.")).to_be_visible()
    assert {answer.key: answer.response for answer in Answer.objects.all()} == {
        **RIGHT,
        "cloze": ["free canary", "Distributed Canary"],
    }
    context.close()


def test_each_change_is_saved_at_once_and_announced(page, cast):
    cast.start()
    page.goto(cast.address("question", 1, 1))
    page.get_by_label("The pipeline").check()
    expect_saved(page)
    expect(page.locator("#live")).to_have_text(re.compile(r"Saved at \d\d:\d\d"))
    with page.expect_response("**/1/1/"):
        page.get_by_label("Flag this question").check()
    page.goto(cast.address("question", 1, 5))
    page.get_by_label("Your answer").press_sequentially("git log")
    expect_saved(page)
    saved = {answer.key: (answer.response, answer.flagged) for answer in Answer.objects.all()}
    assert saved == {"approval": ([0], True), "branch": ("git log", False)}
    assert page.faults == []


def test_answer_survives_a_server_that_fails_once(page, cast):
    cast.start()
    page.goto(cast.address("question", 1, 1))
    tries = count()
    page.route("**/1/1/", lambda route: route.abort() if next(tries) == 0 else route.continue_())
    page.get_by_label("The product owner").check()
    expect(page.locator("#saved")).to_have_text(NOT_SAVED)
    expect(page.locator("#live")).to_have_text(NOT_SAVED)
    expect(page.get_by_label("The product owner")).to_be_checked()
    expect_saved(page)
    assert Answer.objects.get().response == [1]


def test_continue_waits_until_the_answer_is_saved(page, cast):
    cast.start()
    page.goto(cast.address("question", 1, 5))
    tries = count()
    page.route("**/1/5/", lambda route: route.fulfill(status=502) if next(tries) == 0 else route.continue_())
    page.get_by_label("Your answer").fill("git log")
    press_continue(page)
    expect(page.locator("#saved")).to_have_text(NOT_SAVED)
    page.wait_for_url(f"**{cast.address('question', 1, 6)}")
    assert Answer.objects.get().response == "git log"


def test_answer_survives_an_expired_session(page, cast):
    cast.start()
    page.goto(cast.address("question", 1, 1))
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("The product owner").check()
    expect(page.locator("#saved")).to_contain_text("you’re signed out. Your answer is still on this page")
    link = page.get_by_role("link", name="sign in again in a new tab")
    expect(link).to_have_attribute("href", f"/accounts/login/?next={cast.address('question', 1, 1)}")
    page.context.add_cookies(cookies)
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect_saved(page)
    assert Answer.objects.get().response == [1]


def test_attempt_submitted_in_another_tab_refuses_the_answer(page, cast):
    attempt = cast.start()
    page.goto(cast.address("question", 1, 1))
    attempt_actions.submit_attempt(attempt=attempt)
    page.get_by_label("The product owner").check()
    expect(page.locator("#saved")).to_contain_text("You submitted this attempt")
    press_continue(page)
    expect(page.get_by_text("This answer wasn’t saved.")).to_be_visible()
    assert not Answer.objects.exists()


def test_another_device_goes_on_at_the_first_empty_question(browser, live_server, page, cast):
    cast.start()
    page.goto(cast.address("question", 1, 1))
    page.get_by_label("The product owner").check()
    expect_saved(page)
    other = open_context(browser, live_server, cast.learner.user).new_page()
    other.goto(cast.address("quiz"))
    other.get_by_role("link", name="Continue at question 2").click()
    other.get_by_role("button", name=re.compile("Question 1")).click()
    expect(other.get_by_label("The product owner")).to_be_checked()
    other.context.close()


def test_letters_choose_and_enter_continues(page, cast):
    cast.start()
    page.goto(cast.address("question", 1, 1))
    page.keyboard.press("b")
    expect(page.locator("input[data-key=B]")).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[data-key=C]")).to_be_checked()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{cast.address('question', 1, 2)}")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{cast.address('question', 1, 3)}")


def test_letters_can_be_switched_off_and_stay_off(page, cast):
    cast.start()
    page.goto(cast.address("question", 1, 1))
    page.get_by_label("Use the keys A to C to choose answers").uncheck()
    page.reload()
    page.keyboard.press("a")
    expect(page.locator("input[data-key=A]")).not_to_be_checked()
    expect(page.locator("main kbd").first).to_be_hidden()
    expect(page.locator(".find kbd")).to_be_hidden()


def test_letters_in_a_field_are_text(page, cast):
    cast.start()
    page.goto(cast.address("question", 1, 5))
    page.get_by_label("Your answer").press_sequentially("abc")
    expect(page.get_by_label("Your answer")).to_have_value("abc")


def test_arrows_order_items_and_keep_the_focus(page, cast):
    attempt = cast.start()
    page.goto(cast.address("question", 1, 3))
    shown = page.locator(".placing label").all_inner_texts()
    last = page.get_by_role("button", name="Move up").last
    last.click()
    expect(page.get_by_role("button", name="Move up").nth(1)).to_be_focused()
    expect(page.locator("#live")).to_contain_text("Position 2 of 3.")
    expect_saved(page)
    assert page.locator(".placing label").all_inner_texts() == [shown[0], shown[2], shown[1]]
    order = [page.locator(".placing select").nth(row).input_value() for row in range(3)]
    assert order == ["1", "2", "3"]
    page.reload()
    assert page.locator(".placing label").all_inner_texts() == [shown[0], shown[2], shown[1]]
    assert sorted(Answer.objects.get(attempt=attempt).response) == [1, 2, 3]


@pytest.mark.parametrize("look", LOOKS)
def test_pages_have_no_violations_and_do_not_scroll_sideways(browser, live_server, cast, look):
    cast.answer(cast.start(), ("vcs",), approval=[1], vcs=[0], phases=[2, 1, 3])
    page = open_context(browser, live_server, cast.learner.user, **look()).new_page()
    visited = [cast.address("quiz"), cast.address("attempt_summary", 1)]
    visited += [cast.address("question", 1, place) for place in (1, 3, 4, 7)]
    found = {}
    for address in visited:
        page.goto(address)
        found[address] = [*axe_violations(page), *(["sideways"] if widens(page) else [])]
    attempt_actions.submit_attempt(attempt=Attempt.objects.get())
    page.goto(cast.address("attempt_review", 1))
    found["review"] = [*axe_violations(page), *(["sideways"] if widens(page) else [])]
    assert not any(found.values()), found
    page.context.close()


def test_review_opens_at_a_question(page, cast):
    cast.submit(**WRONG)
    page.goto(cast.address("attempt_review", 1))
    page.get_by_role("link", name="6.", exact=True).click()
    assert page.url.endswith("#q-hours")
    expect(page.locator("#q-hours")).to_be_in_viewport()
    page.get_by_role("link", name=re.compile("Flagged")).click()
    expect(page.get_by_text("You didn’t flag any questions.")).to_be_visible()
    assert page.faults == []


NO_NUMBER = "Not saved. “3 hours” contains more than a number. Enter only the number: 3."


def test_text_that_is_not_a_number_is_reported_during_typing_and_stays(page, cast):
    cast.start()
    page.goto(cast.address("question", 1, 6))
    field = page.get_by_label("Your answer")
    field.fill("3 hours")
    expect(page.locator("#saved")).to_have_text(NO_NUMBER)
    expect(page.locator("#live")).to_have_text(NO_NUMBER)
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("3 hours ")
    press_continue(page)
    expect(field).to_be_focused()
    press_continue(page)
    expect(page.locator("#saved")).to_have_text(NO_NUMBER)
    expect(field).to_have_value("3 hours")
    assert not Answer.objects.exists()
    page.get_by_label("Your answer").fill("1,000")
    expect(page.locator("#saved")).to_contain_text("We read 1,000 as 1000.")
    press_continue(page)
    page.wait_for_url(f"**{cast.address('question', 1, 7)}")
    expect(page.get_by_text("Question 6: We read 1,000 as 1000.")).to_be_visible()
    assert Answer.objects.get().response == "1,000"


def test_text_that_is_not_a_number_stays_without_javascript_too(browser, live_server, cast):
    cast.start()
    page = open_context(
        browser, live_server, cast.learner.user, java_script_enabled=False, **small_dark()
    ).new_page()
    page.goto(cast.address("question", 1, 6))
    page.get_by_label("Your answer").fill("3 hours")
    press_continue(page)
    expect(page.locator("#saved")).to_have_text(NO_NUMBER)
    expect(page.get_by_label("Your answer")).to_have_value("3 hours")
    page.get_by_label("Your answer").fill("-3")
    go_on(page)
    assert Answer.objects.get().response == "-3"
    page.context.close()


def test_field_accepts_any_text_and_asks_for_a_keyboard_with_a_minus(page, cast):
    """The decimal keypad of iOS has no minus."""
    cast.start()
    page.goto(cast.address("question", 1, 6))
    names = ("autocapitalize", "autocorrect", "autocomplete", "spellcheck")
    read = "(field, names) => [field.type, field.inputMode, ...names.map(name => field.getAttribute(name))]"
    found = page.get_by_label("Your answer").evaluate(read, names)
    assert found == ["text", "text", "off", "off", "off", "false"]
