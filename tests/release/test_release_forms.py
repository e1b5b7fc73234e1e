"""Staff schedule a lesson, quiz or lab in the zone of the course, whatever the zone of their account is."""

from datetime import UTC, datetime

import pytest

from lessons.models import Lesson, Quiz, Session
from portal.accounts.models import User
from tests.factories import make_course, make_lab, make_lesson, make_quiz, make_session, make_staff, make_user
from tests.staff.conftest import change_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return make_course(time_zone="Asia/Kolkata")


@pytest.fixture
def staff(course, client):
    user = make_user(is_superuser=True, is_staff=True, time_zone="America/New_York")
    make_staff(course, user)
    client.force_login(user)
    return client


def fields_of(item, **more):
    own = {"title": item.title, "source": item.source}
    if isinstance(item, Lesson):
        own |= {"session": item.session_id}
    return {**own, **more}


def at(day: str, hour: str) -> dict[str, str]:
    return {"publish_at_0": day, "publish_at_1": hour}


def make_each(course):
    lesson = make_lesson(make_session(course), source="Some text.")
    quiz = make_quiz(lesson=lesson)
    return lesson, quiz, make_lab(course, brief="")


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_the_time_is_entered_and_shown_in_the_zone_of_the_course(staff, course, kind):
    item = make_each(course)[kind]
    sent = fields_of(item, status="scheduled", position=1, **at("2026-11-28", "20:30"))
    response = staff.post(change_address(item), sent)
    assert response.status_code == 302, response.context["errors"]
    item.refresh_from_db()
    assert (item.status, item.publish_at) == ("scheduled", datetime(2026, 11, 28, 15, 0, tzinfo=UTC))
    page = staff.get(change_address(item)).content.decode()
    assert 'value="2026-11-28"' in page
    assert 'value="20:30"' in page
    assert "In the zone of the course, Asia/Kolkata." in page
    assert User.objects.get().time_zone == "America/New_York"
    # Published at once, it forgets the time.
    assert staff.post(change_address(item), {**sent, "status": "published"}).status_code == 302
    item.refresh_from_db()
    assert (item.status, item.publish_at) == ("published", None)


@pytest.mark.parametrize(
    ("zone", "when", "message"),
    [
        ("Asia/Kolkata", at("", ""), "Enter the date and time at which it opens."),
        ("Asia/Kolkata", at("2026-11-28", ""), "Enter both the date and the time."),
        ("Asia/Kolkata", at("28 soon", "20:30"), "Enter a valid date."),
        ("Asia/Kolkata", at("9999-12-31", "23:59"), "Enter a date from 2000 to 2199."),
        ("Europe/London", at("2026-03-29", "01:30"), "The clocks in Europe/London skip this time."),
    ],
)
def test_a_time_that_cannot_be_is_refused_in_words(staff, course, zone, when, message):
    course.time_zone = zone
    course.save()
    lesson, *_ = make_each(course)
    response = staff.post(change_address(lesson), fields_of(lesson, status="scheduled", **when))
    assert response.status_code == 200
    assert message in response.content.decode()
    assert Lesson.objects.get().status == "published"


def test_a_scheduled_lesson_must_be_as_complete_as_a_published_one(staff, course):
    lesson, quiz, _ = make_each(course)
    broken = {"source": "[next](lesson:not-written)", **at("2026-11-28", "20:30")}
    response = staff.post(change_address(lesson), fields_of(lesson, status="scheduled") | broken)
    assert "not-written" in response.context["adminform"].form.errors["source"].as_text()
    quiz.source = "Not a quiz"
    response = staff.post(
        change_address(quiz), fields_of(quiz, status="scheduled", **at("2026-11-28", "20:30"))
    )
    assert response.status_code == 200
    # A draft may be anything, and leaves its lesson published.
    assert staff.post(change_address(quiz), fields_of(quiz, status="draft")).status_code == 302
    assert Quiz.objects.get().status == "draft"
    assert staff.post(change_address(lesson), fields_of(lesson, status="published")).status_code == 302


def test_a_session_sets_the_rule_and_a_lesson_may_differ(staff, course):
    lesson, *_ = make_each(course)
    session = lesson.session
    sent = {"title": session.title, "release": "end"}
    assert staff.post(change_address(session), sent).status_code == 302
    assert Session.objects.get().release == "end"
    assert staff.post(change_address(session), {"title": session.title}).status_code == 302
    assert Session.objects.get().release == "now"
    sent = fields_of(lesson, status="published", release="start")
    assert staff.post(change_address(lesson), sent).status_code == 302
    assert Lesson.objects.get().release == "start"
