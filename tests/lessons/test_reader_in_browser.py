import re

import pytest
from playwright.sync_api import expect

from lessons import actions
from lessons.models import Lesson, Reading, Tick
from tests.browsing import axe_violations, open_context, small_dark, wide_light, widens
from tests.factories import make_course, make_lab, make_learner, make_lesson, make_quiz, make_session
from tests.quiz_pages.examples import quiz_source
from tests.servers import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FILLER = "\n\n".join(["A paragraph that takes some room on the page. " * 12] * 6)
SOURCE = f"""\
A start.

## One

{FILLER}

```bash file=setup.sh
git init
```

## Two

::: flow
checkout -> build -> test
test -> fix -> build
:::

::: checklist
- [ ] Install Git {{#git}}
:::

{FILLER}

## Three

| | Does |
|---|---|
| `git add` | stages |

{FILLER}
"""


@pytest.fixture
def lesson(db):
    course = make_course("tiny", title="Tiny")
    lab = make_lab(course, slug="first")
    lesson = make_lesson(
        make_session(course), slug="start", title="Start here", source=SOURCE, lab_slugs=[lab.slug]
    )
    actions.save_lesson(lesson=lesson)
    make_lesson(lesson.session, slug="after", title="After")
    return lesson


@pytest.fixture
def learner(lesson):
    return make_learner(lesson.course)


LEARNER_PAGES = (
    "/",
    "/courses/tiny/",
    "/courses/tiny/start/",
    "/courses/tiny/progress/",
    "/account/settings/",
    "/help/",
)
VISITOR_PAGES = ("/", "/courses/tiny/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/")


def assert_accessible(context, addresses):
    page = context.new_page()
    for address in addresses:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        assert axe_violations(page) == [], address
        assert not widens(page), address
    context.close()


@pytest.mark.parametrize(
    ("look", "addresses"),
    [pytest.param(wide_light, LEARNER_PAGES, marks=pytest.mark.heavy), (small_dark, LEARNER_PAGES)],
)
def test_pages_for_learners_are_accessible_and_fit_the_screen(browser, live_server, learner, look, addresses):
    assert_accessible(open_context(browser, live_server, learner.user, **look()), addresses)


def test_pages_for_visitors_are_accessible(browser, live_server, lesson):
    assert_accessible(open_context(browser, live_server, **wide_light()), VISITOR_PAGES)


def test_no_other_page_scrolls_sideways_on_a_small_screen(browser, live_server, learner):
    people = {learner.user: ("/courses/tiny/labs/first/",), None: VISITOR_PAGES}
    for user, addresses in people.items():
        page = open_context(browser, live_server, user, **small_dark()).new_page()
        for address in addresses:
            page.goto(address)
            assert not widens(page), address
        page.context.close()


def test_a_glyph_stays_next_to_its_name_if_the_name_takes_two_lines(browser, live_server, learner, lesson):
    Lesson.objects.filter(pk=lesson.pk).update(title="A branch, and the merge of two of them")
    make_quiz(quiz_source(), lesson)
    context = open_context(browser, live_server, learner.user, **small_dark())
    page = context.new_page()
    page.goto("/courses/tiny/")
    glyph, name = (page.locator(f".session .row.on {part}").first.bounding_box() for part in (".g", "a"))
    assert name["height"] > 2 * glyph["height"]
    assert name["y"] <= glyph["y"] + glyph["height"] / 2 <= name["y"] + name["height"] / 2 + 1
    assert glyph["x"] + glyph["width"] <= name["x"]
    context.close()


def test_a_link_to_a_folded_session_opens_it(browser, live_server, learner, lesson):
    later = make_session(lesson.course, slug="later", title="Later")
    make_lesson(later, slug="far", title="Far away")
    context = open_context(browser, live_server, learner.user, **small_dark())
    page = context.new_page()
    page.goto("/courses/tiny/")
    expect(page.get_by_role("link", name="Far away")).to_be_hidden()
    page.goto("/courses/tiny/#session-later")
    expect(page.get_by_role("link", name="Far away")).to_be_in_viewport()
    expect(page.get_by_role("heading", name="Later")).to_be_in_viewport()
    context.close()


def test_the_reading_position_is_saved_and_home_links_back_to_it(browser, live_server, learner, lesson):
    context = open_context(browser, live_server, learner.user, **wide_light())
    page = context.new_page()
    page.goto("/courses/tiny/start/")
    page.locator("h2#two").evaluate("heading => heading.scrollIntoView()")
    expect(page).to_have_url(f"{live_server.url}/courses/tiny/start/#two")
    expect(page.locator(".toc [aria-current]")).to_have_text("Two")
    assert gaps_of_rail(page, ".toc .rail") == [(True, True)] * 2  # of three headings
    page.goto("/")
    wait_for(lambda: Reading.objects.filter(heading="two").exists())
    page.reload()
    link = page.get_by_role("main").get_by_role("link", name="Continue reading")
    expect(link).to_have_attribute("href", "/courses/tiny/start/#two")
    link.click()
    expect(page.locator("h2#two")).to_be_in_viewport()
    context.close()


def gaps_of_rail(page, rail: str) -> list[tuple[bool, bool]]:
    """Return whether each line of a rail starts at its glyph and whether it reaches the next, within 4 pixels."""
    gaps = page.locator(rail).evaluate(
        """rail => [...rail.children].slice(0, -1).map((item, number) => {
        const box = item.getBoundingClientRect(), line = getComputedStyle(item, "::before")
        const glyph = (of) => of.querySelector(".g").getBoundingClientRect()
        const begins = box.top + parseFloat(line.top), ends = box.bottom - parseFloat(line.bottom)
        if (line.content === "none" || line.backgroundImage === "none" && !parseFloat(line.width)) return [-1, -1]
        return [begins - glyph(item).bottom, glyph(rail.children[number + 1]).top - ends]
    })"""
    )
    return [tuple(0 <= gap <= 4 for gap in pair) for pair in gaps]


def test_code_is_copied(browser, live_server, learner, lesson):
    context = open_context(browser, live_server, learner.user, **wide_light())
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto("/courses/tiny/start/")
    page.get_by_role("button", name="Copy: setup.sh").click()
    expect(page.locator("#live")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == "git init"
    context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_lesson_is_read_ticked_and_left_with_and_without_scripts(
    browser, live_server, learner, lesson, scripts
):
    context = open_context(browser, live_server, learner.user, **wide_light(java_script_enabled=scripts))
    page = context.new_page()
    page.goto("/courses/tiny/start/")
    page.locator(".tick-box").click()
    expect(page.locator(".tick-box")).to_have_attribute("aria-pressed", "true")
    assert Tick.objects.get().key == "git"
    page.get_by_role("button", name="Mark as read and continue to After").click()
    expect(page).to_have_url(re.compile("/courses/tiny/after/"))
    assert Reading.objects.get(lesson=lesson).read_at
    page.get_by_role("link", name="Previous: Start here").click()
    expect(page.get_by_text("Read", exact=True)).to_be_visible()
    context.close()


def test_the_theme_that_was_chosen_stays(browser, live_server, learner, lesson):
    context = open_context(browser, live_server, learner.user, **wide_light())
    page = context.new_page()
    page.goto("/courses/tiny/start/")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("details.menu > summary").click()
    with page.expect_response(lambda response: response.url.endswith("/theme/")):
        page.get_by_role("button", name="Dark").click()
    expect(page).to_have_url(re.compile("/courses/tiny/start/"))
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.goto("/help/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    context.close()


def test_a_printed_lesson_is_light_and_has_no_navigation(browser, live_server, learner, lesson):
    context = open_context(browser, live_server, learner.user, **small_dark())
    page = context.new_page()
    page.goto("/courses/tiny/start/")
    page.emulate_media(media="print")
    expect(page.locator("header.head")).to_be_hidden()
    expect(page.locator(".pager")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(251, 250, 246)"
    context.close()


def test_no_request_leaves_the_portal(browser, live_server, learner, lesson):
    context = open_context(browser, live_server, learner.user, **wide_light())
    page = context.new_page()
    outside = []
    page.on("request", lambda request: request.url.startswith(live_server.url) or outside.append(request.url))
    for address in ("/", "/courses/tiny/start/", "/courses/tiny/labs/first/"):
        page.goto(address)
    assert outside == []
    context.close()
