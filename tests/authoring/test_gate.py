"""The publish gate where texts are saved: the form, course files and the quiz of a lesson."""

import pytest
from django.urls import reverse

from lessons.gate import judge_lesson, judge_quiz
from lessons.links import Links
from lessons.models import Lesson
from tests.authoring.conftest import QUIZ, change_address, lesson_fields
from tests.factories import make_quiz

LINKS = Links("mlops", {"lesson": {"git"}})
SKIPPED = "## A\n\n#### B\n"
UNTITLED = "```\ngit status\n```\n"
pytestmark = pytest.mark.django_db


def test_an_error_stops_publishing_and_links_to_its_line(staff, lesson):
    page = staff.post(change_address(lesson), lesson_fields(lesson, source=SKIPPED)).content.decode()
    assert 'data-line="3">Line 3</a>: This heading skips a level' in page
    assert Lesson.objects.get().source == lesson.source


def test_a_draft_is_saved_with_errors_and_says_so(staff, lesson):
    fields = lesson_fields(lesson, source=SKIPPED, status="draft")
    page = staff.post(change_address(lesson), fields, follow=True).content.decode()
    assert "Before you publish it, fix Markdown: Line 3: This heading skips a level" in page
    assert Lesson.objects.get().source == SKIPPED


def test_a_warning_is_shown_and_stops_nothing(staff, lesson):
    page = staff.post(change_address(lesson), lesson_fields(lesson, source=UNTITLED), follow=True)
    assert "You may want to check this: Line 1: This code block has no language" in page.content.decode()
    assert Lesson.objects.get().status == "published"
    assert Lesson.objects.get().source == UNTITLED


def test_a_lesson_is_published_only_if_its_quiz_passes(staff, lesson):
    make_quiz(QUIZ.replace("> One.", "> See [here](https://x.y)."), lesson)
    Lesson.objects.update(status="draft")
    page = staff.post(change_address(lesson), lesson_fields(lesson)).content.decode()
    assert "Not published: the quiz of this lesson has problems. Line 16: “here” does not say" in page
    assert Lesson.objects.get().status == "draft"


def test_the_preview_lists_both_with_their_lines(staff, course):
    fields = {"course": course.pk, "kind": "lesson", "content": SKIPPED + UNTITLED}
    notes = staff.post(reverse("markdownx_markdownify"), fields).json()["notes"]
    assert "<b>1 problem to fix before you publish</b>" in notes
    assert 'data-line="3">Line 3</a>: This heading skips a level' in notes
    assert notes.index("Worth checking") < notes.index('data-line="4">Line 4</a>: This code block')


def test_an_empty_lesson_is_not_published():
    assert judge_lesson(" \n", LINKS).errors[0].message == "Write the text before you publish the lesson."


@pytest.mark.parametrize(
    ("before", "after", "line", "says"),
    [
        ("Which command **records** a change?", "", 8, "This question is empty."),
        ("Which command **records** a change?", "<!-- later -->", 8, "This question has no words."),
        ("- [ ] `git add`", "- [ ] <!-- git add -->", 10, "This line has no words."),
        ("- [ ] `git add`", "- [ ] `git commit`", 10, "is in this question twice"),
        ("- [ ] `git add`", "- [ ] **git commit**", 10, "differs from another line only in formatting"),
        ("> One.", "> ![](/media/images/x.png)", 16, "say what the image shows"),
        ("> One.", "> [here](lesson:git)", 16, "does not say where the link leads"),
        ("> One.", "> [Git](lesson:gone)", 16, "lesson:gone leads nowhere"),
    ],
)
def test_a_quiz_is_judged_by_its_labels_and_its_texts(before, after, line, says):
    assert judge_quiz(QUIZ, LINKS).errors == []
    errors = judge_quiz(QUIZ.replace(before, after), LINKS).errors
    assert [(item.line, says in item.message) for item in errors] == [(line, True)]


def test_an_option_of_symbols_only_is_not_empty():
    quiz = QUIZ.replace("- [ ] `git add`", "- [ ] `*`\n- [ ] `#`\n- [ ] Git Commit")
    assert judge_quiz(quiz, LINKS).errors == []
