"""No page is a dead end: the header links to the course, and reviews and passed labs link on."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from lessons.attempt_actions import start_attempt, submit_attempt
from tests.factories import make_lab, make_learner, make_lesson, make_quiz, make_session, make_user
from tests.pages.conftest import client_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address", ["/account/settings/", "/accounts/email/", "/help/", "/join/", "/nowhere/", "/courses/x/y/"]
)
def test_course_and_progress_stay_in_the_header(address):
    learner = make_learner()
    page = client_of(learner.user).get(address).content.decode()
    course = learner.course.get_absolute_url()
    assert f'<a href="{course}">Course</a>' in page
    assert f'<a href="{course}progress/">Progress</a>' in page
    assert ">Progress</a>" not in client_of(make_user()).get(address).content.decode()


def test_a_review_leads_to_the_next_lesson():
    learner = make_learner()
    lesson = make_lesson(make_session(learner.course))
    make_lesson(lesson.session, status="draft")
    quiz = make_quiz(lesson=lesson)
    submit_attempt(attempt=start_attempt(enrollment=learner, quiz=quiz))
    client = client_of(learner.user)
    page = reverse("attempt_review", args=[learner.course.slug, quiz.slug, 1])
    assertContains(client.get(page), f'href="{learner.course.get_absolute_url()}">Back to the course</a>')
    assertNotContains(client.get(page), "Next lesson")
    after = make_lesson(make_session(learner.course), title="After it")
    assertContains(
        client.get(page), f'href="{after.get_absolute_url()}" rel="next">Next lesson: After it</a>'
    )


def test_a_passed_lab_leads_to_the_next_one(learner_client, cast):
    submission = cast.grade(readable="passed")
    needs_work = cast.grade(readable="needs_work")
    after = make_lab(cast.lab.course, title="Branches")
    make_lab(cast.lab.course, title="Draft", status="draft", position=after.position + 1)
    link = f'href="{after.get_absolute_url()}">Next lab: Branches</a>'
    assertContains(learner_client.get(submission.get_absolute_url()), link)
    assertContains(learner_client.get(cast.lab.get_absolute_url()), link)
    assertNotContains(learner_client.get(needs_work.get_absolute_url()), "Next lab")
    page = client_of(cast.other.user).get(cast.lab.get_absolute_url())
    assertNotContains(page, "Next lab:")
    cast.lab = after
    assertContains(learner_client.get(cast.grade(readable="passed").get_absolute_url()), "Back to the course")
