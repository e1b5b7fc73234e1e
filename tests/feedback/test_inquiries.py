"""A learner asks about a grade, and staff answer in the same place."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from lessons import attempt_actions
from lessons.models import CourseStaff
from portal.notices.models import Notice
from portal.progress.models import Inquiry, Override
from tests.factories import make_cohort, make_learner, make_quiz, make_staff, make_user
from tests.feedback.rubric_work import graded, make_rubric_lab
from tests.feedback.test_marking import mark, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner():
    return make_learner()


@pytest.fixture
def submission(learner):
    return graded(learner, make_rubric_lab(learner.course), 65)


@pytest.fixture
def marker(learner):
    return signed_in(make_staff(learner.course))


def ask(user, thing: str, reason: str = "Check 2 is *right*."):
    return signed_in(user).post(reverse("ask_inquiry"), {"thing": thing, "reason": reason})


def about(submission) -> str:
    return f"submission:{submission.pk}"


def test_question_about_a_submission_is_answered_where_it_was_asked(learner, marker, submission):
    page = submission.get_absolute_url()
    own = signed_in(learner.user)
    assertContains(own.get(page), "Ask about these points")
    assert ask(learner.user, about(submission)).status_code == 302
    found = Inquiry.objects.get()
    assertNotContains(own.get(page), "Ask about these points")
    assertContains(marker.get(page), "Check 2 is <em>right</em>.")
    assertContains(
        marker.get(reverse("inquiries", args=[learner.course.slug])), "1 open question about grades"
    )
    assert Notice.objects.filter(kind="inquiry").exclude(user=learner.user).count() == 1
    answer = reverse("inquiry", args=[found.pk])
    marker.post(answer, {"text": "It is *not*.", "outcome": "kept"})
    assertContains(own.get(page), "It is <em>not</em>.")
    assertContains(own.get(page), "Answered: the points stay")
    assert Notice.objects.filter(kind="inquiry", user=learner.user).count() == 1
    response = marker.post(answer, {"text": "Again.", "outcome": "kept"})
    assertContains(response, "Somebody answered this in the meantime.", status_code=422)


def test_answer_that_points_changed_needs_changed_points_and_links_to_them(learner, marker, submission):
    ask(learner.user, about(submission))
    answer = reverse("inquiry", args=[Inquiry.objects.get().pk])
    response = marker.post(answer, {"text": "Right.", "outcome": "changed"})
    assertContains(response, "Change them first, then answer here.", status_code=422)
    assertContains(response, "Right.", status_code=422)
    mark(marker, submission, prose="10")
    marker.post(answer, {"text": "Right.", "outcome": "changed"})
    page = signed_in(learner.user).get(answer)
    link = f'<a href="{submission.get_absolute_url()}">See what changed: from 65 to 75 points</a>'
    assertContains(page, link, html=True)


def test_one_open_question_for_each_thing_and_a_limit_for_each_hour(learner, submission):
    assert ask(learner.user, about(submission)).status_code == 302
    assertContains(ask(learner.user, about(submission)), "asked about this already", status_code=422)
    Inquiry.objects.update(state="kept")
    for _ in range(4):
        assert ask(learner.user, about(submission)).status_code == 302
        Inquiry.objects.update(state="kept")
    response = ask(learner.user, about(submission), "Kept text.")
    assertContains(response, "Try again in an hour.", status_code=422)
    assertContains(response, "Kept text.", status_code=422)
    Inquiry.objects.update(asked_at=timezone.now() - timedelta(hours=1, seconds=1))
    assert ask(learner.user, about(submission)).status_code == 302


def test_question_of_a_quiz_attempt_can_be_asked_about(learner, marker):
    quiz = make_quiz()
    own = make_learner(quiz.course)
    attempt = attempt_actions.start_attempt(enrollment=own, quiz=quiz)
    attempt = attempt_actions.submit_attempt(attempt=attempt)
    page = reverse("attempt_review", args=[quiz.course.slug, quiz.slug, attempt.number])
    assertContains(signed_in(own.user).get(page), "Ask about these points")
    assert ask(own.user, f"answer:{attempt.pk}:which").status_code == 302
    assert ask(own.user, f"answer:{attempt.pk}:absent").status_code == 404
    staff = signed_in(make_staff(quiz.course))
    args = [quiz.course.slug, quiz.slug, attempt.number, own.pk]
    assertContains(staff.get(reverse("attempt_of", args=args)), "Check 2 is <em>right</em>.")


def test_score_that_staff_changed_can_be_contested(learner, marker, submission):
    values = {"enrollment": learner, "lab": submission.lab, "out_of": 100, "reason": "Late help."}
    first = Override.objects.create(points=40, **values)
    page = reverse("inquiries", args=[learner.course.slug])
    assertContains(signed_in(learner.user).get(page), "score changed by staff")
    own = signed_in(learner.user)
    places = [
        reverse("progress", args=[learner.course.slug]),
        submission.get_absolute_url(),
        submission.lab.get_absolute_url(),
    ]
    for place in places:
        assertContains(own.get(place), f'value="score:{first.item}:{learner.pk}"')
    assert ask(learner.user, f"score:{first.item}:{learner.pk}").status_code == 302
    found = Inquiry.objects.get()
    form = reverse("gradebook_score", args=[learner.course.slug, learner.cohort.slug, learner.pk, first.item])
    teacher = signed_in(make_staff(learner.course, make_user(is_staff=True)))
    for place in (submission.get_absolute_url(), form):
        assertContains(teacher.get(place), f'action="{reverse("inquiry", args=[found.pk])}"')
    Override.objects.update(is_current=False, is_public=False)
    Override.objects.create(points=70, **values)
    marker.post(reverse("inquiry", args=[found.pk]), {"text": "Yes.", "outcome": "changed"})
    found.refresh_from_db()
    assert (found.state, found.points_then, found.points_now) == ("changed", 40, 70)
    for place in places:
        assertContains(own.get(place), "Answered: the points changed")
    Override.objects.filter(is_current=True).update(points=None)  # the graded score counts again
    assertContains(own.get(places[-1]), "Answered: the points changed")
    assertNotContains(own.get(places[-1]), f'value="score:{first.item}:{learner.pk}"')


def test_nobody_asks_about_or_reads_what_is_not_theirs(learner, submission):
    other = make_learner(learner.course)
    assert ask(other.user, about(submission)).status_code == 404
    ask(learner.user, about(submission))
    page = reverse("inquiry", args=[Inquiry.objects.get().pk])
    assert signed_in(other.user).get(page).status_code == 404
    assert signed_in(learner.user).post(page, {"text": "x", "outcome": "kept"}).status_code == 404
    for thing in (
        "",
        "submission:x",
        "submission:" + "9" * 30,
        "answer:1",
        "score:lab:1",
        "score:lab:x:1",
        "x:1",
    ):
        assert ask(learner.user, thing).status_code == 404, thing


def test_assistant_of_one_cohort_sees_own_inquiries_from_another(learner, submission):
    ask(learner.user, about(submission))
    course = learner.course
    CourseStaff.objects.create(course=course, cohort=make_cohort(course), user=learner.user, role="assistant")
    page = signed_in(learner.user).get(reverse("inquiries", args=[course.slug]))
    assertContains(page, "Your own")
    assertContains(page, reverse("inquiry", args=[Inquiry.objects.get().pk]))
    assertContains(page, "No open questions about grades")
