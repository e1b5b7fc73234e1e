"""Facts that become notices: graded labs, moved meetings, deadlines tomorrow."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from icalendar import Calendar

from labs.grading import lifecycle
from labs.models import LabDeadline, LabExtension, Queue
from labs.practice.reply import push_reply_lines
from lessons import attempt_actions
from lessons.meetings import save_meeting
from lessons.models import Meeting, QuizDeadline, QuizExtension
from portal.notices import sending
from portal.notices.models import Notice
from portal.progress import reminders
from tests.factories import (
    QUIZ_SOURCE,
    make_enrollment,
    make_lab,
    make_learner,
    make_lesson,
    make_quiz,
    make_report,
    make_session,
    make_submission,
    make_user,
)
from tests.reports import make_engine_report

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 11, 30, 6, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


def subjects() -> list[str]:
    before = len(mail.outbox)
    sending.send_due()
    return [each.subject for each in mail.outbox[before:]]


# --- labs -----------------------------------------------------------------------------------------------------------


def grade(submission, clock, seconds: int, readable: bool = True):
    claim = lifecycle.claim(submission.queue)
    clock.shift(timedelta(seconds=seconds))
    if not readable:
        lifecycle.mark_unreadable(claim, "Open the repository.")
        return
    lifecycle.finish(
        claim, make_engine_report(readable="passed", readme="needs_work"), submission.lab.current
    )


def test_lab_that_took_over_two_minutes_is_emailed_at_once(clock):
    submission = make_submission()
    grade(submission, clock, 121)
    notice = Notice.objects.get(user=submission.enrollment.user)
    assert notice.kind == "lab_result" and notice.link == submission.get_absolute_url()
    assert "There is something to fix." in notice.text
    assert subjects() == [f"[Portal] {notice.text}"]


def test_quick_lab_is_emailed_after_a_minute_if_its_learner_left_the_page(clock):
    grade(make_submission(), clock, 20)
    assert subjects() == []
    clock.shift(timedelta(minutes=1))
    assert len(subjects()) == 1


@pytest.mark.parametrize("seen", ["page", "poll", "terminal"])
def test_quick_lab_is_not_emailed_if_its_learner_saw_the_result(client, clock, seen):
    submission = make_submission()
    client.force_login(submission.enrollment.user)
    grade(submission, clock, 20)
    submission.refresh_from_db()
    if seen == "terminal":
        list(push_reply_lines(submission, {}))
    else:
        client.get(submission.get_absolute_url() + ("live/?v=0" if seen == "poll" else ""))
    assert Notice.objects.get().read_at
    clock.shift(timedelta(minutes=1))
    assert subjects() == []


def test_unread_result_of_another_learner_stays_unread(client, clock):
    submission = make_submission()
    staff = make_user(is_superuser=True)
    grade(submission, clock, 20)
    client.force_login(staff)
    client.get(submission.get_absolute_url())
    assert Notice.objects.get().read_at is None


def test_repository_that_could_not_be_read_is_a_result(clock):
    grade(make_submission(), clock, 121, readable=False)
    assert "could not be read" in Notice.objects.get().text


def test_regrades_of_staff_and_learners_who_left_cause_no_lab_notice(clock):
    left = make_submission()
    left.enrollment.is_active = False
    left.enrollment.save()
    grade(left, clock, 121)
    grade(make_submission(queue=Queue.LATER), clock, 121)
    assert not Notice.objects.exists()


# --- meetings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cancelled", "status"), [(False, "CONFIRMED"), (True, "CANCELLED")])
def test_moved_meeting_is_emailed_with_its_new_calendar_entry(cancelled, status):
    learner = make_learner()
    session = make_session(learner.course, title="Containers")
    starts = MORNING + timedelta(days=3)
    meeting = Meeting.objects.create(cohort=learner.cohort, session=session, starts_at=starts)
    meeting.starts_at += timedelta(hours=0 if cancelled else 2)
    save_meeting(meeting=meeting, cancelled=cancelled, reason="The instructor is ill.")
    assert len(subjects()) == 1
    attached = mail.outbox[0].attachments[0]
    (event,) = Calendar.from_ical(attached.get_payload(decode=True)).walk("VEVENT")
    assert (event["sequence"], event["status"], event.decoded("dtstart")) == (1, status, meeting.starts_at)
    assert event["uid"].startswith(f"meeting-{meeting.pk}@")
    assert "Reason: The instructor is ill." in mail.outbox[0].body


# --- deadlines ------------------------------------------------------------------------------------------------------


@pytest.fixture
def learner():
    return make_enrollment(make_user("learner@example.org", time_zone="Europe/London"))


@pytest.fixture
def lab(learner):
    lab = make_lab(learner.course, "first-lab", title="First lab")
    make_lesson(make_session(learner.course), lab_slugs=["first-lab"])
    return lab


def due(lab, learner, at: datetime) -> None:
    LabDeadline.objects.update_or_create(lab=lab, cohort=learner.cohort, defaults={"closes_at": at})


def reminded(learner) -> list[str]:
    reminders.remind()
    return [notice.text for notice in learner.user.notices.filter(kind="deadline").order_by("pk")]


@pytest.mark.parametrize(
    ("at", "is_due"),
    [("2026-11-30 23:59", 0), ("2026-12-01 00:00", 1), ("2026-12-01 23:59", 1), ("2026-12-02 00:00", 0)],
)
def test_deadline_tomorrow_is_named_once_in_the_zone_of_its_learner(learner, lab, clock, at, is_due):
    due(lab, learner, datetime.fromisoformat(at).replace(tzinfo=UTC))
    found = reminded(learner)
    assert len(found) == is_due
    assert all("Due tomorrow: First lab" in text and "Tuesday 1 December" in text for text in found)
    clock.shift(timedelta(hours=12))
    assert len(reminded(learner)) == is_due


def test_extension_moves_the_reminder(learner, lab, clock):
    due(lab, learner, MORNING + timedelta(days=1))
    until = MORNING + timedelta(days=2)
    LabExtension.objects.create(enrollment=learner, lab=lab, until=until, reason="Illness.")
    assert reminded(learner) == []
    clock.shift(timedelta(days=1))
    assert len(reminded(learner)) == 1


def test_passed_lab_needs_no_reminder(learner, lab):
    due(lab, learner, MORNING + timedelta(days=1))
    submission = make_submission(learner, lab)
    make_report(submission, make_engine_report().to_json(), points=Decimal(100), passed=True)
    assert reminded(learner) == []


def test_deadline_that_is_set_at_noon_is_named_in_the_evening(learner, lab, clock):
    assert reminded(learner) == []
    due(lab, learner, MORNING + timedelta(days=1))
    clock.move_to(MORNING.replace(hour=17))
    assert reminded(learner) == []
    clock.move_to(MORNING.replace(hour=18))
    assert len(reminded(learner)) == 1


def test_quiz_due_tomorrow_is_named_until_it_is_passed(learner):
    lesson = make_lesson(make_session(learner.course))
    quiz = make_quiz(QUIZ_SOURCE, lesson)
    other = make_enrollment(make_user(time_zone="Europe/London"), learner.cohort)
    extended = make_enrollment(make_user(time_zone="Europe/London"), learner.cohort)
    QuizDeadline.objects.create(quiz=quiz, cohort=learner.cohort, closes_at=MORNING + timedelta(days=1))
    QuizExtension.objects.create(enrollment=extended, quiz=quiz, until=MORNING + timedelta(days=9))
    attempt = attempt_actions.start_attempt(enrollment=learner, quiz=quiz)
    attempt_actions.save_answer(attempt=attempt, key="which", response=[0], flagged=False)
    attempt_actions.submit_attempt(attempt=attempt)
    assert (len(reminded(other)), reminded(learner), reminded(extended)) == (1, [], [])
