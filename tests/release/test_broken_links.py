"""One page lists the broken links of a course; a link by the slug from before a rename is none."""

import re
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from labs.reports.verdict import lesson_links
from lessons import actions
from lessons.models import FormerSlug, Lesson
from tests.authoring.conftest import QUIZ, make_instructor
from tests.browsing import LOOKS, axe_violations, open_context, widens
from tests.factories import LAB_SOURCE, make_course, make_lab, make_lesson, make_quiz, make_session
from tests.release.test_release_in_browser import look_at

pytestmark = pytest.mark.django_db

TEXT = "## One\n\n[old](lesson:old) [new](lesson:merging#x) [web](https://example.org/gone)\n"


@pytest.fixture
def course():
    return make_course("mlops", title="MLOps Edu")


@pytest.fixture
def broken(course):
    session = make_session(course)
    lesson = make_lesson(session, "merging", title="How to merge")
    FormerSlug.objects.create(course=course, kind="lesson", slug="old", target=lesson.pk)
    FormerSlug.objects.create(course=course, kind="lesson", slug="deleted", target=10**9)
    bad = (
        "[a](lesson:deleted)\n\n![A picture](/media/images/"
        + "0" * 32
        + ".png)\n\n[b](#none) [c](09-gone.md)\n"
    )
    make_lesson(session, "linking", title="Linking", source=f"{TEXT}\n{bad}", status="draft")
    make_lesson(session, "whole", title="Whole", source=TEXT)
    make_lesson(session, "other", title="Other faults", source="### Three\n\n[](https://example.org)\n")
    make_quiz(QUIZ.replace("> One.", "> One. [read](quiz:none)"), lesson)
    source = LAB_SOURCE.replace("lesson: git-basics#committing", "lesson: gone#committing")
    check = "    file: {path: README.md, exists: true}\n"
    source = source.replace(check, f"{check}    lesson: old\n")
    make_lab(course, "lab", brief="Text.\n\n[d](lab:none)\n", source=source)
    return course


def page_of(course) -> str:
    return reverse("admin:lessons_course_links", args=[course.pk])


def test_each_broken_link_is_listed_with_its_line_and_its_form(broken):
    client = Client()
    client.force_login(make_instructor(broken))
    page = client.get(page_of(broken)).content.decode()
    found = {}
    for section in re.findall("<section.*?</section>", page, re.DOTALL):
        title = re.search("<h2[^>]*>(.*?)</h2>", section)[1]
        found[title] = [
            (int(line), text.split(" ")[0]) for line, text in re.findall(r"<li>Line (\d+): (.*?) <a", section)
        ]
    assert found == {
        "Lesson: Linking": [
            (5, "lesson:deleted"),
            (7, f"/media/images/{'0' * 32}.png:"),
            (9, "#none"),
            (9, "09-gone.md"),
        ],
        "Quiz: First steps": [(16, "quiz:none")],
        "Brief of the lab: Your first repository": [(3, "lab:none")],
        "Checks of the lab: Your first repository": [(17, "this")],
    }
    assert "this course has no lesson “gone”" in page
    assert page.count("/change/#source-") == 6
    assert "/change/#brief-3" in page


def test_a_link_by_a_former_slug_leads_to_the_new_one(broken):
    lesson = actions.save_lesson(lesson=Lesson.objects.get(slug="whole"))
    assert lesson.html.count('href="/courses/mlops/merging/') == 2
    # A new lesson with the old slug is meant by it.
    make_lesson(lesson.session, "old")
    assert '"/courses/mlops/old/"' in actions.save_lesson(lesson=lesson).html


def test_a_result_links_to_the_lesson_that_a_check_names_by_its_former_slug(broken):
    report = SimpleNamespace(
        results=[SimpleNamespace(lesson=name) for name in ("old#one", "gone", "merging", None)]
    )
    links = lesson_links(report, broken)
    assert {name: link.address for name, link in links.items()} == {
        "old#one": "/courses/mlops/merging/#one",
        "merging": "/courses/mlops/merging/",
    }


def test_a_course_without_broken_links_says_so(course):
    make_lesson(make_session(course))
    client = Client()
    client.force_login(make_instructor(course))
    assert "No link of this course is broken." in client.get(page_of(course)).content.decode()
    assert client.post(page_of(course)).status_code == 405
    client.force_login(make_instructor(make_course()))
    assert client.get(page_of(course), follow=True).status_code == 404


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("options", LOOKS)
def test_edit_opens_the_form_at_the_line(browser, live_server, broken, options):
    with open_context(browser, live_server, make_instructor(broken), **options()) as context:
        page = context.new_page()
        page.goto(page_of(broken))
        look_at(page, "links", options)
        assert axe_violations(page) == []
        assert not widens(page)
        page.get_by_role("link", name="Edit line 5 of Linking").click()
        expect(page.locator("#id_source")).to_be_focused()
        chosen = "() => document.getElementById('id_source').value.slice(...['selectionStart', 'selectionEnd'].map(\n"
        chosen += "name => document.getElementById('id_source')[name]))"
        assert page.evaluate(chosen) == "[a](lesson:deleted)"
