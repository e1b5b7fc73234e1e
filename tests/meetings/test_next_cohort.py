"""The calendar of the next cohort from one start date."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from labs.deadlines import terms_of
from labs.models import LabDeadline
from lessons.attempt_times import deadline_for
from lessons.cohort_dates import make_next_cohort
from lessons.meetings import save_meeting
from lessons.models import Cohort, Meeting, QuizDeadline
from lessons.texts.due_rules import parse_rule
from tests.factories import (
    make_cohort,
    make_course,
    make_enrollment,
    make_lab,
    make_lesson,
    make_quiz,
    make_session,
    make_staff,
    make_user,
)

pytestmark = pytest.mark.django_db

STARTS = datetime(2026, 10, 17, 15, 0, tzinfo=UTC)  # the clocks of London go back on 25 October
RULE = parse_rule("session 3 + 6 days 23:59")


@pytest.fixture
def like():
    """Three meetings in London, the last after its clocks went back, and a rule that counts from it."""
    course = make_course()
    cohort = make_cohort(course, title="Autumn", time_zone="Europe/London")
    for week, hour in enumerate((15, 15, 16)):
        Meeting.objects.create(
            cohort=cohort,
            session=make_session(course, title=f"Evening {week + 1}"),
            starts_at=STARTS.replace(hour=hour) + timedelta(weeks=week),
            join_url="https://meet.example.org/1",
            recording_url="https://video.example.org/1",
        )
    return cohort


@pytest.fixture
def instructor(like):
    return make_staff(like.course, make_user(is_staff=True))


@pytest.fixture
def page(client, instructor, like):
    client.force_login(instructor)
    return reverse("teach_next_cohort", args=[like.course.slug])


def add_deadlines(like):
    quiz, lab = make_quiz(lesson=make_lesson(like.meetings.first().session)), make_lab(like.course)
    by_rule = QuizDeadline(quiz=quiz, cohort=like)
    by_rule.rule = RULE
    by_rule.save()
    LabDeadline.objects.create(lab=lab, cohort=like, closes_at=STARTS + timedelta(days=30))
    return quiz, lab


def test_dates_of_the_next_cohort_follow_from_one_date(like, instructor):
    quiz, lab = add_deadlines(like)
    save_meeting(meeting=like.meetings.first(), cancelled=True, reason="Illness")
    made = make_next_cohort(like=like, title="Winter", starts_on=date(2027, 1, 9), by=instructor)
    starts = [each.starts_at for each in made.meetings.order_by("starts_at")]
    first = datetime(2027, 1, 9, 16, 0, tzinfo=UTC)  # 16:00 in London, as in October
    assert starts == [first, first + timedelta(weeks=1), first + timedelta(weeks=2)]
    fresh = made.meetings.order_by("starts_at").first()
    assert (fresh.is_cancelled, fresh.join_url, fresh.recording_url, fresh.sequence) == (False, "", "", 0)
    assert deadline_for(quiz, made.pk).at == datetime(2027, 1, 29, 23, 59, tzinfo=UTC)
    learner = make_enrollment(cohort=made)
    assert terms_of(learner)[lab.pk].deadline.at == STARTS + timedelta(days=30 + 84)
    assert (made.slug, made.time_zone, made.invite_code != like.invite_code) == (
        "winter",
        "Europe/London",
        True,
    )


def test_preview_shows_every_date_and_makes_nothing(client, page, like, caplog):
    caplog.set_level("INFO")
    add_deadlines(like)
    response = client.post(page, {"like": like.pk, "title": "Winter", "starts_on": "2027-01-10"})
    text = response.content.decode()
    assert response.status_code == 200
    assert "Sunday 24 January, 16:00 to 19:00 GMT 2027" in text and "session 3 + 6 days 23:59" in text
    assert "The weekday changes" in text and "Create Winter" in text
    assert Cohort.objects.count() == 1
    assert "dates of" not in caplog.text  # nothing to record


def preview(client, page: str, values: dict) -> dict:
    """Return the values with which the page makes the cohort that its preview shows."""
    text = client.post(page, values).content.decode()
    previewed = re.search(r'name="previewed" value="([^"]+)"', text)[1]
    return {**values, "action": "create", "previewed": previewed}


def test_cohort_is_made_after_the_preview_with_its_invite_link(client, page, like):
    values = preview(client, page, {"like": like.pk, "title": "Winter", "starts_on": "2027-01-09"})
    text = client.post(page, values, follow=True).content.decode()
    made = Cohort.objects.get(title="Winter")
    assert (made.meetings.count(), made.invite_code in text) == (3, True)
    again = client.post(page, values)  # a second click
    assert (again.status_code, "a cohort with this title" in again.content.decode()) == (422, True)


def test_date_that_changed_after_the_preview_is_previewed_before_the_cohort_is_made(client, page, like):
    values = preview(client, page, {"like": like.pk, "title": "Winter", "starts_on": "2027-01-09"})
    text = client.post(page, values | {"starts_on": "2027-01-16"}).content.decode()
    assert "nothing is created yet" in text and "Saturday 30 January, 16:00" in text
    assert Cohort.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"starts_on": "2199-12-31"}, "Enter a date from 2000 to 2199."),
        ({"starts_on": ""}, "Enter the date of the first meeting."),
        ({"starts_on": "soon"}, "Enter the date of the first meeting."),
        ({"title": ""}, "Enter a title for the new cohort."),
        ({"like": "0"}, "Choose a cohort of this course."),
    ],
)
def test_values_that_cannot_be_used_are_refused_with_a_reason(client, page, like, changes, words):
    values = {"like": like.pk, "title": "Winter", "starts_on": "2027-01-09", "action": "create", **changes}
    response = client.post(page, values)
    assert (response.status_code, words in response.content.decode()) == (422, True)
    assert Cohort.objects.count() == 1


def test_cohort_without_meetings_cannot_be_the_model(client, page, like):
    empty = make_cohort(like.course, title="Empty")
    response = client.post(page, {"like": empty.pk, "title": "Winter", "starts_on": "2027-01-09"})
    assert (response.status_code, "Empty has no meetings." in response.content.decode()) == (422, True)
