"""Time limits, extra time and deadlines: what the pages say, what the server refuses, and what is stored."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from lessons import attempt_actions, closing, staffing, tasks
from lessons.attempt_times import GRACE, deadline_for, end_of, read_open
from lessons.deleting import delete
from lessons.models import Answer, Attempt, ExtraTime, Meeting, QuizDeadline, QuizExtension
from lessons.texts.due_rules import Rule
from tests.factories import make_enrollment, make_session
from tests.quiz_pages.conftest import make_cast
from tests.quiz_pages.examples import RIGHT, posted

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
UP = "The time was up at "


@pytest.fixture
def cast(db):
    return make_cast(time_limit=30)


def begin(cast, ago):
    """Start an attempt that began some time ago."""
    attempt = cast.start()
    Attempt.objects.filter(pk=attempt.pk).update(started_at=timezone.now() - ago)
    return attempt


def end(attempt):
    return end_of(Attempt.objects.timed().get(pk=attempt.pk))


def lasts(attempt):
    timed = Attempt.objects.timed().get(pk=attempt.pk)
    return end_of(timed).at - timed.started_at


def close_for(cast, when):
    return QuizDeadline.objects.update_or_create(
        quiz=cast.quiz, cohort=cast.learner.cohort, defaults={"closes_at": when}
    )[0]


def meet(cast, starts_at, minutes=180):
    session = cast.quiz.lesson.session
    return Meeting.objects.create(
        cohort=cast.learner.cohort, session=session, starts_at=starts_at, minutes=minutes
    )


# --- the limit --------------------------------------------------------------------------------------------------------


def test_start_page_says_the_limit_before_the_start(client, cast):
    page = client.get(cast.address("quiz"))
    assertContains(page, "30 minutes. The time keeps running if you close the page.")
    assertContains(page, "When the time is up, they are submitted as they are.")


@pytest.mark.parametrize(
    ("ago", "warning"),
    [(0, ""), (24, ""), (26, "Less than 4 minutes left."), (29.5, "Less than 1 minute left.")],
)
def test_pages_of_an_attempt_show_when_it_ends(client, cast, ago, warning):
    attempt = begin(cast, ago * MINUTE)
    at = end(attempt).at.astimezone(ZoneInfo(cast.learner.user.time_zone))
    for address in (cast.address("question", 1, 1), cast.address("attempt_summary", 1)):
        page = client.get(address)
        assertContains(page, f"{at:%H:%M} {at.tzname()}</time>")
        if warning:
            assertContains(page, warning)
        else:
            assertNotContains(page, " left.</b>")
    assertContains(client.get(cast.address("quiz")), "Finish by <b>")


def test_answer_is_accepted_until_the_end_and_refused_a_second_later(client, cast):
    assert GRACE == SECOND
    attempt = begin(cast, 29 * MINUTE)
    address = cast.address("question", 1, 1)
    assert client.post(address, posted(attempt, "approval")).status_code == 200
    begun = timezone.now() - 30 * MINUTE - GRACE
    Attempt.objects.update(started_at=begun)
    refused = client.post(address, {"answer": "nonsense", "go": "2"})
    assertContains(refused, "This answer wasn’t saved.", status_code=409)
    assertContains(refused, UP, status_code=409)
    attempt.refresh_from_db()
    assert (attempt.submitted_at, attempt.ended_by) == (begun + 30 * MINUTE, "limit")
    assert (Answer.objects.get().response, attempt.points) == ([1], 2)
    again = client.post(address, posted(attempt, "approval"))
    assertContains(again, f"This answer wasn’t saved. {UP}", status_code=409)


@pytest.mark.daily(3)
@pytest.mark.parametrize("name", ["attempt", "question", "attempt_summary", "attempt_review", "quiz"])
def test_visit_after_the_end_submits_the_attempt_as_it_stood(client, cast, name):
    """W26."""
    attempt = begin(cast, 31 * MINUTE)
    Answer.objects.create(attempt=attempt, key="approval", response=[1])
    numbers = {"quiz": (), "question": (1, 2)}.get(name, (1,))
    page = client.get(cast.address(name, *numbers), follow=True)
    attempt.refresh_from_db()
    assert (attempt.points, attempt.score, attempt.ended_by) == (2, 25, "limit")
    assert attempt.submitted_at == attempt.started_at + 30 * MINUTE
    if name == "quiz":
        assertContains(page, "time limit")
        assertContains(page, "Start a new attempt")
    else:
        assertContains(page, "The attempt was submitted as it stood then.")


def test_submit_after_the_end_counts_from_the_end(client, cast):
    attempt = begin(cast, 45 * MINUTE)
    assertRedirects(client.post(cast.address("attempt_summary", 1)), cast.address("attempt_review", 1))
    attempt.refresh_from_db()
    assert (attempt.submitted_at - attempt.started_at, attempt.ended_by) == (30 * MINUTE, "limit")


def test_submit_within_the_grace_is_the_learners_own(client, cast, monkeypatch):
    monkeypatch.setattr("lessons.attempt_times.GRACE", MINUTE)
    attempt = begin(cast, 30 * MINUTE + SECOND)
    client.post(cast.address("attempt_summary", 1))
    attempt.refresh_from_db()
    assert attempt.ended_by == ""


def test_task_closes_overdue_attempts_and_no_others(cast):
    over = begin(cast, 60 * MINUTE)
    running = attempt_actions.start_attempt(enrollment=cast.other, quiz=cast.quiz)
    tasks.close_attempts()
    tasks.close_attempts()
    assert [each.submitted_at is None for each in (Attempt.objects.get(pk=over.pk), running)] == [False, True]
    running.refresh_from_db()
    assert running.submitted_at is None


def test_attempt_that_cannot_be_marked_keeps_no_other_open(cast, monkeypatch):
    broken, over = (
        begin(cast, 60 * MINUTE),
        attempt_actions.start_attempt(enrollment=cast.other, quiz=cast.quiz),
    )
    Attempt.objects.update(started_at=timezone.now() - 60 * MINUTE)
    Attempt.objects.filter(pk=broken.pk).update(questions=["gone"])
    assert closing.close_overdue(Attempt.objects.all()) == 1
    over.refresh_from_db()
    assert over.submitted_at


def test_overdue_attempt_counts_as_one_when_the_next_begins(client, cast):
    begin(cast, 60 * MINUTE)
    assertRedirects(
        client.post(cast.address("quiz")), cast.address("attempt", 2), fetch_redirect_response=False
    )


def test_edit_of_the_limit_leaves_an_open_attempt_alone(cast):
    attempt = begin(cast, 20 * MINUTE)
    cast.revise(time_limit=10)
    assert lasts(attempt) == 30 * MINUTE
    attempt_actions.submit_attempt(attempt=attempt)
    assert lasts(cast.start()) == 10 * MINUTE


def test_quiz_without_a_limit_never_ends_by_itself(client, cast):
    cast.revise()
    attempt = begin(cast, timedelta(days=400))
    tasks.close_attempts()
    assert end(attempt).at is None
    page = client.get(cast.address("question", 1, 1))
    assertNotContains(page, "Finish by")
    assertNotContains(page, "quiz_time.js")


# --- extra time -------------------------------------------------------------------------------------------------------


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    ("everywhere", "here", "minutes"),
    [
        (None, None, 30),
        ((50, 0), None, 45),
        ((0, 10), None, 40),
        ((100, 5), None, 65),
        ((50, 0), (0, 7), 37),
        ((50, 0), (0, 0), 30),
        (None, (25, 0), 37.5),
    ],
)
def test_extra_time_holds_at_once_also_for_an_open_attempt(client, cast, everywhere, here, minutes):
    attempt = cast.start()
    for quiz, given in ((None, everywhere), (cast.quiz, here)):
        if given:
            ExtraTime.objects.create(enrollment=cast.learner, quiz=quiz, percent=given[0], minutes=given[1])
    theirs = attempt_actions.start_attempt(enrollment=cast.other, quiz=cast.quiz)
    assert (lasts(attempt), lasts(theirs)) == (minutes * MINUTE, 30 * MINUTE)
    if minutes == 45:
        assertContains(client.get(cast.address("quiz")), "45 minutes, including your extra time.")


def test_answer_after_the_limit_is_saved_for_a_learner_with_extra_time(client, cast):
    attempt = begin(cast, 40 * MINUTE)
    ExtraTime.objects.create(enrollment=cast.learner, percent=50)
    assert client.post(cast.address("question", 1, 1), posted(attempt, "approval")).status_code == 200
    tasks.close_attempts()
    attempt.refresh_from_db()
    assert attempt.submitted_at is None


# --- deadlines --------------------------------------------------------------------------------------------------------


def test_deadline_is_on_the_clock_of_the_cohort_whatever_the_clocks_do(cast):
    cast.revise(deadline_days=7)
    cohort = cast.learner.cohort
    cohort.time_zone = "Europe/Berlin"
    cohort.save()
    # 19:00 to 22:00 in summer; a week later, after the change of the clocks, 22:00 is an hour later in UTC.
    meeting = meet(cast, datetime(2026, 10, 20, 17, tzinfo=UTC))
    assert deadline_for(cast.quiz, cohort.pk).at == datetime(2026, 10, 27, 21, tzinfo=UTC)
    meeting.starts_at += timedelta(days=1)
    meeting.save()
    assert deadline_for(cast.quiz, cohort.pk).at == datetime(2026, 10, 28, 21, tzinfo=UTC)
    # A time that the clocks skip becomes one that exists.
    meeting.starts_at, meeting.minutes = datetime(2026, 3, 21, 23, 30, tzinfo=UTC), 120
    meeting.save()
    assert deadline_for(cast.quiz, cohort.pk).at == datetime(2026, 3, 29, 0, 30, tzinfo=UTC) + timedelta(
        hours=1
    )


def test_time_limit_is_counted_in_elapsed_time(cast):
    attempt = cast.start()
    # 01:50 in Berlin; at 03:00 summer time ends, so 30 minutes are 02:20 of the first of two.
    Attempt.objects.filter(pk=attempt.pk).update(started_at=datetime(2026, 10, 24, 23, 50, tzinfo=UTC))
    assert end(attempt).at == datetime(2026, 10, 25, 0, 20, tzinfo=UTC)


def test_each_cohort_has_its_own_deadline_and_a_set_time_replaces_the_rule(cast):
    cast.revise(deadline_days=0)
    meet(cast, datetime(2027, 1, 9, 15, tzinfo=UTC), minutes=60)
    assert deadline_for(cast.quiz, cast.learner.cohort_id).at == datetime(2027, 1, 9, 16, tzinfo=UTC)
    assert deadline_for(cast.quiz, cast.other.cohort_id) == (None, True, True, Rule(days=0), None, "")
    close_for(cast, when := datetime(2027, 3, 1, tzinfo=UTC))
    assert deadline_for(cast.quiz, cast.learner.cohort_id).at == when
    cast.revise()
    assert deadline_for(cast.quiz, cast.other.cohort_id).waits is False


def test_rule_may_name_the_meeting_of_another_session_and_a_time(cast, django_assert_num_queries):
    cast.revise(deadline="session 2 + 6 days 23:59")
    course, cohort = cast.quiz.course, cast.learner.cohort
    first = cast.quiz.lesson.session.position
    deleted = make_session(course, slug="deleted", position=first)
    second = make_session(course, slug="second", position=first + 1)
    delete(row=deleted, by=cast.instructor)
    assert deadline_for(cast.quiz, cohort.pk).waits
    Meeting.objects.create(cohort=cohort, session=second, starts_at=datetime(2027, 1, 9, 15, tzinfo=UTC))
    with django_assert_num_queries(1):
        found = deadline_for(cast.quiz, cohort.pk)
    assert found.at == datetime(2027, 1, 15, 18, 29, tzinfo=UTC)  # 23:59 in India
    attempt = cast.start()
    assert end(attempt).at == found.at
    assert read_open(attempt.pk).met_at == datetime(2027, 1, 9, 15, tzinfo=UTC)


def test_extension_moves_the_end_of_the_quiz_for_one_learner_only(client, cast):
    cast.revise()  # without a time limit
    close_for(cast, timezone.now() - SECOND)
    extension = QuizExtension.objects.create(
        enrollment=cast.learner, quiz=cast.quiz, until=timezone.now() + timedelta(days=1), reason="Illness."
    )
    page = client.get(cast.address("quiz"))
    assertContains(page, "Extended for you from ")
    assertContains(page, "Reason: Illness.")
    attempt = cast.start()
    assert end(attempt).at == extension.until
    with pytest.raises(attempt_actions.QuizClosedError):
        attempt_actions.start_attempt(enrollment=make_enrollment(cohort=cast.learner.cohort), quiz=cast.quiz)
    extension.delete()
    assert end(attempt).at == attempt.started_at


def test_start_page_says_the_deadline(client, cast):
    cast.revise(deadline_days=2)
    assertContains(client.get(cast.address("quiz")), "2 days after the meeting, which has no date yet.")
    close_for(cast, timezone.now() + timedelta(days=3))
    assertContains(
        client.get(cast.address("quiz")), "After that, you can’t start, and an open attempt is submitted"
    )
    close_for(cast, timezone.now() + 10 * MINUTE)
    cast.revise(time_limit=90)
    page = client.get(cast.address("quiz"))
    assertContains(page, "The quiz closes before your 1 hour 30 minutes are over: you have until ")


def test_no_attempt_begins_after_the_deadline(client, cast):
    cast.submit(**RIGHT)
    close_for(cast, timezone.now() - SECOND)
    page = client.post(cast.address("quiz"))
    assertContains(page, "The quiz is closed. Your best attempt counts: 100%.", status_code=409)
    assertNotContains(client.get(cast.address("quiz")), "Start a new attempt")
    assertContains(client.get(cast.address("attempt_review", 1)), "The quiz is closed.")
    with pytest.raises(attempt_actions.QuizClosedError):
        cast.start()
    assert attempt_actions.start_attempt(enrollment=cast.other, quiz=cast.quiz).number == 1


def test_open_attempt_ends_at_the_deadline(client, cast):
    attempt = begin(cast, 20 * MINUTE)
    closes_at = close_for(cast, timezone.now() - 5 * MINUTE).closes_at
    tasks.close_attempts()
    attempt.refresh_from_db()
    assert (attempt.submitted_at, attempt.ended_by, attempt.is_late) == (closes_at, "deadline", False)
    assertContains(client.get(cast.address("attempt_review", 1)), "The quiz closed at ")


def test_deadline_moved_before_the_start_ends_the_attempt_at_its_start(cast):
    attempt = begin(cast, 20 * MINUTE)
    close_for(cast, timezone.now() - timedelta(days=1))
    tasks.close_attempts()
    attempt.refresh_from_db()
    assert attempt.submitted_at == attempt.started_at


def test_late_attempt_is_marked_if_the_quiz_says_so(client, cast):
    cast.revise(late="mark")
    close_for(cast, timezone.now() + MINUTE)
    assert cast.submit().is_late is False
    close_for(cast, timezone.now() - timedelta(days=1))
    late = cast.submit(**RIGHT)
    assert (late.is_late, late.ended_by, late.passed) == (True, "", True)
    assertContains(client.get(cast.address("attempt_review", 2)), ", after the deadline.")
    page = client.get(cast.address("quiz"))
    assertContains(page, '<span class="chip">Late</span>', count=1)
    assertContains(page, "Attempts are now marked as late.")


def test_mark_of_a_late_attempt_follows_the_deadline_of_the_cohort_and_the_policy(admin_client, cast):
    cast.revise(late="mark")
    row = close_for(cast, timezone.now() - MINUTE)
    late = cast.submit()
    marks = Attempt.objects.filter(pk=late.pk).values_list("is_late", flat=True)
    page = reverse("admin:lessons_quizdeadline_change", args=[row.pk])
    sent = {"quiz": row.quiz_id, "cohort": row.cohort_id}
    moved = timezone.localtime(timezone.now() + timedelta(days=1), ZoneInfo(cast.learner.cohort.time_zone))
    answer = admin_client.post(page, sent | {"closes_at_0": f"{moved:%F}", "closes_at_1": f"{moved:%H:%M}"})
    assert (answer.status_code, late.is_late, marks.get()) == (302, True, False)
    admin_client.post(reverse("admin:lessons_quizdeadline_delete", args=[row.pk]), {"post": "yes"})
    close_for(cast, timezone.now() - MINUTE)
    cast.revise(late="mark", time_limit=31)
    assert marks.get() is True


def test_extension_given_later_takes_the_mark_off_a_late_attempt_until_it_is_deleted(cast):
    cast.revise(late="mark")
    close_for(cast, timezone.now() - MINUTE)
    late = cast.submit()
    until = timezone.now() + MINUTE
    extension = QuizExtension(enrollment=cast.learner, quiz=cast.quiz, until=until, reason="Illness.")
    staffing.save_extension(extension=extension, by=cast.instructor)
    marks = Attempt.objects.filter(pk=late.pk).values_list("is_late", flat=True)
    assert (late.is_late, marks.get()) == (True, False)
    staffing.delete_extension(extension=extension, by=cast.instructor)
    assert marks.get() is True


def test_answers_open_after_the_deadline_of_the_cohort(client, cast):
    cast.revise(release="deadline", deadline_days=1, attempts=1)
    cast.submit()
    review = cast.address("attempt_review", 1)
    assertContains(client.get(review), "You see the correct answers and explanations after the deadline.")
    assertNotContains(client.get(review), "git branch canary")
    close_for(cast, timezone.now() + MINUTE)
    assertContains(client.get(review), "explanations after the deadline: ")
    assertNotContains(client.get(review), "git branch canary")
    close_for(cast, timezone.now() - MINUTE)
    assertContains(client.get(review), "git branch canary")


def test_home_asks_for_a_quiz_until_its_deadline_and_says_it(client, cast):
    close_for(cast, timezone.now() + timedelta(days=1))
    assertContains(client.get("/"), "Quiz: Branches</a><small>7 questions, 8 points. Deadline ")
    close_for(cast, timezone.now() - MINUTE)
    assertNotContains(client.get("/"), "Quiz: Branches</a>")
    cast.revise(late="mark")
    assertContains(client.get("/"), "Quiz: Branches</a>")
