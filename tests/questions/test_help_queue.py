"""The help queue: its order, taking, answering, duplicates, times, suggestions and signals of a class."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lessons import class_actions
from lessons.models import CourseStaff, MeetingSignal, Thread
from lessons.threads import actions, helping
from lessons.threads.queue import (
    get_queue_state,
    get_thread_cursor,
    help_requests,
    place_in_queue,
    signals_without_words,
    suggestions_for,
    times_of,
)
from lessons.threads.texts import CannotWriteError
from portal.notices.models import Notice
from tests.factories import make_enrollment, make_user
from tests.questions.conftest import HELP

STUCK = MeetingSignal.Kind.STUCK


@pytest.fixture
def two(cast):
    return cast.ask(HELP, title="First"), cast.ask(HELP, cast.peer, title="Second")


def fresh(thread: Thread) -> Thread:
    return Thread.objects.get(pk=thread.pk)


def test_queue_has_the_oldest_first_and_each_learner_sees_the_place(cast, two):
    assert [each.title for each in help_requests(cast.staff, cast.course)] == ["First", "Second"]
    assert [place_in_queue(each) for each in two] == [1, 2]
    helping.take(thread=two[0], by=cast.staff)
    assert place_in_queue(two[1]) == 1


def test_request_is_taken_once_and_one_at_a_time(cast, two):
    helping.take(thread=two[0], by=cast.staff)
    with pytest.raises(CannotWriteError, match="Somebody else"):
        helping.take(thread=two[0], by=cast.colleague)
    with pytest.raises(CannotWriteError, match="already have a request"):
        helping.take(thread=two[1], by=cast.staff)
    with pytest.raises(CannotWriteError, match="has taken"):
        cast.answer(two[0], by=cast.colleague)
    helping.release(thread=two[0], by=cast.staff)
    helping.take(thread=two[1], by=cast.staff)
    assert fresh(two[1]).taken_by == cast.staff


def test_request_of_a_cohort_that_one_no_longer_teaches_is_put_back(cast, two):
    other = make_user(is_staff=True)
    role = CourseStaff.objects.create(
        course=cast.course, cohort=cast.elsewhere.cohort, user=other, role="assistant"
    )
    lost = cast.ask(HELP, cast.elsewhere, title="Third")
    helping.take(thread=lost, by=other)
    role.cohort = cast.learner.cohort
    role.save()
    helping.take(thread=two[0], by=other)
    assert (fresh(lost).taken_by, fresh(two[0]).taken_by) == (None, other)


def test_request_that_was_taken_long_ago_can_be_taken_over(cast, two):
    helping.take(thread=two[0], by=cast.staff)
    Thread.objects.filter(pk=two[0].pk).update(taken_at=timezone.now() - timedelta(minutes=21))
    helping.take(thread=two[0], by=cast.colleague)
    assert fresh(two[0]).taken_by == cast.colleague


def test_answer_frees_its_author_for_the_next(cast, two):
    helping.take(thread=two[0], by=cast.staff)
    cast.answer(two[0])
    helping.take(thread=two[1], by=cast.staff)
    assert (fresh(two[0]).state[1], list(help_requests(cast.staff, cast.course))) == ("Answered", [two[1]])


def test_answer_goes_to_duplicates_too(cast, two):
    third = cast.ask(HELP, cast.elsewhere, title="Third")
    helping.mark_duplicate(thread=third, of=two[1])
    helping.mark_duplicate(thread=two[1], of=two[0])
    assert fresh(third).duplicate_of == two[0]
    answer = cast.answer(two[0], "Restart it.")
    for copied in (two[1], third):
        assert fresh(copied).state[1] == "Answered"
        assert copied.messages.filter(copy_of=answer, html="<p>Restart it.</p>").count() == 1
    assert Notice.objects.filter(kind="reply").count() == 3
    actions.edit_message(message=answer, by=cast.staff, text="Start it.")
    assert third.messages.get(copy_of=answer).text == "Start it."
    actions.withdraw_message(message=answer, by=cast.staff)
    assert [fresh(each).is_waiting for each in (*two, third)] == [True, True, True]


def test_duplicate_of_an_answered_request_is_answered_at_once(cast, two):
    cast.answer(two[0])
    helping.mark_duplicate(thread=two[1], of=two[0])
    assert fresh(two[1]).state[1] == "Answered"
    with pytest.raises(CannotWriteError, match="itself"):
        helping.mark_duplicate(thread=two[0], of=fresh(two[1]))


def test_times_are_medians_of_answers_and_closings(cast, two):
    start = timezone.now() - timedelta(hours=1)
    minutes = [(10, 30), (20, None)]
    for thread, (answered, closed) in zip(two, minutes, strict=True):
        Thread.objects.filter(pk=thread.pk).update(
            asked_at=start,
            answered_at=start + timedelta(minutes=answered),
            closed_at=closed and start + timedelta(minutes=closed),
        )
    found = times_of(cast.staff, cast.course, None, timezone.now())
    assert (found.to_answer, found.to_close) == (timedelta(minutes=15), timedelta(minutes=30))
    assert times_of(cast.staff, cast.course, cast.elsewhere.cohort, timezone.now()).to_answer is None


def test_closed_request_opens_again_with_a_message(cast, two):
    helping.close(thread=two[0])
    assert (fresh(two[0]).state[1], list(help_requests(cast.staff, cast.course))) == ("Closed", [two[1]])
    newest = two[0].messages.get().pk
    actions.reply(thread=two[0], author=cast.learner.user, is_staff=False, text="Still", newest=newest)
    assert list(help_requests(cast.staff, cast.course)) == [two[1], two[0]]


def test_answers_are_suggested_in_the_same_cohort_and_place_only(cast, two):
    cast.answer(two[0], "Restart `docker`.", is_suggested=True)
    cast.answer(two[1], "You forgot line 3 of yours.")
    [found] = suggestions_for(cast.peer, cast.place(cast.peer))
    assert (found.html, found.title, found.url) == ("<p>Restart <code>docker</code>.</p>", "", "")
    assert suggestions_for(cast.learner, cast.place()) == []
    assert suggestions_for(cast.elsewhere, cast.place(cast.elsewhere)) == []
    question = cast.ask(title="Public?")
    cast.answer(question)
    actions.set_public(thread=question, by=cast.staff, is_public=True)
    assert [each.title for each in suggestions_for(cast.peer, cast.place(cast.peer, ""))] == ["Public?", ""]


def test_request_from_a_class_is_one_with_its_signal(cast):
    thread = cast.ask(HELP, place=cast.in_class(), title="")
    assert MeetingSignal.objects.get().kind == STUCK
    assert signals_without_words(cast.staff, cast.course, None, timezone.now()) == []
    class_actions.send_signal(meeting=cast.meeting, enrollment=cast.peer, kind=STUCK)
    [alone] = signals_without_words(cast.staff, cast.course, cast.learner.cohort, timezone.now())
    assert alone.enrollment == cast.peer
    version = cast.meeting.version
    cast.answer(thread)
    assert MeetingSignal.objects.get().enrollment == cast.peer
    cast.meeting.refresh_from_db()
    assert cast.meeting.version == version + 1


def test_withdrawn_signal_withdraws_the_request(cast):
    thread = cast.ask(HELP, place=cast.in_class(), title="")
    helping.withdraw_signal(meeting=cast.meeting, enrollment=cast.learner, kind=STUCK)
    assert (fresh(thread).is_withdrawn, MeetingSignal.objects.exists()) == (True, False)


def test_second_request_at_the_same_place_is_refused_while_the_first_waits(cast, two):
    with pytest.raises(CannotWriteError, match="in the queue"):
        cast.ask(HELP, title="Again")


def test_polls_cost_one_query_and_notice_every_change(cast, two):
    cursors = set()

    def note() -> None:
        with CaptureQueriesContext(connection) as captured:
            cursors.add(get_queue_state(cast.staff, cast.course.slug).cursor)
            cursors.add("thread " + get_thread_cursor(cast.peer.user, cast.course.slug, two[1].pk))
        assert len(captured) == 2

    note()
    helping.take(thread=two[0], by=cast.staff)
    note()
    cast.answer(two[0])
    cast.ask(HELP, make_enrollment(make_user(), cast.learner.cohort), title="Third")
    note()
    class_actions.send_signal(meeting=cast.meeting, enrollment=cast.peer, kind=STUCK)
    note()
    helping.take(thread=two[1], by=cast.staff)
    note()
    queue = [each for each in cursors if not each.startswith("thread")]
    assert (len(queue), len(cursors) - len(queue)) == (5, 3)


def test_assistant_of_a_cohort_sees_and_hears_of_its_learners_only(cast, two):
    other = make_user(is_staff=True)
    CourseStaff.objects.create(course=cast.course, cohort=cast.elsewhere.cohort, user=other, role="assistant")
    mine = cast.ask(HELP, cast.elsewhere, title="Third")
    assert list(help_requests(other, cast.course)) == [mine]
    assert list(Notice.objects.filter(kind="help", user=other).values_list("link", flat=True)) == [
        mine.get_absolute_url()
    ]
    client = cast.client(other)
    assert client.get(mine.get_absolute_url()).status_code == 200
    for url in ("", "poll/"):
        assert client.get(f"{two[0].get_absolute_url()}{url}").status_code == 404
    page = client.get(f"/questions/{cast.course.slug}/queue/").content.decode()
    assert ("Third" in page, two[0].get_absolute_url() in page) == (True, False)
    assert (
        client.get(f"/questions/{cast.course.slug}/queue/?cohort={cast.learner.cohort.slug}").status_code
        == 404
    )
    form = {"cohort": cast.learner.cohort.slug, "title": "x", "text": "y"}
    assert client.post(f"/announcements/{cast.course.slug}/new/", form).status_code == 422
