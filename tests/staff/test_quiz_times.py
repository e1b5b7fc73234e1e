"""Staff set deadlines of cohorts and extra time of learners, in their own courses only."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lessons import attempt_actions
from lessons.attempt_times import deadline_for, end_of
from lessons.models import Attempt, ExtraTime, QuizDeadline, QuizExtension
from portal.accounts.audit import Event
from portal.accounts.models import AuditEntry
from tests.authoring.conftest import make_instructor
from tests.factories import (
    make_cohort,
    make_course,
    make_enrollment,
    make_lesson,
    make_quiz,
    make_session,
    make_user,
)
from tests.quiz_pages.examples import quiz_source
from tests.staff.conftest import add_address, change_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(course):
    return make_cohort(course, title="Autumn")


@pytest.fixture
def learner(cohort):
    return make_enrollment(make_user("learner@example.org"), cohort)


@pytest.fixture
def quiz(course):
    return make_quiz(quiz_source(time_limit=30), make_lesson(make_session(course)))


@pytest.fixture
def elsewhere():
    course = make_course("other", title="Other")
    quiz = make_quiz(quiz_source(), make_lesson(make_session(course)))
    return make_enrollment(make_user("ben@example.org"), make_cohort(course)), quiz


def give(staff, cohort, **fields):
    posted = {"email": "LEARNER@example.org", "cohort": cohort.pk, "quiz": "", "percent": 50, "minutes": 0}
    return staff.post(add_address("lessons_extratime"), posted | fields, follow=True)


def errors(page):
    return str(page.context["errors"]) if page.context and page.context.get("errors") else ""


def test_extra_time_is_given_by_email_and_says_where_it_holds_at_once(staff, cohort, learner, quiz):
    attempt = attempt_actions.start_attempt(enrollment=learner, quiz=quiz)
    page = give(staff, cohort)
    given = ExtraTime.objects.get()
    assert (given.enrollment, given.quiz, given.course_id, given.percent) == (
        learner,
        None,
        cohort.course_id,
        50,
    )
    assert "Branches, attempt 1: it now ends at " in page.content.decode()
    assert end_of(Attempt.objects.timed().get()).at == attempt.started_at + timedelta(minutes=45)
    form = staff.get(change_address(given)).content.decode()
    assert "learner@example.org in Mine, Autumn" in form


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"email": "nobody@example.org"}, "No learner of Mine, Autumn uses this email."),
        ({"percent": 901}, "900"),
        ({"minutes": 1441}, "1440"),
        ({"percent": -1}, "0"),
    ],
)
def test_extra_time_that_makes_no_sense_is_refused_in_words(staff, cohort, learner, quiz, fields, message):
    page = give(staff, cohort, **fields)
    assert message in errors(page)
    assert not ExtraTime.objects.exists()


def test_second_extra_time_for_the_same_quizzes_is_refused(staff, cohort, learner, quiz):
    give(staff, cohort)
    assert "already has extra time there" in errors(give(staff, cohort, percent=10))
    give(staff, cohort, quiz=quiz.pk, minutes=5, percent=0)
    assert "already has extra time there" in errors(give(staff, cohort, quiz=quiz.pk))
    assert ExtraTime.objects.count() == 2


def test_other_courses_can_be_neither_chosen_nor_changed(staff, cohort, learner, quiz, elsewhere, client):
    theirs, their_quiz = elsewhere
    assert "Select a valid choice" in errors(give(staff, theirs.cohort, email="ben@example.org"))
    assert "Select a valid choice" in errors(give(staff, cohort, quiz=their_quiz.pk))
    row = ExtraTime.objects.create(enrollment=theirs, percent=10)
    deadline = QuizDeadline.objects.create(quiz=their_quiz, cohort=theirs.cohort, closes_at=timezone.now())
    for each in (row, deadline):
        assert staff.get(change_address(each)).status_code == 302
        assert staff.post(change_address(each), {"percent": 90}).status_code == 302
    page = staff.get(add_address("lessons_extratime")).content.decode()
    assert "Mine, Autumn" in page
    assert "Other" not in page


def test_administrator_is_told_that_a_quiz_is_in_another_course(admin_client, cohort, learner, elsewhere):
    page = give(admin_client, cohort, quiz=elsewhere[1].pk)
    assert "This quiz is not in Mine." in errors(page)


def test_deadline_is_a_date_in_the_zone_of_the_cohort_or_a_rule(staff, instructor, cohort, quiz):
    instructor.time_zone = "Europe/Berlin"
    instructor.save()
    posted = {"quiz": quiz.pk, "cohort": cohort.pk, "closes_at_0": "2027-01-09", "closes_at_1": "20:30"}
    assert staff.post(add_address("lessons_quizdeadline"), posted).status_code == 302
    assert f"{deadline_for(quiz, cohort.pk).at:%Y-%m-%d %H:%M %Z}" == "2027-01-09 15:00 UTC"
    row = QuizDeadline.objects.get()
    page = staff.get(change_address(row)).content.decode()
    assert "Mine, Autumn" in page
    assert 'value="20:30"' in page
    listed = staff.get(reverse("admin:lessons_quizdeadline_changelist")).content.decode()
    assert "Saturday 9 January, 16:00 your time (Berlin). That is 20:30 IST" in listed
    both = staff.post(change_address(row), {**posted, "rule": "session 1 + 9 days"})
    assert "either a date or a rule" in errors(both)
    refused = staff.post(change_address(row), {"rule": "6 days 23:59"})
    assert "Name the session" in errors(refused)
    assert staff.post(change_address(row), {"rule": "session 1 + 6 days 23:59"}).status_code == 302
    assert deadline_for(quiz, cohort.pk).waits
    assert "session 1 + 6 days 23:59" in staff.get(change_address(row)).content.decode()


def extend(staff, cohort, quiz, **fields):
    posted = {"email": "learner@example.org", "cohort": cohort.pk, "quiz": quiz.pk, "reason": "Illness"}
    posted |= {"until_0": "2027-01-09", "until_1": "20:30"}
    return staff.post(add_address("lessons_quizextension"), posted | fields, follow=True)


def test_extension_is_given_by_email_with_a_reason_and_recorded(staff, instructor, cohort, learner, quiz):
    assert "This field is required" in errors(extend(staff, cohort, quiz, reason=" "))
    assert "No learner of" in errors(extend(staff, cohort, quiz, email="no@example.org"))
    extend(staff, cohort, quiz)
    given = QuizExtension.objects.get()
    assert (given.enrollment, given.given_by) == (learner, instructor)
    assert f"{given.until:%H:%M %Z}" == "15:00 UTC"
    assert "already has an extension" in errors(extend(staff, cohort, quiz))
    entry = AuditEntry.objects.filter(event=Event.DEADLINE).first()
    assert entry.user == instructor
    assert "Illness" in entry.what
    staff.post(reverse("admin:lessons_quizextension_delete", args=[given.pk]), {"post": "yes"})
    assert not QuizExtension.objects.exists()
    assert AuditEntry.objects.filter(event=Event.DEADLINE).count() == 2


def test_deadline_of_a_quiz_of_another_course_is_refused_in_words(admin_client, cohort, elsewhere):
    posted = {
        "quiz": elsewhere[1].pk,
        "cohort": cohort.pk,
        "closes_at_0": "2027-01-09",
        "closes_at_1": "20:30",
    }
    page = admin_client.post(add_address("lessons_quizdeadline"), posted)
    assert "belongs to" in errors(page)
    assert not QuizDeadline.objects.exists()


def test_lists_take_the_same_number_of_queries_for_many_rows(
    staff, course, cohort, quiz, django_assert_num_queries
):
    def add(count):
        for _ in range(count):
            learner = make_enrollment(cohort=make_cohort(course))
            ExtraTime.objects.create(enrollment=learner, quiz=quiz, percent=10)
            QuizDeadline.objects.create(quiz=quiz, cohort=learner.cohort, closes_at=timezone.now())

    add(1)
    for name in ("extratime", "quizdeadline"):
        address = reverse(f"admin:lessons_{name}_changelist")
        staff.get(address)
        with CaptureQueriesContext(connection) as few:
            staff.get(address)
        add(5)
        with django_assert_num_queries(len(few)):
            staff.get(address)


def test_attempt_that_is_late_or_closed_is_marked_in_the_list(staff, learner, quiz):
    attempt = attempt_actions.start_attempt(enrollment=learner, quiz=quiz)
    Attempt.objects.filter(pk=attempt.pk).update(started_at=timezone.now() - timedelta(hours=1))
    attempt_actions.submit_attempt(attempt=attempt)
    page = staff.get(reverse("admin:lessons_attempt_changelist")).content.decode()
    assert "Time limit" in page
    site = reverse("attempt_of", args=["mine", quiz.slug, 1, learner.pk])
    assert "The time was up at " in staff.get(site).content.decode()


def test_assistant_may_give_extra_time(course, cohort, learner, client):
    assistant = make_instructor(course)
    course.staff.update(role="assistant")
    client.force_login(assistant)
    give(client, cohort)
    assert ExtraTime.objects.exists()
