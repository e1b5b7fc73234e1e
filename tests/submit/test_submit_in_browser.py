"""The address box in a real browser: with a real portal and a real fetch, and page by page."""

from collections.abc import Iterator

import pytest
from django.db import connections
from playwright.sync_api import expect

from labs.models import State
from tests.browsing import LOOKS, axe_violations, open_context, small_dark, wide_light, widens
from tests.factories import make_lab, make_learner
from tests.servers import Stack
from tests.submit.conftest import ADDRESS, PASSABLE, submitted

pytestmark = [pytest.mark.browser, pytest.mark.heavy]


@pytest.fixture
def stack(tmp_path, host, django_db_blocker) -> Iterator[Stack]:
    """A whole portal, for which git.test stands in for every host; the ORM works on its database."""
    place = {"REPOSITORY_HOSTS": host.host, "TEST_GIT_SERVER": f"127.0.0.1,{host.certificate}"}
    running = Stack(tmp_path / "portal", **place)
    try:
        with django_db_blocker.unblock(), running.orm():
            running.migrate()
            running.start("broker", "web", "worker")
            yield running
            connections["default"].close()
    finally:
        running.end()


@pytest.mark.processes
def test_pasted_address_leads_to_a_result_and_the_next_commit_to_a_better_one(stack, work, browser):
    lab = make_lab(source=PASSABLE)
    context = open_context(browser, stack, make_learner(lab.course).user, **wide_light())
    page = context.new_page()
    page.goto(lab.get_absolute_url())
    open_box(page)
    page.get_by_label("Repository URL").fill(f"  https://{work.address}.git ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Is this the right commit?")).to_be_focused()
    expect(page.locator(".kv")).to_contain_text(f"{work.head()[:7]} Describe the project")
    page.get_by_role("button", name="Grade this commit").click()
    expect(page.get_by_role("heading", name="0 of 100 points. You need 70.")).to_be_visible()
    expect(page.locator(".under")).to_contain_text(f"on branch main of {work.address}")

    work.put("README.md", "# Billing\n")
    work.commit("Add a README")
    work.push()
    page.get_by_role("button", name="Grade the latest commit").click()
    expect(page.get_by_role("heading", name="100 of 100 points. You passed.")).to_be_visible()
    page.get_by_role("button", name="Grade the latest commit").click()
    expect(page.get_by_text("There are no new commits. This is the result of commit")).to_be_visible()
    context.close()


@pytest.fixture
def open_page(browser, live_server, cast, db):
    """The lab page, signed in as the learner; `look` as in tests/browsing.py."""
    contexts = []

    def go(look=wide_light, **options):
        context = open_context(browser, live_server, cast.learner.user, **look(**options))
        contexts.append(context)
        page = context.new_page()
        page.goto(cast.lab.get_absolute_url())
        return page

    yield go
    for context in contexts:
        context.close()


def open_box(page) -> None:
    page.get_by_role("radio").nth(1).check()


def paste(page, text: str) -> None:
    open_box(page)
    page.get_by_label("Repository URL").fill(text)
    page.get_by_role("button", name="Show the latest commit").click()


def is_well(page) -> bool:
    return axe_violations(page) == [] and not widens(page)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("look", LOOKS)
def test_box_is_accessible_in_each_of_its_states(open_page, github, cast, page, look):
    shown = open_page(look)
    assert is_well(shown)
    paste(shown, f"{ADDRESS}/blob/main/README.md")
    expect(shown.locator(".error-summary")).to_be_focused()
    expect(shown).to_have_title("Error: Your first repository – Portal")
    assert is_well(shown)
    shown.get_by_role("button", name="Use that").click()
    expect(shown.get_by_role("heading", name="Is this the right commit?")).to_be_focused()
    expect(shown).to_have_title("Your first repository – Portal")
    assert is_well(shown)
    submission = submitted(page.grade(github.commit))
    submission.state = State.UNREADABLE
    submission.save()
    for address in (cast.lab.get_absolute_url(), submission.get_absolute_url()):
        shown.goto(address)
        # the lab opens the tab that was used for the last submission
        expect(shown.get_by_role("button", name="Grade the latest commit")).to_be_visible()
        assert is_well(shown)


@pytest.mark.django_db(transaction=True)
def test_branch_that_moved_while_the_page_was_open_is_shown_again(open_page, github):
    page = open_page()
    paste(page, ADDRESS)
    expect(page.get_by_role("heading", name="Is this the right commit?")).to_be_focused()
    github.refs["refs/heads/main"] = "7" * 40
    page.get_by_role("button", name="Grade this commit").click()
    expect(page.get_by_role("heading", name="The branch has a newer commit")).to_be_focused()
    page.get_by_role("button", name="Grade this commit").click()
    expect(page.locator(".under")).to_contain_text("commit 7777777")


@pytest.mark.django_db(transaction=True)
def test_box_works_without_javascript(open_page, github):
    page = open_page(small_dark, java_script_enabled=False)
    paste(page, f"{ADDRESS}/blob/main/README.md")
    expect(page.locator(".error-summary")).to_be_in_viewport()
    page.get_by_role("button", name="Use that").click()
    page.get_by_role("button", name="Grade this commit").click()
    expect(page.locator(".under")).to_contain_text(f"commit {github.commit[:7]}")


@pytest.mark.django_db(transaction=True)
def test_page_whose_form_is_out_of_date_says_so(open_page, github):
    """Signing in again in another tab changes the token that this page was sent with."""
    page = open_page()
    page.context.clear_cookies(name="csrftoken")
    paste(page, ADDRESS)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Your first repository")


@pytest.mark.django_db(transaction=True)
def test_page_that_was_signed_out_meanwhile_asks_to_sign_in(open_page, github):
    page = open_page()
    page.context.clear_cookies(name="sessionid")
    paste(page, ADDRESS)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
