"""The outline on the start page and on its own page: moved by mouse, by keys, and without JavaScript."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from lessons.models import Lesson, Meeting
from tests.authoring.conftest import make_instructor
from tests.browsing import axe_violations, open_context, small_dark, wide_light, widens
from tests.factories import make_cohort, make_course, make_lab, make_lesson, make_quiz, make_session
from tests.servers import wait_for

pytestmark = [pytest.mark.heavy, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def course():
    """Two sessions: one with lessons 1 and 2, one with lesson 3; a cohort that meets; a lab that no lesson names."""
    course = make_course("mine", title="Mine")
    first, second = (
        make_session(course, title=title, position=at) for at, title in enumerate(("One", "Two"))
    )
    for number in (1, 2):
        make_lesson(first, f"l{number}", title=f"Lesson {number}", position=number)
    lesson = make_lesson(second, "l3", title="Lesson 3", status="draft", gate_errors=1, lab_slugs=["named"])
    make_quiz(lesson=lesson)
    make_lab(course, "named")
    make_lab(course, "loose", title="A lab by itself")
    cohort = make_cohort(course, title="Autumn")
    when = timezone.now() + timedelta(days=2)
    Meeting.objects.create(cohort=cohort, session=second, starts_at=when)
    make_course(title="Somebody else’s")
    return course


@pytest.fixture
def instructor(course):
    return make_instructor(course)


def order() -> list[str]:
    return [f"{lesson.session.title} {lesson.slug}" for lesson in Lesson.objects.in_order()]


def saved(page) -> None:
    expect(page.locator("#main .moved").first).to_contain_text("Saved.")


@pytest.mark.parametrize("address", ["/staff/", "/teach/mine/"])
def test_arrows_and_keys_move_and_save(browser, live_server, instructor, address):
    page = open_context(browser, live_server, instructor, **wide_light()).new_page()
    page.goto(address)
    down = page.get_by_role("button", name="Move down: Lesson 1")
    down.focus()
    page.keyboard.press("Enter")
    saved(page)
    expect(down).to_be_focused()
    expect(page.locator("#main .moved").first).to_contain_text("Position 2 of 2. Lessons in One")
    assert order() == ["One l2", "One l1", "Two l3"]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    wait_for(lambda: order() == ["One l2", "Two l3", "Two l1"])
    page.get_by_role("button", name="Move up: Two").click()
    wait_for(lambda: order() == ["Two l3", "Two l1", "One l2"])
    page.reload()
    expect(page.locator(".lesson b").first).to_have_text("Lesson 3")


def test_a_lesson_is_dragged_into_another_session(browser, live_server, instructor):
    page = open_context(browser, live_server, instructor, **wide_light()).new_page()
    page.goto("/teach/mine/")
    page.locator(".lesson", has_text="Lesson 1").drag_to(
        page.locator(".lesson", has_text="Lesson 3"), target_position={"x": 20, "y": 4}
    )
    saved(page)
    assert order() == ["One l2", "Two l1", "Two l3"]


def test_a_session_is_dragged_with_its_lessons(browser, live_server, instructor):
    page = open_context(browser, live_server, instructor, **wide_light()).new_page()
    page.goto("/teach/mine/")
    page.get_by_role("heading", name="Two").drag_to(
        page.get_by_role("heading", name="One"), target_position={"x": 5, "y": 2}
    )
    saved(page)
    assert order() == ["Two l3", "One l1", "One l2"]


def test_a_move_of_an_order_that_changed_meanwhile_is_refused_and_says_so(browser, live_server, instructor):
    page = open_context(browser, live_server, instructor, **wide_light()).new_page()
    page.goto("/teach/mine/")
    make_lesson(Lesson.objects.get(slug="l3").session, "l4")
    page.get_by_role("button", name="Move down: Lesson 1").click()
    expect(page.locator("#main .moved").first).to_contain_text("Not saved")
    assert order()[:2] == ["One l1", "One l2"]


def test_without_javascript_buttons_move_and_add(browser, live_server, instructor):
    page = open_context(browser, live_server, instructor, **wide_light(java_script_enabled=False)).new_page()
    page.goto("/staff/")
    page.get_by_role("button", name="Move down: Lesson 2").click()
    assert page.url.endswith("/staff/#lesson-" + str(Lesson.objects.get(slug="l2").pk))
    assert order() == ["One l1", "Two l2", "Two l3"]
    page.goto("/teach/mine/")
    page.get_by_text("Move a lesson to another session").click()
    page.get_by_label("Lesson", exact=True).select_option("Lesson 3")
    page.get_by_label("To the end of").select_option("One")
    page.get_by_role("button", name="Move", exact=True).click()
    assert order() == ["One l1", "One l3", "Two l2"]
    page.get_by_label("New session").fill("Three")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Three")).to_be_visible()


def test_labs_are_moved_as_well(browser, live_server, instructor, course):
    page = open_context(browser, live_server, instructor, **wide_light()).new_page()
    page.goto("/teach/mine/")
    page.get_by_text("Order of the labs").click()
    page.get_by_role("button", name="Move up: A lab by itself").click()
    wait_for(lambda: [lab.slug for lab in course.labs.all()] == ["loose", "named"])


@pytest.mark.parametrize("look", [small_dark(), wide_light(), wide_light(color_scheme="dark")])
def test_pages_are_accessible_and_no_wider_than_the_window(browser, live_server, instructor, course, look):
    page = open_context(browser, live_server, instructor, **look).new_page()
    edit = Lesson.objects.get(slug="l3").pk
    cohort = course.cohorts.get().pk
    forms = (
        "lessons/lesson/add",
        f"lessons/lesson/{edit}/change",
        "labs/lab/add",
        f"lessons/cohort/{cohort}/change",
    )
    for address in ("/staff/", "/teach/mine/", *(f"/staff/{form}/" for form in forms)):
        page.goto(address)
        page.locator(":is(.tables, .into) > summary").evaluate_all(
            "found => found.forEach((one) => one.click())"
        )
        assert axe_violations(page) == []
        assert not widens(page)
