import os

import pytest
from playwright.sync_api import expect

from labs.tokens import new_token
from tests.browsing import LOOKS, axe_violations, open_context, small_dark, wide_light, widens
from tests.factories import make_learner

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/account/settings/"


@pytest.mark.parametrize("look", LOOKS)
def test_settings_page_is_accessible_and_fits(browser, live_server, look):
    learner = make_learner(name="Learner A")
    new_token(user=learner.user, name="Laptop")
    context = open_context(browser, live_server, learner.user, **look())
    page = context.new_page()
    page.goto(PAGE)
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/settings-{look.__name__}.png", full_page=True)
    assert (axe_violations(page), widens(page)) == ([], False)
    context.close()


@pytest.mark.heavy
@pytest.mark.parametrize("look", LOOKS)
def test_page_of_what_is_kept_is_accessible_and_accepted(browser, live_server, settings, tmp_path, look):
    settings.PRIVACY_VERSION, settings.PRIVACY_TEXT = "2026-11", str(tmp_path / "privacy.md")
    (tmp_path / "privacy.md").write_text("## Who we are\n\nThe **school**. Write to us.\n")
    user = make_learner().user
    context = open_context(browser, live_server, user, **look(java_script_enabled=True))
    page = context.new_page()
    page.goto("/calendar/")
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/accept-{look.__name__}.png", full_page=True)
    assert (axe_violations(page), widens(page)) == ([], False)
    page.get_by_role("button", name="Accept version 2026-11").click()
    page.wait_for_url("**/calendar/")
    page.get_by_role("contentinfo").get_by_role("link", name="What we keep").click()
    expect(page.get_by_role("heading", name="Audit log")).to_be_visible()
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/privacy-{look.__name__}.png", full_page=True)
    assert (axe_violations(page), widens(page)) == ([], False)
    page.goto(PAGE)
    expect(page.locator("#privacy")).to_contain_text("You accepted version 2026-11")
    context.close()


def test_settings_are_saved_without_script(browser, live_server):
    learner = make_learner()
    context = open_context(browser, live_server, learner.user, **small_dark(java_script_enabled=False))
    page = context.new_page()
    page.goto(PAGE)
    page.get_by_label("Light").check()
    page.get_by_label("Single-key shortcuts").uncheck()
    page.get_by_role("button", name="Save look").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    expect(page.get_by_label("Single-key shortcuts")).not_to_be_checked()
    page.locator("#id_name").fill("Learner B")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".band.ok")).to_have_text("Saved.")
    learner.user.refresh_from_db()
    assert (learner.user.name, learner.user.theme, learner.user.has_shortcuts) == (
        "Learner B",
        "light",
        False,
    )
    context.close()


def test_slash_searches_unless_shortcuts_are_off_for_the_account(browser, live_server):
    learner = make_learner()
    contexts = [open_context(browser, live_server, learner.user, **wide_light()) for _ in range(2)]
    first, other = (context.new_page() for context in contexts)
    field = "#head--search"
    other.goto("/help/")
    other.keyboard.press("/")
    expect(other.locator(field)).to_be_focused()
    first.goto("/search/?q=git")
    with first.expect_response(lambda response: response.url.endswith("/shortcuts/")) as answer:
        first.get_by_label("Use single-key shortcuts").uncheck()
    assert answer.value.status == 204
    other.reload()
    expect(other.locator(".find kbd")).to_be_hidden()
    other.keyboard.press("/")
    expect(other.locator(field)).not_to_be_focused()
    for context in contexts:
        context.close()


def test_visitor_turns_shortcuts_off_in_this_browser(browser, live_server):
    context = open_context(browser, live_server, **wide_light())
    page = context.new_page()
    page.goto("/search/?q=git")
    page.get_by_label("Use single-key shortcuts").uncheck()
    page.goto("/help/")
    expect(page.locator(".find kbd")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#head--search")).not_to_be_focused()
    context.close()
