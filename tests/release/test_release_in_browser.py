"""Items that open later, as learners and staff see them: accessible, within the screen, and never a link."""

import os

import pytest

from tests.browsing import LOOKS, axe_violations, open_context, widens

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def look_at(page, name: str, options) -> None:
    # SHOTS=folder keeps a picture of each page
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}-{options.__name__}.png", full_page=True)


@pytest.mark.heavy
@pytest.mark.parametrize("options", LOOKS)
def test_pages_that_open_later_are_accessible_and_fit_the_screen(browser, live_server, term, options):
    course, learner, instructor = term
    address = course.get_absolute_url()
    with open_context(browser, live_server, learner, **options()) as context:
        page = context.new_page()
        for name, path, status in (
            ("outline", address, 200),
            ("not-open", f"{address}merging/", 403),
            ("lesson", f"{address}start/", 200),
            ("home", "/", 200),
            ("progress", f"{address}progress/", 200),
        ):
            assert page.goto(path).status == status
            page.evaluate(
                "document.querySelectorAll('main details, .side').forEach(each => each.open = true)"
            )
            look_at(page, name, options)
            assert axe_violations(page) == []
            assert not widens(page)
            assert page.locator(f'a[href="{address}merging/"]').count() == 0
    with open_context(browser, live_server, instructor, **options()) as context:
        page = context.new_page()
        for name, path in (
            ("staff-outline", address),
            ("staff-lesson", f"{address}soon/"),
            ("form", f"/staff/lessons/lesson/{course.lessons.get(slug='soon').pk}/change/"),
        ):
            assert page.goto(path).status == 200
            look_at(page, name, options)
            if name != "form":
                page.evaluate(
                    "document.querySelectorAll('main details, .side').forEach(each => each.open = true)"
                )
                look_at(page, name, options)
                assert axe_violations(page) == []
            assert not widens(page)
