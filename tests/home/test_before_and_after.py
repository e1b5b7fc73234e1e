"""Home before the first meeting, in the course and after it: steps, minutes, certificate and notes."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.urls import reverse

from labs.models import AccessToken
from lessons.models import Cohort, Meeting, Reading, Tick
from portal.accounts.models import User
from portal.progress.models import CalendarFeed, CertificateRule
from tests.factories import (
    make_cohort,
    make_course,
    make_enrollment,
    make_lab,
    make_lesson,
    make_quiz,
    make_report,
    make_session,
    make_submission,
    make_user,
)

pytestmark = pytest.mark.django_db
STARTS = datetime(2026, 10, 17, 15, 0, tzinfo=UTC)


@pytest.fixture
def learner(client):
    course = make_course(title="MLOps Edu")
    cohort = make_cohort(course)
    lab = make_lab(course, title="Your first repository")
    prepare = [{"key": "git", "text": "Install Git"}, {"key": "docker", "text": "Install **Docker**"}]
    html = [
        {"key": each["key"], "html": each["text"].replace("**Docker**", "<b>Docker</b>")} for each in prepare
    ]
    session = make_session(course, title="Containers", prepare=prepare, prepare_html=html)
    make_lesson(session, title="Images", lab_slugs=[lab.slug])
    Meeting.objects.create(cohort=cohort, session=session, starts_at=STARTS)
    return make_enrollment(make_user("learner@example.org"), cohort)


def home(client, when=STARTS - timedelta(days=2), path="/") -> str:
    with time_machine.travel(when, tick=False):
        client.force_login(User.objects.get(email="learner@example.org"))
        return client.get(path).content.decode()


def test_steps_before_the_course_follow_from_what_was_done(client, learner):
    EmailAddress.objects.create(user=learner.user, email=learner.user.email, verified=False)
    page = home(client)
    assert "0 of 4 done" in page
    assert reverse("account_email") in page and reverse("calendar") in page
    assert (
        "Push once for practice" in page and "0 of 2 done. Still to do: Install Git; Install Docker" in page
    )
    EmailAddress.objects.update(verified=True)
    CalendarFeed.objects.create(user=learner.user)
    make_submission(learner, learner.course.labs.get())
    for key in ("git", "docker"):
        Tick.objects.create(enrollment=learner, session=learner.course.sessions.get(), key=key)
    assert "4 of 4 done" in home(client)


def test_steps_are_gone_once_the_class_has_met(client, learner):
    assert "Get ready for the course" not in home(client, STARTS + timedelta(minutes=5))


def test_step_to_push_asks_for_a_token_while_no_lab_is_open(client, learner):
    learner.course.labs.update(status="scheduled", publish_at=STARTS)
    assert "Create an access token" in home(client)
    AccessToken.objects.create(user=learner.user, digest="x", expires_at=STARTS + timedelta(days=90))
    assert "2 of 4 done" in home(client)  # nothing to confirm either


def test_due_items_have_minutes_and_lead_to_the_heading(client, learner):
    lesson = learner.course.lessons.get()
    make_quiz(lesson=lesson)
    lesson.contents = [
        [2, "images", "Images"],
        [2, "layers", "Layers"],
        [2, "tags", "Tags"],
        [2, "end", "End"],
    ]
    lesson.minutes = 8
    lesson.save()
    Reading.objects.create(enrollment=learner, lesson=lesson, heading="tags")
    page = home(client)
    assert "At the heading “Tags”. About 4 minutes left." in page
    assert f"{lesson.get_absolute_url()}#tags" in page
    # the lesson, the quiz with one question, and the lab
    assert "Before Saturday" in page and "About 56 min" in page
    assert '<span class="end small num">45 min</span>' in page
    make_report(make_submission(learner, learner.course.labs.get()), {"results": []}, points=10, passed=False)
    assert "fix Your first repository</a>" in home(client)


def test_live_class_is_a_band_with_the_link_to_join(client, learner):
    Meeting.objects.update(join_url="https://meet.example.org/1")
    page = home(client, STARTS + timedelta(minutes=5))
    assert "Live now: Containers" in page
    assert page.count("https://meet.example.org/1") == 1


def test_certificate_is_offered_once_passed_and_notes_once_the_course_is_over(client, learner):
    address = reverse("certificate", args=[learner.course.slug])
    course = learner.course.get_absolute_url()
    CertificateRule.objects.create(course=learner.course)
    assert address not in home(client)
    Cohort.objects.update(is_over=True)
    after = STARTS + timedelta(days=30)
    page = home(client, after)
    assert "See what you need for it" in page and "The course is over" in page
    assert reverse("course_notes", args=[learner.course.slug]) in page
    make_report(make_submission(learner, learner.course.labs.get()), {"results": []}, points=100, passed=True)
    for page in (home(client, after), home(client, after, course)):
        assert address in page and "Get your certificate" in page


def test_notes_have_what_their_reader_may_read(client, learner):
    lesson = learner.course.lessons.get()
    lesson.html, lesson.staff_html = "<p>For all.</p>", "<p>For all.</p><p>For staff.</p>"
    lesson.save()
    later = make_lesson(
        lesson.session, title="Later", status="scheduled", publish_at=STARTS + timedelta(days=900)
    )
    Meeting.objects.update(
        notes="x", notes_html="<p>Said in class.</p>", starts_at=STARTS - timedelta(days=90)
    )
    other = Meeting.objects.create(
        cohort=make_cohort(learner.course), session=lesson.session, starts_at=STARTS - timedelta(days=90)
    )
    Meeting.objects.filter(pk=other.pk).update(notes_html="<p>Said to others.</p>")
    with time_machine.travel(STARTS, tick=False):
        client.force_login(learner.user)
        response = client.get(reverse("course_notes", args=[learner.course.slug]))
    text = response.content.decode()
    assert "attachment" in response["Content-Disposition"]
    assert "For all." in text and "Said in class." in text
    assert "For staff." not in text and later.title not in text and "Said to others." not in text
