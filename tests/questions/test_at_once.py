"""Two people or processes at the same moment: on PostgreSQL, since SQLite has one writer at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from lessons import announcements, exit_tickets
from lessons.models import Announcement, ExitTicket, Message, Thread, TicketAnswer
from lessons.threads import helping
from lessons.threads.texts import CannotWriteError
from portal.notices.models import Notice
from tests.factories import make_staff, make_user
from tests.questions.conftest import HELP

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs several writers"),
]


def at_once(calls: list[Callable[[], object]]) -> int:
    """Run the calls in threads and return how many were not refused."""

    def run(call: Callable[[], object]) -> bool:
        try:
            call()
        except CannotWriteError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(len(calls)) as pool:
        return sum(pool.map(run, calls))


def test_one_of_many_takes_a_request(cast):
    thread = cast.ask(HELP)
    staff = [make_staff(cast.course, make_user()) for _ in range(6)]
    assert at_once([lambda who=who: helping.take(thread=thread, by=who) for who in staff]) == 1
    assert Thread.objects.get().taken_by in staff


def test_one_person_takes_one_of_two_requests(cast):
    threads = [cast.ask(HELP), cast.ask(HELP, cast.peer)]
    assert at_once([lambda each=each: helping.take(thread=each, by=cast.staff) for each in threads]) == 1
    assert Thread.objects.filter(taken_by=cast.staff).count() == 1


def test_one_of_two_answers_is_sent(cast):
    thread = cast.ask(HELP)
    newest = thread.messages.get().pk
    people = (cast.staff, cast.colleague)
    calls = [lambda who=who: cast.answer(thread, f"By {who.pk}", by=who, newest=newest) for who in people]
    assert at_once(calls) == 1
    assert Message.objects.filter(answers=True).count() == 1


def test_requests_marked_as_duplicates_of_each_other_make_no_circle(cast):
    first, second = cast.ask(HELP), cast.ask(HELP, cast.peer)
    pairs = ((first, second), (second, first))
    calls = [lambda one=one, of=of: helping.mark_duplicate(thread=one, of=of) for one, of in pairs]
    assert at_once(calls) == 1
    assert Thread.objects.exclude(duplicate_of=None).count() == 1


def test_same_question_twice_at_once_is_asked_once(cast):
    assert at_once([lambda: cast.ask(title="Twice"), lambda: cast.ask(title="Twice")]) == 2
    assert Thread.objects.count() == 1


def test_two_workers_send_an_announcement_once(cast):
    at = timezone.now() + timedelta(hours=1)
    fields = {"cohort": cast.learner.cohort, "by": cast.staff, "title": "Once", "text": "x"}
    announcements.announce(**fields, at=at)
    Announcement.objects.update(publish_at=timezone.now())
    at_once([announcements.send_due] * 4)
    assert Notice.objects.filter(kind="announcement").count() == 2


def test_learner_answers_a_ticket_once_from_two_pages(cast):
    cast.meeting.starts_at = timezone.now() - timedelta(hours=4)
    cast.meeting.save()
    calls = [
        lambda text=text: exit_tickets.answer_ticket(
            meeting=cast.meeting, enrollment=cast.learner, text=text, shown=ExitTicket().promise
        )
        for text in ("A", "B", "C")
    ]
    assert at_once(calls) == 1
    assert TicketAnswer.objects.count() == 1
