"""Calendars for download and the personal one, read with a second parser."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from labs.models import LabDeadline
from lessons.meetings import save_meeting
from lessons.models import Meeting, QuizDeadline, QuizExtension
from portal.accounts.credentials import end_credentials
from portal.progress.calendar.feeds import feed_address, renew_feed
from portal.progress.models import CalendarDeadline, CalendarFeed
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
from tests.meetings.ical import read_calendar

pytestmark = pytest.mark.django_db

STARTS = datetime(2026, 8, 29, 15, 0, tzinfo=UTC)
DUE = STARTS + timedelta(days=6)


@pytest.fixture
def meeting():
    course = make_course(title="MLOps; Edu, “two”")
    session = make_session(course, title="Containers, and\\more")
    return Meeting.objects.create(cohort=make_cohort(course), session=session, starts_at=STARTS)


@pytest.fixture
def learner(meeting, client):
    found = make_enrollment(cohort=meeting.cohort)
    client.force_login(found.user)
    return found


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(STARTS - timedelta(days=3), tick=False) as traveller:
        yield traveller


def address_of(enrollment) -> str:
    return feed_address(renew_feed(user=enrollment.user))


def feed(client, address: str) -> dict[str, dict]:
    response = client.get(address)
    assert response.status_code == 200
    return {event["summary"]: event for event in read_calendar(response.content)}


def test_calendar_of_one_meeting_is_read_by_a_second_parser(client, meeting, learner):
    response = client.get(
        reverse("meeting_ics", args=[meeting.course.slug, meeting.cohort.slug, meeting.session.slug])
    )
    [event] = read_calendar(response.content)
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert (event["summary"], event["starts"], event["ends"], event["sequence"], event["status"]) == (
        "Containers, and\\more (MLOps; Edu, “two”)",
        "2026-08-29T15:00:00.000Z",
        "2026-08-29T18:00:00.000Z",
        0,
        "CONFIRMED",
    )
    assert event["url"].endswith(meeting.get_absolute_url())


def test_moved_and_cancelled_meeting_keeps_its_uid_and_raises_its_sequence(client, meeting, learner):
    address = reverse("cohort_ics", args=[meeting.course.slug, meeting.cohort.slug])
    [before] = read_calendar(client.get(address).content)
    meeting.starts_at += timedelta(days=1)
    save_meeting(meeting=meeting, reason="Illness")
    [moved] = read_calendar(client.get(address).content)
    save_meeting(meeting=meeting, cancelled=True, reason="Still ill")
    [cancelled] = read_calendar(client.get(address).content)
    assert before["uid"] == moved["uid"] == cancelled["uid"]
    assert [each["sequence"] for each in (before, moved, cancelled)] == [0, 1, 2]
    assert moved["starts"] == "2026-08-30T15:00:00.000Z"
    assert (cancelled["status"], "Reason: Still ill" in cancelled["description"]) == ("CANCELLED", True)


def test_personal_calendar_has_the_deadlines_of_its_owner_with_their_extension(client, meeting, learner):
    quiz = make_quiz(lesson=make_lesson(meeting.session))
    QuizDeadline.objects.create(quiz=quiz, cohort=meeting.cohort, closes_at=DUE)
    lab = make_lab(meeting.course)
    make_lesson(meeting.session, lab_slugs=[lab.slug])
    LabDeadline.objects.create(lab=lab, cohort=meeting.cohort, closes_at=DUE)
    address, of_other = address_of(learner), address_of(make_enrollment(cohort=meeting.cohort))
    client.logout()
    title = f"Due: {quiz.title} ({meeting.course.title})"
    before = feed(client, address)[title]
    later = DUE + timedelta(days=2)
    QuizExtension.objects.create(enrollment=learner, quiz=quiz, until=later, reason="Illness.")
    own, others = feed(client, address), feed(client, of_other)
    assert (before["starts"], before["sequence"]) == ("2026-09-04T15:00:00.000Z", 0)
    assert (own[title]["starts"], own[title]["sequence"]) == ("2026-09-06T15:00:00.000Z", 1)
    assert own[title]["uid"] == before["uid"]
    assert "Reason: Illness." in own[title]["description"]
    assert (others[title]["starts"], others[title]["sequence"]) == ("2026-09-04T15:00:00.000Z", 0)
    assert own[f"Due: {lab.title} ({meeting.course.title})"]["starts"] == "2026-09-04T15:00:00.000Z"
    assert feed(client, address)[title]["sequence"] == 1  # nothing moved since


def test_personal_calendar_leaves_out_drafts_and_other_cohorts(client, meeting, learner):
    draft = make_quiz(lesson=make_lesson(meeting.session, status="draft"))
    QuizDeadline.objects.create(quiz=draft, cohort=meeting.cohort, closes_at=DUE)
    other = make_cohort(meeting.course)
    Meeting.objects.create(cohort=other, session=meeting.session, starts_at=STARTS + timedelta(days=1))
    found = feed(client, address_of(learner))
    assert [event["starts"] for event in found.values()] == ["2026-08-29T15:00:00.000Z"]


def test_personal_calendar_of_staff_has_the_meetings_of_every_cohort(client, meeting):
    other = make_cohort(meeting.course)
    Meeting.objects.create(cohort=other, session=meeting.session, starts_at=STARTS + timedelta(days=1))
    staff = make_staff(meeting.course, make_user())
    address = feed_address(renew_feed(user=staff))
    assert len(read_calendar(client.get(address).content)) == 2


@pytest.mark.parametrize("count", [1, 20])
def test_queries_of_the_personal_calendar(client, meeting, learner, count):
    for _ in range(count):
        quiz = make_quiz(lesson=make_lesson(make_session(meeting.course)))
        QuizDeadline.objects.create(quiz=quiz, cohort=meeting.cohort, closes_at=DUE)
    address = address_of(learner)
    client.logout()
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    assert len(captured) == 9
    assert not any('"notes"' in query["sql"] for query in captured)


def test_personal_calendar_is_answered_while_the_database_is_read_only(client, meeting, learner):
    quiz = make_quiz(lesson=make_lesson(meeting.session))
    QuizDeadline.objects.create(quiz=quiz, cohort=meeting.cohort, closes_at=DUE)
    address = address_of(learner)
    client.logout()
    is_sqlite = connection.vendor == "sqlite"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON" if is_sqlite else "SET TRANSACTION READ ONLY")
        try:
            found = feed(client, address)
        finally:
            cursor.execute("PRAGMA query_only = OFF" if is_sqlite else "SELECT 1")
            transaction.set_rollback(True)  # which ends this on PostgreSQL
    assert len(found) == 2
    assert not CalendarDeadline.objects.exists()


def test_address_ends_when_it_is_renewed_revoked_or_its_owner_goes(client, meeting, learner):
    page = reverse("calendar")
    client.post(page, {"action": "renew"})
    old = feed_address(CalendarFeed.objects.get())
    client.post(page, {"action": "renew"})
    new = feed_address(CalendarFeed.objects.get())
    assert new in client.get(page).content.decode()
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    client.post(page, {"action": "revoke"})
    assert client.get(new).status_code == 404
    ended = address_of(learner)
    end_credentials(learner.user, "the password was changed")
    assert client.get(ended).status_code == 404
    closed = address_of(learner)
    learner.user.is_active = False
    learner.user.save()
    assert client.get(closed).status_code == 404


def test_token_is_in_no_row_no_log_and_no_referrer(client, meeting, learner, caplog, monkeypatch):
    address = address_of(learner)
    token = address.rpartition("/")[2].removesuffix(".ics")
    caplog.set_level(logging.DEBUG)
    assert token.partition(".")[2] not in str(CalendarFeed.objects.values().get())
    assert client.get(address).headers["Referrer-Policy"] == "no-referrer"
    monkeypatch.setattr("portal.progress.calendar.views.to_ics", lambda *_: 1 / 0)
    client.raise_request_exception = False
    assert client.get(address).status_code == 500
    CalendarFeed.objects.all().delete()
    assert client.get(address).status_code == 404
    assert "Not Found: /calendar/….ics" in caplog.text
    assert token not in caplog.text


@pytest.mark.parametrize("token", ["x", "x.y", "0" * 32, "."])
def test_made_up_token_is_not_found(client, token):
    assert client.get(f"/calendar/{token}.ics").status_code == 404
