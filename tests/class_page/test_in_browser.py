"""The class page in Chromium: no wider than the window, accessible, and its map stays in place."""

import pytest
from django.core.cache import caches
from playwright.sync_api import expect

from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.class_page.full_class import fill

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.heavy]


@pytest.fixture
def people(transactional_db, group):
    caches["pages"].clear()
    return fill(group)


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_a_class_are_accessible_and_no_wider_than_the_window(
    browser, live_server, group, people, look
):
    lab = f"?lab={group.lab.pk}"
    paths = ["", "stuck/", "checks/", f"stuck/{people[0].pk}/{lab}"]
    context = open_context(browser, live_server, group.instructor, **look())
    page = context.new_page()
    for path in [*map(group.address, paths), "/staff/"]:
        page.goto(path)
        assert not widens(page), path
        assert axe_violations(page) == [], path
    context.close()


def test_without_javascript_the_map_is_sorted_and_its_heads_stay(browser, live_server, group, people):
    options = {"java_script_enabled": False, "viewport": {"width": 1280, "height": 900}}
    context = open_context(browser, live_server, group.instructor, **options)
    page = context.new_page()
    page.goto(group.address())
    page.get_by_role("link", name="L4", exact=True).click()
    head = page.locator("table.heat thead th").filter(has_text="L4")
    expect(head).to_have_attribute("aria-sort", "ascending")
    first = page.locator("table.heat tbody tr").first
    expect(first.locator("td").nth(8)).to_have_text("–")
    page.get_by_label("Show").select_option("passed")
    page.get_by_label("in", exact=True).select_option(f"lab-{group.lab.pk}")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("table.heat tbody tr")).not_to_have_count(24)
    context.close()


def test_staff_snooze_and_handle_from_the_list(browser, live_server, group, people):
    context = open_context(browser, live_server, group.instructor)
    page = context.new_page()
    page.goto(group.address())
    stuck = page.locator("section[aria-labelledby=stuck]")
    stuck.get_by_role("link", name="Learner A, Resolve a conflict").click()
    page.get_by_role("button", name="Mark as handled").click()
    expect(page.get_by_role("alert")).to_contain_text("Write a note for the other staff")
    page.locator("#handled-note").fill("Called them")
    page.get_by_role("button", name="Mark as handled").click()
    expect(page.get_by_text("Marked as handled.")).to_be_visible()
    expect(stuck.get_by_role("link", name="Learner A, Resolve a conflict")).to_have_count(0)
    context.close()
