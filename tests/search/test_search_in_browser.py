"""Searching in Chromium: the key, the field in the header, and the words that are marked on arrival."""

import pytest
from playwright.sync_api import expect

from tests.browsing import LOOKS, axe_violations, open_context, small_dark, wide_light, widens
from tests.factories import make_course, make_learner, make_session
from tests.search.conftest import write_lab, write_lesson, write_quiz
from tests.search.test_finding import GIT, KUBERNETES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SEARCH_FIELD = "Search lessons, labs and quizzes"
FAR = "\n\n".join(["Much else is said here."] * 60)


@pytest.fixture
def course():
    course = make_course("mlops", title="MLOps")
    session = make_session(course, title="First evening", slug="first")
    lesson = write_lesson(GIT, session=session, slug="git", title="Git basics", public=True)
    write_quiz(lesson, "Git quiz")
    write_lesson(f"## Far\n\n{FAR}\n\nThe needle is here.", session=session, slug="far", public=True)
    write_lesson(KUBERNETES, session=session, slug="kubernetes", public=True)
    write_lab(course, "conflict", "## Steps\n\nMerge, then resolve.", title="Resolve a conflict")
    return course


@pytest.fixture
def open_page(browser, live_server, course):
    def open_page(address, user=None, **options):
        page = open_context(browser, live_server, user, **options).new_page()
        page.goto(address)
        return page

    return open_page


def test_slash_leads_to_the_field_and_enter_to_results(open_page):
    page = open_page("/courses/mlops/git/", **wide_light())
    page.keyboard.press("/")
    field = page.get_by_label(SEARCH_FIELD)
    expect(field).to_be_focused()
    page.keyboard.type("a/b merge")
    expect(field).to_have_value("a/b merge")  # a slash that is typed stays one
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("a/b merge")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("/")
    expect(page.get_by_label(SEARCH_FIELD)).to_be_focused()


def test_slash_on_a_phone_opens_the_page(open_page):
    page = open_page("/help/", **small_dark())
    expect(page.get_by_label(SEARCH_FIELD)).to_be_hidden()
    page.keyboard.press("/")
    page.wait_for_url("**/search")
    expect(page.get_by_label(SEARCH_FIELD)).to_be_focused()


def test_key_can_be_switched_off(open_page):
    page = open_page("/search", **wide_light())
    page.get_by_text("Use single-key shortcuts").click()
    page.goto("/help/")
    page.keyboard.press("/")
    expect(page.get_by_label(SEARCH_FIELD)).not_to_be_focused()
    page.goto("/search")
    expect(page.get_by_label("Use single-key shortcuts")).not_to_be_checked()
    page.get_by_text("Use single-key shortcuts").click()
    page.goto("/help/")
    page.keyboard.press("/")
    expect(page.get_by_label(SEARCH_FIELD)).to_be_focused()


def test_result_arrives_at_the_words_far_below_their_heading(open_page):
    page = open_page("/search?q=needle", **wide_light())
    page.get_by_role("link", name="Far").click()
    expect(page.get_by_text("The needle is here.")).to_be_in_viewport()
    expect(page.get_by_role("heading", name="Far", level=2)).not_to_be_in_viewport()


def test_result_of_a_changed_lesson_arrives_at_its_heading(open_page):
    page = open_page(
        "/courses/mlops/git/#resolving-a-conflict:~:text=words%20that%20are%20gone", **wide_light()
    )
    expect(page.get_by_role("heading", name="Resolving a conflict")).to_be_in_viewport()


def test_everything_works_without_script(open_page):
    page = open_page("/help/", **wide_light(java_script_enabled=False))
    page.get_by_label(SEARCH_FIELD).fill("kubctl")
    page.get_by_label(SEARCH_FIELD).press("Enter")
    page.get_by_role("link", name="kubectl", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 result for ‘kubectl’")
    page.get_by_role("link", name="Kubernetes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kubernetes")


@pytest.mark.heavy
@pytest.mark.parametrize("look", LOOKS)
def test_states_are_accessible_and_fit(open_page, course, look):
    learner = make_learner(course).user
    page = open_page("/search", learner, **look())
    for address in (
        "/search",
        "/search?q=a",
        "/search?q=merge",
        "/search?q=kubctl",
        "/search?q=xyzzy",
        "/nowhere/",
        "/",
    ):
        page.goto(address)
        assert (axe_violations(page), widens(page)) == ([], False), address
