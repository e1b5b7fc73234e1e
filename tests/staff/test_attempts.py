"""Staff see an attempt as its learner saw it."""

import re

import pytest
from django.urls import reverse

from labs.models import LabVersion
from lessons import actions, attempt_actions
from lessons.models import Answer, Quiz
from tests.authoring.conftest import make_instructor
from tests.factories import (
    make_course,
    make_lab,
    make_learner,
    make_lesson,
    make_quiz,
    make_session,
    make_submission,
)
from tests.staff.conftest import change_address

pytestmark = pytest.mark.django_db

SOURCE = """\
---
title: First steps
pass_mark: 70
attempts: 3
release: never
---

## Which command **records** a change? {#commit}
- [x] `git commit`
- [ ] `git add`
> The record is the commit.

## Put these in order. {#order}
1. Design
2. Build
3. Test
> As written.

## Match the role. {#roles}
| Role | Work |
|---|---|
| Author | writes |
| Reader | reads |
> Each has one.

## Which command lists the branches? {#branch}
= git branch
> It lists them.
"""


@pytest.fixture
def attempt(course):
    quiz = make_quiz(SOURCE, make_lesson(make_session(course)))
    attempt = attempt_actions.start_attempt(enrollment=make_learner(course), quiz=quiz)
    given = {"commit": [1], "order": [2, 0, 1], "roles": [1, 0], "branch": "git brunch <b>"}
    for key, response in given.items():
        attempt_actions.save_answer(attempt=attempt, key=key, response=response, flagged=False)
    return attempt


def pages(staff, attempt):
    answer = Answer.objects.get(attempt=attempt, key="branch")
    site = reverse("attempt_of", args=[attempt.quiz.course.slug, attempt.quiz.slug, 1, attempt.enrollment_id])
    admin = staff.get(change_address(attempt)).content.decode()
    assert f'href="{site}"' in admin
    return admin, staff.get(site).content.decode(), staff.get(change_address(answer)).content.decode()


@pytest.mark.parametrize("submitted", [False, True])
def test_answers_are_under_their_questions_in_the_words_that_the_learner_saw(staff, attempt, submitted):
    if submitted:
        attempt_actions.submit_attempt(attempt=attempt)
    admin, site, answer = pages(staff, attempt)
    for page in (admin, site):
        for text in ("Which command <strong>records</strong>", "Put these in order.", "Author", "Design"):
            assert text in page
        assert page.count("Learner’s answer") == 4
        assert "Correct answer" in page
        assert "[2, 0, 1]" not in page and "&quot;order&quot;" not in page
    for page in (admin, site, answer):
        assert "git brunch &lt;b&gt;" in page and "<b>" not in page.split("git brunch")[1][:20]
    assert "Put these in order." not in answer and "Which command lists" in answer
    first = staff.get(reverse("admin:lessons_attempt_changelist")).content.decode()
    assert "First steps" in first


def test_options_are_in_the_order_of_the_attempt(staff, attempt):
    shown = attempt.layout["commit"]
    site = pages(staff, attempt)[1]
    places = {text: site.index(f"<code>{text}</code>") for text in ("git commit", "git add")}
    from lessons.quiz_text import parse_stored
    from lessons.quizzes import question_view

    view = question_view(parse_stored(SOURCE).questions[0], shown)
    assert sorted(places, key=places.get) == [option.text.strip("`") for option in view.options]


def test_nobody_else_opens_it(client, course, attempt):
    address = reverse("attempt_of", args=[course.slug, attempt.quiz.slug, 1, attempt.enrollment_id])
    for user in (attempt.enrollment.user, make_learner(course).user, make_instructor(make_course())):
        client.force_login(user)
        assert client.get(address).status_code == 404
    client.force_login(make_instructor(course))
    assert client.get(address.replace("/1/of", "/2/of")).status_code == 404


def test_view_on_site_opens_for_whoever_sees_the_button(staff, course, attempt):
    """Of every kind of row in the admin that has one; an unfinished draft too."""
    lesson = make_lesson(attempt.quiz.lesson.session, status="draft")
    unfinished = Quiz(course=course, lesson=lesson, slug="unfinished", source="No quiz yet")
    actions.save_quiz(quiz=unfinished)
    submission = make_submission(attempt.enrollment, make_lab(course))
    draft = make_lab(course, status="draft")
    type(draft).objects.filter(pk=draft.pk).update(current=None, source="title: [")
    rows = [
        attempt,
        attempt.quiz,
        unfinished,
        attempt.quiz.lesson,
        lesson,
        course,
        submission,
        submission.lab,
        draft,
    ]
    opened = 0
    for row in rows:
        found = re.search(
            r'href="([^"]+)" class="viewsitelink"', staff.get(change_address(row)).content.decode()
        )
        if found:
            opened += 1
            assert staff.get(found[1]).status_code == 200, row
    assert opened == len(rows) - 1


def test_menu_leaves_out_details_of_other_rows(staff):
    apps = staff.get(reverse("admin:index")).context["app_list"]
    listed = {model["object_name"] for app in apps for model in app["models"]}
    assert {"Submission", "Report", "Reading"} <= listed
    assert listed.isdisjoint({"FailedCheck", "LocalReport", "Tick"})
    for name in ("labs_failedcheck", "labs_localreport", "lessons_tick"):
        assert staff.get(reverse(f"admin:{name}_changelist")).status_code == 200


def test_numbers_of_staff_lists_are_those_of_the_pages(staff, course):
    LabVersion.objects.filter(lab=make_lab(course)).update(max_points="1034.50", pass_mark=70)
    page = staff.get(reverse("admin:labs_labversion_changelist")).content.decode()
    assert '<td class="field-column">1,034.5</td><td class="field-column">70%</td>' in page
