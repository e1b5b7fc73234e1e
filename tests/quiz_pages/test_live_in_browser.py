"""A live quiz, item analysis and practice in Chromium, with and without JavaScript."""

import os
import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from lessons import live_actions
from lessons.models import LiveAnswer, LiveQuiz
from tests.browsing import axe_violations, open_context, small_dark, wide_light, widens
from tests.factories import make_enrollment
from tests.quiz_pages.conftest import make_cast
from tests.quiz_pages.examples import RIGHT, WRONG
from tests.servers import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.heavy]
BESIDE_A_CALL = {"viewport": {"width": 480, "height": 800}}
PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture
def cast(transactional_db):
    found = make_cast()
    found.instructor.is_staff = True
    found.instructor.save()
    return found


@pytest.fixture
def live(cast) -> LiveQuiz:
    return live_actions.start_live_quiz(quiz=cast.quiz, cohort=cast.learner.cohort, by=cast.instructor)


@pytest.fixture
def open_page(browser, live_server):
    """Return a page of a user; errors of scripts are in `faults`."""

    def opened(user, **options):
        page = open_context(browser, live_server, user, **options).new_page()
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        return page

    return opened


def picture(page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def at(live, name: str = "live") -> str:
    return reverse(name, args=[live.course.slug, live.pk])


def test_class_from_the_first_question_to_the_end(cast, live, open_page):
    teacher = open_page(cast.instructor)
    learner = open_page(cast.learner.user, **BESIDE_A_CALL)
    learner.goto("/")
    learner.get_by_role("link", name="Answer the live quiz").click()
    expect(learner.get_by_text("The first question appears here")).to_be_visible()
    teacher.goto(at(live, "live_run"))
    teacher.locator("#act-next").click()
    option = learner.get_by_label("The product owner")
    expect(option).to_be_visible()  # without a reload
    expect(learner.locator("#live")).to_have_text("A question is open.")
    option.check()
    expect(learner.locator("#saved")).to_contain_text("Saved at")
    expect(teacher.locator("#run")).to_contain_text("1 answered, 1 here")
    learner.get_by_label("The pipeline").check()
    wait_for(lambda: LiveAnswer.objects.get().response == [0])
    teacher.locator("#act-show").click()
    expect(learner.locator("#run .rows")).to_be_visible()
    teacher.locator("#act-close").click()
    expect(learner.get_by_text("Closed. The correct answer appears here")).to_be_visible()
    teacher.locator("#act-reveal").click()
    expect(learner.locator("#stage").get_by_text("Correct answer")).to_be_visible()
    expect(learner.locator("#live")).to_have_text("The correct answer is shown.")
    teacher.get_by_role("button", name="End the live quiz").click()
    expect(teacher.get_by_text("This live quiz ended on")).to_be_visible()
    expect(learner.get_by_text("Thank you for taking part.")).to_be_visible()
    expect(learner.get_by_text("Live now")).to_have_count(0)
    expect(learner.locator("#run[hx-get]")).to_have_count(0)
    assert teacher.faults + learner.faults == []


def test_polling_leaves_focus_text_and_selection_alone(cast, live, open_page):
    live_actions.open_question(live=live, key="branch")
    learner = open_page(cast.learner.user, **BESIDE_A_CALL)
    learner.goto(at(live))
    field = learner.get_by_label("Your answer")
    field.fill("git branch")
    field.evaluate("field => field.setSelectionRange(0, 3)")
    for number in range(1, 4):  # three polls that each change the count
        other = make_enrollment(cohort=live.cohort)
        live_actions.save_live_answer(live=live, key="branch", enrollment=other, response="git log")
        expect(learner.locator("#run")).to_contain_text(f"{number} answered")
    state = (
        "field => [field === document.activeElement, field.value, field.selectionStart, field.selectionEnd]"
    )
    assert field.evaluate(state) == [True, "git branch", 0, 3]
    assert learner.locator("#live").text_content() == ""  # counts are not read out
    learner.keyboard.press("Enter")
    expect(learner.locator("#saved")).to_contain_text("Saved at")


def test_answer_that_does_not_arrive_is_not_called_saved(cast, live, open_page):
    live_actions.open_question(live=live, key="approval")
    learner = open_page(cast.learner.user, **BESIDE_A_CALL)
    learner.goto(at(live))
    learner.route(re.compile(r"/live/[0-9]+/$"), lambda route: route.abort())
    learner.get_by_label("The pipeline").check()
    expect(learner.locator("#saved.error")).to_have_text("Not saved. Press “Save answer” to try again.")
    learner.unroute_all()
    learner.get_by_role("button", name="Save answer").click()
    expect(learner.locator("#saved.quiet")).to_contain_text("Saved at")
    assert LiveAnswer.objects.get().response == [0]


def test_it_works_without_a_script(cast, live, open_page):
    learner = open_page(cast.learner.user, java_script_enabled=False, **BESIDE_A_CALL)
    learner.goto(at(live))
    live_actions.open_question(live=live, key="hours")
    learner.get_by_role("link", name="Refresh").click()
    learner.get_by_label("Your answer").fill("two")
    learner.get_by_role("button", name="Save answer").click()
    expect(learner.locator("#saved")).to_contain_text("Not saved.")
    learner.get_by_label("Your answer").fill("3")
    learner.get_by_role("button", name="Save answer").click()
    expect(learner.locator("#saved")).to_contain_text("Saved at")
    teacher = open_page(cast.instructor, java_script_enabled=False)
    teacher.goto(at(live, "live_run"))
    expect(teacher.locator("#run")).to_contain_text("1 answered")


LOOKS = {"dark-320": small_dark(), "light-1280": wide_light(), "light-480": BESIDE_A_CALL}


@pytest.mark.parametrize("look", LOOKS)
def test_pages_are_accessible_and_fit(cast, live, open_page, look):
    for responses in (RIGHT, WRONG) * 5:
        enrollment = make_enrollment(cohort=cast.learner.cohort)
        cast.learner, mine = enrollment, cast.learner
        cast.submit(**responses)
        cast.learner = mine
    cast.submit(**WRONG)
    learner, teacher = (open_page(user, **LOOKS[look]) for user in (cast.learner.user, cast.instructor))
    for who, name in ((teacher, "live_setup"), (teacher, "item_analysis"), (learner, "practise_quiz")):
        who.goto(cast.address(name))
        check(who, f"{name}-{look}")
    teacher.goto(cast.address("item_analysis"))
    teacher.locator("summary").nth(2).click()
    check(teacher, f"item_analysis_open-{look}")
    learner.goto(cast.address("practise_quiz"))
    learner.get_by_role("link", name="Start").click()
    check(learner, f"practise_question-{look}")
    learner.get_by_label("The pipeline").check()
    learner.get_by_role("button", name="Check answer").click()
    expect(learner.get_by_role("heading", name=re.compile("Incorrect"))).to_be_visible()
    check(learner, f"practise_feedback-{look}")
    for step in ("waiting", "open", "shown", "revealed", "typed", "ended"):
        if step == "open":
            live_actions.open_question(live=live, key="approval")
            for place in (0, 1, 1):
                other = make_enrollment(cohort=live.cohort)
                live_actions.save_live_answer(live=live, key="approval", enrollment=other, response=[place])
        elif step == "shown":
            live_actions.show_chart(live=live, shows=True)
        elif step == "revealed":
            live_actions.reveal_answer(live=live)
        elif step == "typed":
            live_actions.open_question(live=live, key="branch")
            other = make_enrollment(cohort=live.cohort)
            live_actions.save_live_answer(live=live, key="branch", enrollment=other, response="w" * 200)
            live_actions.show_chart(live=live, shows=True)
        elif step == "ended":
            live_actions.end_live_quiz(live=live)
        learner.goto(at(live))
        check(learner, f"live-{step}-{look}")
        teacher.goto(at(live, "live_run"))
        check(teacher, f"live_run-{step}-{look}")
    learner.goto("/")
    check(learner, f"home-{look}")


def check(page, name: str) -> None:
    picture(page, name)
    assert axe_violations(page) == [], name
    assert not widens(page), name
