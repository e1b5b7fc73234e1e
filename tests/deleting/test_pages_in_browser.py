"""The pages that delete, restore and copy, and the snippets of an editor: accessible, and usable by keyboard."""

import os

import pytest
from django.urls import reverse

from lessons.models import Course, Lesson, Snippet
from tests.authoring.conftest import make_instructor
from tests.browsing import axe_violations, open_context, small_dark, wide_light, widens
from tests.deleting.conftest import delete
from tests.staff.conftest import change_address
from tests.web.world import make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.heavy]


def look_at(page, name: str, options) -> None:
    # SHOTS=folder keeps a picture of each page
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}-{options.__name__}.png", full_page=True)


@pytest.fixture
def world(db):
    return make_world()


def check(page, name: str, options) -> None:
    look_at(page, name, options)
    assert axe_violations(page) == []
    assert not widens(page)


@pytest.mark.parametrize("options", [wide_light, small_dark])
def test_an_instructor_deletes_restores_and_copies(browser, live_server, world, options):
    here = world.here
    Lesson.objects.filter(pk=here.lesson.pk).update(lab_slugs=[here.lab.slug])
    delete(world, "quiz")
    with open_context(browser, live_server, here.instructor, **options()) as context:
        page = context.new_page()
        page.goto(change_address(here.lesson))
        page.get_by_role("link", name="Delete", exact=True).click()
        page.get_by_role("heading", name=f"Delete the lesson “{here.lesson}”?").wait_for()
        check(page, "delete", options)
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Delete the lesson").focus()
        page.keyboard.press("Enter")
        page.get_by_text("You can restore it below.").wait_for()
        check(page, "deleted", options)
        assert page.goto(here.lesson.get_absolute_url()).status == 404
        page.goto(f"{reverse('admin:lessons_course_deleted')}?course={here.course.pk}")
        page.get_by_role("button", name="Restore the quiz").click()
        page.get_by_text(f"Restore the lesson {here.lesson} first.").wait_for()
        check(page, "not-restored", options)
        page.get_by_role("button", name="Restore the lesson").click()
        page.get_by_text("You restored").wait_for()
        assert page.goto(here.lesson.get_absolute_url()).status == 200
        page.goto(reverse("teach", args=[here.course.slug]))
        page.get_by_role("link", name="Copy", exact=True).click()
        check(page, "copy", options)
        page.get_by_label("Slug").fill("here")
        page.get_by_role("button", name="Copy the course").click()
        page.get_by_role("heading", name="There is a problem").wait_for()
        check(page, "copy-refused", options)
        page.get_by_label("Slug").fill("next")
        page.get_by_role("button", name="Copy the course").click()
        page.get_by_text("You teach it.").wait_for()
        assert Course.objects.filter(slug="next").exists()


@pytest.mark.parametrize("options", [wide_light, small_dark])
def test_a_snippet_is_inserted_by_keyboard(browser, live_server, world, options):
    instructor = make_instructor(world.here.course)
    Snippet.objects.create(
        course=world.here.course, kind="template", name="Evening", text="## Plan\n\nWords.\n"
    )
    Snippet.objects.create(course=world.here.course, name="Note on exams", text="::: note\nNo exam.\n:::\n")
    with open_context(browser, live_server, instructor, **options()) as context:
        page = context.new_page()
        page.goto(f"{reverse('admin:lessons_lesson_add')}?course={world.here.course.pk}")
        page.get_by_role("link", name="Evening").click()
        source = page.locator("textarea[name=source]")
        assert source.input_value() == "## Plan\n\nWords.\n"
        source.press("Control+End")
        for name in ("Snippets of the course to insert", "Note on exams"):
            page.locator("summary", has_text=name).focus()
            page.keyboard.press("Enter")
        look_at(page, "snippets", options)
        assert axe_violations(page) == []
        page.get_by_role("button", name="Insert: Note on exams").focus()
        page.keyboard.press("Enter")
        assert source.input_value() == "## Plan\n\nWords.\n\n::: note\nNo exam.\n:::\n"
        page.goto(reverse("admin:lessons_snippet_changelist"))
        look_at(page, "list-of-snippets", options)
        assert not widens(page)
