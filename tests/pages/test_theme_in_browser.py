import pytest
from playwright.sync_api import expect

from tests.browsing import open_context, small_dark, wide_light
from tests.factories import make_learner

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_theme_changes_in_place_and_is_kept(browser, live_server):
    learner = make_learner()
    context = open_context(browser, live_server, learner.user, **wide_light())
    page = context.new_page()
    page.goto("/help/#main")
    page.evaluate("window.same = true")
    with page.expect_response(lambda response: response.url.endswith("/theme/")):
        page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="System")).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("window.same")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    context.close()


def test_without_script_the_theme_is_a_form(browser, live_server):
    context = open_context(browser, live_server, **small_dark(java_script_enabled=False))
    page = context.new_page()
    page.goto("/help/")
    page.get_by_role("button", name="Light").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.url == f"{live_server.url}/help/"
    context.close()
