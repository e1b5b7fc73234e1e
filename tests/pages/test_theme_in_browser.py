import pytest
from playwright.sync_api import expect

from tests.browsing import axe_violations, open_context, small_dark, wide_light, widens
from tests.factories import make_learner

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_menu(page, name="Account"):
    page.locator("details.menu > summary", has_text=name).click()
    return page.locator("details.menu")


def test_the_theme_changes_in_place_and_is_saved(browser, live_server):
    learner = make_learner()
    context = open_context(browser, live_server, learner.user, **wide_light())
    page = context.new_page()
    page.goto("/help/#main")
    page.evaluate("window.same = true")
    menu = open_menu(page)
    with page.expect_response(lambda response: response.url.endswith("/theme/")):
        page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="System")).to_have_attribute("aria-pressed", "false")
    expect(menu).to_have_attribute("open", "")
    assert page.evaluate("window.same")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    context.close()


def test_without_script_the_theme_is_a_form(browser, live_server):
    context = open_context(browser, live_server, **small_dark(java_script_enabled=False))
    page = context.new_page()
    page.goto("/help/?a=b")
    open_menu(page, "Theme")
    page.get_by_role("button", name="Light").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.url == f"{live_server.url}/help/?a=b"
    assert page.locator(".menu").bounding_box()["y"] >= 0, "the form is where the new page opens: at its top"
    context.close()


def test_the_menu_names_the_account_and_signs_out_without_script(browser, live_server):
    learner = make_learner()
    context = open_context(browser, live_server, learner.user, **small_dark(java_script_enabled=False))
    page = context.new_page()
    page.goto("/help/")
    menu = open_menu(page)
    expect(menu.locator("b")).to_have_text(learner.user.get_full_name())
    expect(menu.get_by_role("link", name="Settings")).to_have_attribute("href", "/account/settings/")
    menu.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    context.close()


def test_the_open_menu_closes_by_escape_and_by_a_click_beside_it(browser, live_server):
    learner = make_learner()
    for look in (small_dark(), wide_light()):
        context = open_context(browser, live_server, learner.user, **look)
        page = context.new_page()
        page.goto("/help/")
        menu = open_menu(page)
        assert (axe_violations(page), widens(page)) == ([], False)
        page.keyboard.press("Escape")
        expect(menu).not_to_have_attribute("open", "")
        expect(menu.locator("summary")).to_be_focused()
        open_menu(page)
        page.get_by_role("contentinfo").click()
        expect(menu).not_to_have_attribute("open", "")
        context.close()
