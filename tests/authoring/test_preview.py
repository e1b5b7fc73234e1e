"""The preview is the reader's own HTML, sanitised, for staff of the course alone."""

import pytest
from django.test import Client
from django.urls import reverse

from lessons.models import Lesson, Quiz
from tests.authoring.conftest import QUIZ, change_address, lesson_fields, make_instructor, save
from tests.factories import make_course, make_lab, make_learner, make_lesson, make_quiz, make_user

pytestmark = pytest.mark.django_db

SOURCE = """\
## One

Text with `code` and [a link](lesson:first).

::: flow
checkout -> build -> test
:::

::: checklist
- [ ] Install Git {#git}
:::

| Command | Does |
|---|---|
| `git add` | stages |
"""


def preview(client, course, content, kind="lesson", **fields):
    address = reverse("markdownx_markdownify")
    return client.post(address, {"course": course.pk, "kind": kind, "content": content, **fields})


def test_the_preview_contains_the_html_that_the_reader_gets(staff, course, lesson):
    shown = preview(staff, course, SOURCE, title="First").json()
    assert save(lesson, SOURCE).html in shown["page"]
    assert "<h1>First</h1>" in shown["page"]


def test_the_preview_shows_words_minutes_and_outline(staff, course, lesson):
    notes = preview(staff, course, "## One\n\n" + "word " * 450).json()["notes"]
    assert "451 words, about 3 minutes to read" in notes
    assert '<a href="#one">One</a>' in notes


@pytest.mark.parametrize("kind", ["lesson", "brief"])
def test_a_fault_is_named_at_its_line(staff, course, kind):
    shown = preview(staff, course, "## A\r\n\r\n[b](lesson:nowhere)\r\n![](/media/images/x.png)", kind).json()
    assert 'data-line="3">Line 3</a>: lesson:nowhere leads nowhere' in shown["notes"]
    assert 'data-line="4">Line 4</a>: /media/images/x.png: say what the image shows' in shown["notes"]
    assert "<h2" in shown["page"]


def test_a_text_that_is_too_large_leaves_the_last_preview(staff, course):
    shown = preview(staff, course, "[" * 6_000).json()
    assert shown["page"] is None
    assert "opening brackets" in shown["notes"]


@pytest.mark.parametrize("kind", ["lesson", "brief"])
def test_nothing_unsanitised_comes_back(staff, course, kind):
    hostile = "<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1)) ![b](data:x)"
    shown = preview(staff, course, hostile, kind, title="<script>").json()
    assert "<script" not in shown["page"] + shown["notes"]
    assert "<img" not in shown["page"] + shown["notes"]
    assert 'href="javascript' not in shown["page"] + shown["notes"]


def test_a_quiz_is_shown_as_the_player_asks_it_and_tells_the_author_what_is_right(staff, course):
    page = preview(staff, course, QUIZ, "quiz").json()["page"]
    assert "<fieldset disabled>" in page
    assert 'type="radio" name="answer"' in page
    assert "Correct answer" in page
    assert "That stages it." in page
    assert "The record is the commit." in page


def test_the_order_of_options_stays_during_typing(staff, course):
    first = preview(staff, course, QUIZ, "quiz").json()["page"]
    assert preview(staff, course, QUIZ, "quiz").json()["page"] == first


def test_a_quiz_with_a_fault_names_its_line_and_leaves_the_last_preview(staff, course):
    shown = preview(staff, course, QUIZ.replace("[x]", "[ ]"), "quiz").json()
    assert shown["page"] is None
    assert 'data-line="8"' in shown["notes"]


def test_a_picture_without_alt_text_in_a_quiz_is_not_saved(staff, lesson):
    quiz = make_quiz(QUIZ, lesson)
    bad = QUIZ.replace("> One.", "> ![](/media/images/x.png)")
    page = staff.post(change_address(quiz), {"source": bad}).content.decode()
    assert 'data-line="16">Line 16</a>: /media/images/x.png: say what the image shows' in page
    assert Quiz.objects.get().source == QUIZ


def test_a_picture_without_alt_text_in_a_lesson_is_not_saved(staff, lesson):
    page = staff.post(change_address(lesson), lesson_fields(lesson, source="A\n\n![](/media/images/x.png)"))
    assert 'data-line="3">Line 3</a>' in page.content.decode()
    assert Lesson.objects.get().source == lesson.source


def preview_lab(client, course, content):
    return client.post(reverse("admin:labs_lab_preview"), {"course": course.pk, "content": content})


def test_lab_yaml_is_shown_as_its_checks(staff, course):
    shown = preview_lab(staff, course, make_lab(course).source).json()
    assert "main has at least three commits of yours" in shown["page"]
    assert "3 checks, 100 points" in shown["notes"]


def test_a_fault_in_lab_yaml_is_named_at_line_and_key(staff, course):
    source = make_lab(course).source.replace("at_least: 3", "at_least: many")
    shown = preview_lab(staff, course, source).json()
    assert shown["page"] is None
    assert 'data-line="11">Line 11</a>: commits.at_least:' in shown["notes"]


@pytest.mark.parametrize("ask", [preview, preview_lab], ids=["Markdown", "lab.yaml"])
def test_the_preview_is_for_staff_of_the_course(client, course, ask):
    assert ask(client, course, "x").status_code == 302
    client.force_login(make_learner(course).user)
    assert ask(client, course, "x").status_code in (302, 403)
    client.force_login(make_instructor(make_course()))
    assert ask(client, course, "x").status_code == 404


def test_the_preview_takes_a_course_and_a_kind_that_exist(staff, course):
    address = reverse("markdownx_markdownify")
    assert staff.post(address, {"content": "x", "kind": "lesson"}).status_code == 404
    assert staff.post(address, {"content": "x", "kind": "lesson", "course": "²"}).status_code == 404
    assert preview(staff, course, "x", kind="page").status_code == 404
    assert staff.get(address).status_code == 405


@pytest.mark.parametrize("name", ["markdownx_markdownify", "markdownx_compare", "admin:labs_lab_preview"])
def test_the_preview_needs_a_csrf_token(instructor, course, name):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(instructor)
    assert strict.post(reverse(name), {"course": course.pk, "kind": "lesson"}).status_code == 403


def test_two_texts_are_compared_for_staff(client, staff):
    page = staff.post(reverse("markdownx_compare"), {"old": "a\n<b>", "new": "a\nc"}).content.decode()
    assert "&lt;b&gt;</del>" in page
    assert "c</ins>" in page
    client.force_login(make_user())
    assert client.post(reverse("markdownx_compare")).status_code == 403


def test_a_lesson_is_seen_as_a_learner_sees_it(staff, course, lesson):
    Lesson.objects.filter(pk=lesson.pk).update(status="draft")
    page = staff.get(reverse("lesson_as_learner", args=["mine", "first"]))
    assert "Some text." in page.content.decode()
    assert "Draft" not in page.content.decode()
    assert "Mark as read" in page.content.decode()
    assert "form-action 'none'" in page.headers["Content-Security-Policy"]
    assert "Draft" in staff.get(lesson.get_absolute_url()).content.decode()


def test_the_learner_view_does_not_link_to_drafts(staff, lesson):
    make_lesson(lesson.session, title="Hidden", status="draft", position=lesson.position + 1)
    make_lesson(lesson.session, title="Open", position=lesson.position + 2)
    page = staff.get(reverse("lesson_as_learner", args=["mine", "first"])).content.decode()
    assert "Open" in page
    assert "Hidden" not in page


def test_the_page_as_learner_is_for_staff_of_the_course(client, course, lesson):
    address = reverse("lesson_as_learner", args=["mine", "first"])
    assert client.get(address).status_code == 302
    client.force_login(make_learner(course).user)
    assert client.get(address).status_code == 403
    client.force_login(make_instructor(make_course()))
    assert client.get(address).status_code == 404
