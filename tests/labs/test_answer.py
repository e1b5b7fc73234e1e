"""The lines that the terminal shows after a push, state by state."""

from contextlib import ExitStack
from dataclasses import replace

import pytest
from django.db import OperationalError, connection

from labs.addresses import submission_address
from labs.models import State
from labs.practice import packets, reply
from labs.practice.waiters import Waiters
from tests.factories import make_lesson, make_report, make_session, make_submission
from tests.reports import make_engine_report, make_result

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def short_wait(settings):
    settings.PRACTICE_WAIT_SECONDS = 0.1


def reply_text(submission) -> str:
    return "\n".join(reply.push_reply_lines(submission, {}))


def test_verdict_is_the_report_and_its_url():
    submission = make_submission()
    make_report(submission, make_engine_report(readme="needs_work").to_json())
    submission.state = State.QUEUED  # as it was when it was received
    said = reply_text(submission)
    assert "Submission 1 received. Grading..." in said
    assert "Fix this first: readme is as it should be" in said
    assert said.endswith(f"Result: {submission_address(submission)}\n")


def test_lesson_to_read_again_is_a_url(settings):
    submission = make_submission()
    make_report(submission, make_engine_report(readme="needs_work").to_json())
    assert "Lesson" not in reply_text(submission)
    lesson = make_lesson(make_session(submission.lab.course), "git-basics")
    assert f"\n  Lesson: {settings.PUBLIC_URL}{lesson.get_absolute_url()}#committing\n" in reply_text(
        submission
    )


def test_stronger_hint_is_shown_from_the_second_submission_that_needs_work():
    work = make_result("readme", "needs_work", hint="Its name has capitals.")
    first = make_submission()
    second = make_submission(first.enrollment, first.lab)
    for submission in (first, second):
        make_report(submission, replace(make_engine_report(), results=(work,)).to_json())
    assert "Its name has capitals." not in reply_text(first)
    assert "\n  Hint\n    Its name has capitals." in reply_text(second)


def test_after_the_wait_the_url_is_shown():
    submission = make_submission()
    assert f"Still grading. The result will be at\n{submission_address(submission)}" in reply_text(submission)


def test_when_too_many_wait_the_url_is_shown_at_once(monkeypatch, settings):
    settings.PRACTICE_WAIT_SECONDS = 60
    monkeypatch.setattr(reply, "waiters", Waiters(limit=1))
    with reply.waiters.place(0):
        assert "Still grading." in reply_text(make_submission())


def test_place_of_a_waiter_is_released(monkeypatch):
    monkeypatch.setattr(reply, "waiters", Waiters(limit=1))
    reply_text(make_submission())
    with reply.waiters.place(0) as place:
        assert place


def test_one_query_serves_all_who_wait(django_assert_num_queries):
    waiters = Waiters(limit=200)
    done, running = make_submission(state=State.CANCELLED), make_submission()
    with ExitStack() as stack:
        places = [stack.enter_context(waiters.place(pk)) for pk in [done.pk] * 60 + [running.pk] * 60]
        with django_assert_num_queries(1):
            waiters.look()
    assert [place.ended.is_set() for place in places] == [True] * 60 + [False] * 60


def test_only_one_of_those_who_wait_queries_the_database():
    waiters = Waiters(limit=2)
    with waiters.turn_to_look() as first, waiters.turn_to_look() as second:
        assert (first, second) == (True, False)
    with waiters.turn_to_look() as third:
        assert third


def test_short_outage_of_the_database_ends_no_wait(monkeypatch, settings):
    settings.PRACTICE_WAIT_SECONDS = 60
    submission = make_submission()
    make_report(submission, make_engine_report().to_json())
    submission.state = State.QUEUED
    looks = []

    def look(self):
        looks.append(1)
        monkeypatch.setattr(Waiters, "look", whole_look)
        with connection.execute_wrapper(refuse):
            whole_look(self)

    whole_look = Waiters.look
    monkeypatch.setattr(Waiters, "look", look)
    assert "Result:" in reply_text(submission)
    assert looks


def refuse(*arguments):
    raise OperationalError("the database is locked")


@pytest.mark.parametrize(
    ("state", "message", "words"),
    [
        (
            State.UNREADABLE,
            "Commit something.",
            "Could not read the repository. Commit something.",
        ),
        (State.FAULT, "A fault on our side. Reference G-7F2A.", "A fault on our side. Reference G-7F2A."),
        (State.SUPERSEDED, "", "Replaced by a newer push, which is graded instead."),
        (State.CANCELLED, "", "Cancelled. Open the page below to grade it again."),
    ],
)
def test_other_outcomes_have_their_own_messages(state, message, words):
    submission = make_submission(state=state, message=message)
    assert words in reply_text(submission)


def test_state_that_was_pushed_before_says_so():
    assert "You already pushed this state as submission 1." in reply_text(
        make_submission(state=State.SUPERSEDED)
    )


# --- packets --------------------------------------------------------------------------------------------------------


def test_control_characters_never_reach_the_terminal():
    assert packets.message("a\x1b[31mb\rc\x07d\u202ee") == packets.packet(b"\x02a[31mbcde\n")


def test_long_line_is_cut_into_packets_that_any_client_takes():
    answer, pieces = packets.message("ä" * 1000), []
    while answer:
        length = int(answer[:4], 16)
        pieces.append(answer[4:length])
        answer = answer[length:]
    assert max(map(len, pieces)) <= 995
    assert b"".join(piece.removeprefix(b"\x02") for piece in pieces).decode() == "ä" * 1000 + "\n"


def test_empty_line_stays_a_line():
    assert packets.message("") == b"0006\x02\n"
