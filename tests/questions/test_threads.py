"""Questions of learners: asked, answered, made public, changed and withdrawn."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from lessons import deleting
from lessons.models import Message, Thread
from lessons.threads import actions, limits
from lessons.threads.actions import ThreadChangedError
from lessons.threads.queries import get_thread, notes_at, threads_at, with_places
from lessons.threads.texts import CannotWriteError
from portal.notices.models import Notice
from tests.factories import make_enrollment
from tests.questions.conftest import HELP, QUESTION


def readers(cast, thread) -> list[str]:
    people = {"learner": cast.learner.user, "peer": cast.peer.user, "elsewhere": cast.elsewhere.user}
    people["staff"] = cast.staff
    return [name for name, user in people.items() if may_read(cast, thread, user)]


def may_read(cast, thread, user) -> bool:
    try:
        return bool(get_thread(user, cast.course.slug, thread.pk))
    except Http404:
        return False


def test_question_is_stored_with_its_place_and_reaches_staff(cast):
    thread = cast.ask(text="Is it **one**? <b>x</b>", quote="  With a\nmonolith ")
    assert (thread.where, thread.quote) == ("Containers, “First heading”", "With a monolith")
    assert thread.messages.get().html == "<p>Is it <strong>one</strong>? &lt;b&gt;x&lt;/b&gt;</p>"
    notices = Notice.objects.filter(kind="question")
    assert {each.user for each in notices} == {cast.staff, cast.colleague}
    assert notices[0].link == thread.get_absolute_url()
    assert readers(cast, thread) == ["learner", "staff"]


def test_second_click_asks_once(cast):
    assert cast.ask() == cast.ask()
    assert Message.objects.count() == 1


def test_answer_reaches_the_asker_and_a_follow_up_waits_again(cast):
    thread = cast.ask()
    answer = cast.answer(thread)
    thread.refresh_from_db()
    assert (thread.state[1], thread.is_waiting, answer.answers) == ("Answered", False, True)
    assert Notice.objects.get(kind="reply").user == cast.learner.user
    asked = actions.reply(
        thread=thread, author=cast.learner.user, is_staff=False, text="And three?", newest=answer.pk
    )
    thread.refresh_from_db()
    assert (thread.is_waiting, thread.answered_at is not None, asked.answers) == (True, True, False)


def test_staff_who_ask_back_have_not_answered(cast):
    thread = cast.ask()
    cast.answer(thread, "Which one?", answers=False)
    thread.refresh_from_db()
    assert (thread.answered_at, thread.is_waiting, thread.state[1]) == (None, False, "Waits for the learner")


def test_second_answer_at_once_is_refused(cast):
    thread = cast.ask()
    first = thread.messages.get().pk
    cast.answer(thread)
    with pytest.raises(ThreadChangedError, match="in the meantime"):
        cast.answer(thread, "Mine", by=cast.colleague, newest=first)
    assert thread.messages.count() == 2


def test_public_thread_is_for_the_cohort_without_the_name(cast):
    thread = cast.ask()
    with pytest.raises(CannotWriteError, match="Answer the question first"):
        actions.set_public(thread=thread, by=cast.staff, is_public=True)
    cast.answer(thread)
    actions.set_public(thread=thread, by=cast.staff, is_public=True)
    assert readers(cast, thread) == ["learner", "peer", "staff"]
    found = get_thread(cast.peer.user, cast.course.slug, thread.pk)
    assert (found.asker, found.may_write) == ("A learner", False)
    actions.edit_question(thread=thread, by=cast.learner.user, title="Why two?", shows_name=True)
    assert get_thread(cast.peer.user, cast.course.slug, thread.pk).asker == "Learner A"
    [note] = notes_at(threads_at(cast.peer, "lesson", [cast.lesson.pk]))
    assert note.title == "Why two?"
    assert list(threads_at(cast.elsewhere, "lesson", [cast.lesson.pk])) == []
    actions.set_public(thread=thread, by=cast.staff, is_public=False)
    assert readers(cast, thread) == ["learner", "staff"]


def test_learner_who_moved_keeps_the_thread_that_the_old_cohort_reads(cast):
    thread = cast.ask()
    cast.answer(thread)
    actions.set_public(thread=thread, by=cast.staff, is_public=True)
    cast.learner.cohort = cast.elsewhere.cohort
    cast.learner.save()
    assert readers(cast, thread) == ["learner", "peer", "staff"]


def test_left_learner_reads_nothing_and_gets_no_notice(cast):
    thread = cast.ask()
    cast.learner.is_active = False
    cast.learner.save()
    cast.answer(thread)
    assert readers(cast, thread) == ["staff"]
    assert not Notice.objects.filter(kind="reply").exists()


def test_thread_outlives_its_lesson_and_heading(cast):
    thread = cast.ask()
    cast.answer(thread)
    actions.set_public(thread=thread, by=cast.staff, is_public=True)
    cast.lesson.slug, cast.lesson.title = "moved", "Boxes"
    cast.lesson.contents = [[2, "renamed", "Renamed"]]
    cast.lesson.save()
    [here] = with_places([thread])
    assert (here.place, "/moved/" in here.place_url) == ("Boxes, “First heading”", True)
    deleting.delete(row=cast.lesson, by=cast.staff)
    [gone] = with_places([thread])
    assert (gone.place, gone.place_url) == ("Containers, “First heading”", "")
    assert readers(cast, thread) == ["learner", "staff"]


def test_withdrawn_question_is_gone_for_others(cast):
    thread = cast.ask()
    cast.answer(thread)
    actions.set_public(thread=thread, by=cast.staff, is_public=True)
    with pytest.raises(CannotWriteError, match="your own"):
        actions.withdraw_thread(thread=thread, by=cast.peer.user)
    actions.withdraw_thread(thread=thread, by=cast.learner.user)
    assert readers(cast, thread) == ["learner", "staff"]
    assert not list(threads_at(cast.peer, "lesson", [cast.lesson.pk]))
    with pytest.raises(CannotWriteError, match="withdrawn"):
        cast.answer(thread)


def test_messages_are_changed_and_withdrawn_only_by_their_authors(cast):
    thread = cast.ask()
    answer = cast.answer(thread)
    with pytest.raises(CannotWriteError, match="your own"):
        actions.edit_message(message=answer, by=cast.learner.user, text="No.")
    actions.edit_message(message=answer, by=cast.staff, text="*Better*.")
    answer.refresh_from_db()
    assert (answer.html, answer.edited_at is not None) == ("<p><em>Better</em>.</p>", True)
    actions.withdraw_message(message=answer, by=cast.staff)
    thread.refresh_from_db()
    answer.refresh_from_db()
    assert (thread.answered_at, thread.waiting_since, answer.text) == (None, thread.asked_at, "")


def test_limits_name_the_time_to_wait(cast, monkeypatch):
    monkeypatch.setattr(limits, "MAX_ASKED_AN_HOUR", 2)
    for number in range(2):
        cast.ask(title=f"Question {number}")
    Thread.objects.filter(title="Question 0").update(asked_at=timezone.now() - timedelta(minutes=45))
    with pytest.raises(CannotWriteError, match="Ask again in 15 minutes"):
        cast.ask(title="One more")
    assert cast.ask(who=cast.peer).pk


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": " "}, "in one line"),
        ({"title": "x" * 151}, "Shorten it to 150"),
        ({"text": "x" * 4001}, "has 4,001 characters"),
    ],
)
def test_text_that_is_missing_or_too_long_is_refused(cast, fields, words):
    with pytest.raises(CannotWriteError, match=words):
        cast.ask(**fields)
    assert not Thread.objects.exists()


def test_marks_of_direction_are_removed(cast):
    thread = cast.ask(title="a\u202eb\x00", text="\u2066x")
    assert (thread.title, thread.messages.get().text) == ("ab", "x")


def test_staff_who_learn_the_course_too_get_no_notice_of_their_own_question(cast):
    own = make_enrollment(cast.staff, cast.learner.cohort)
    cast.ask(who=own)
    assert [each.user for each in Notice.objects.filter(kind=QUESTION)] == [cast.colleague]


def test_request_for_help_needs_no_words(cast):
    assert cast.ask(HELP, title="", text="").title == "Stuck: First heading"
