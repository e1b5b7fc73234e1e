"""A course from a Git repository, by clicks: without JavaScript, on a phone in the dark and on a wide screen."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from lessons import tasks
from lessons.models import Lesson
from tests.browsing import axe_violations, open_context, small_dark, wide_light, widens
from tests.courses.conftest import COURSE, LESSON

pytestmark = [pytest.mark.browser, pytest.mark.heavy, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[small_dark, wide_light], ids=["phone", "desk"])
def page(request, browser, live_server, instructor, monkeypatch):
    monkeypatch.setattr(tasks, "wake_reader", lambda: None)
    context = open_context(browser, live_server, instructor, **request.param())
    yield context.new_page()
    context.close()


def is_fine(page) -> None:
    assert axe_violations(page) == []
    assert not widens(page)


def test_a_course_is_bound_previewed_updated_and_its_problems_are_read(page, author, course):
    page.goto(reverse("admin:lessons_course_change", args=[course.pk]))
    page.get_by_role("link", name="Git repository").click()
    is_fine(page)
    page.get_by_label("Repository URL").fill("https://elsewhere.test/a/b")
    page.get_by_role("button", name="Bind the repository").click()
    expect(page.get_by_role("alert")).to_contain_text("Only repositories on")
    is_fine(page)
    page.get_by_label("Repository URL").fill(author.address.page)
    page.get_by_label("Folder").fill("courses/tiny")
    page.get_by_role("button", name="Bind the repository").click()

    page.get_by_role("button", name="Preview").click()
    tasks.read_repositories()
    page.get_by_role("link", name="Reload this page").click()
    page.get_by_role("link", name="The bound branch").click()
    expect(page.get_by_role("heading", name="Tiny")).to_be_visible()
    is_fine(page)
    page.get_by_role("link", name="Start", exact=True).click()
    expect(page.get_by_role("heading", name="Begin")).to_be_visible()
    is_fine(page)
    assert not Lesson.objects.exists()

    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Repository").click()
    page.get_by_role("button", name="Update now").click()
    tasks.read_repositories()
    page.get_by_role("link", name="Reload this page").first.click()
    expect(page.get_by_text("Course loaded: 5 created, 1 updated.")).to_be_visible()
    assert Lesson.objects.get().slug == "start"

    author.publish(
        **{
            "course.yaml": COURSE.replace("title: Tiny", "titel: Tiny"),
            "one/01-start.md": LESSON + "[x](lesson:gone)\n",
        }
    )
    page.get_by_role("button", name="Update now").click()
    tasks.read_repositories()
    page.get_by_role("link", name="Reload this page").first.click()
    expect(page.get_by_text("Nothing was loaded.").first).to_be_visible()
    expect(page.get_by_text("Unknown key “titel”. Did you mean “title”?")).to_be_visible()
    is_fine(page)
