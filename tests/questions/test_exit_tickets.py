"""One question after a meeting."""

from datetime import timedelta

import pytest
from django.db import connection
from django.forms.models import model_to_dict
from django.utils import timezone

from lessons import exit_tickets as actions
from lessons.models import ExitTicket, Meeting, TicketAnswer, TicketTaker
from lessons.pseudonyms import Names
from lessons.threads.texts import CannotWriteError
from tests.factories import make_enrollment, make_user

SET = {"question": "", "options": "", "is_anonymous": True, "is_off": False, "hours": 48}


@pytest.fixture
def ended(cast) -> Meeting:
    cast.meeting.starts_at = timezone.now() - timedelta(hours=4)
    cast.meeting.save()
    return cast.meeting


def answer(meeting, enrollment, text="Volumes", shown="") -> None:
    shown = shown or actions.ticket_of(meeting).promise
    actions.answer_ticket(meeting=meeting, enrollment=enrollment, text=text, shown=shown)


def url(meeting: Meeting) -> str:
    return f"{meeting.get_absolute_url()}ticket/"


def test_learner_answers_the_default_question_once_after_the_class(cast, ended):
    client = cast.client(cast.learner)
    assert "What was least clear?" in client.get("/").content.decode()
    assert "What was least clear?" in client.get(url(ended)).content.decode()
    shown = {"shown": actions.ticket_of(ended).promise}
    assert client.post(url(ended), {"answer": "Volumes", **shown}).status_code == 302
    again = client.post(url(ended), {"answer": "Images", **shown})
    assert (again.status_code, TicketAnswer.objects.get().text) == (422, "Volumes")
    assert "What was least clear?" not in client.get("/").content.decode()
    assert "What was least clear?" not in cast.client(cast.elsewhere).get("/").content.decode()


@pytest.mark.parametrize("ago", [timedelta(hours=1), timedelta(hours=3 + 48, minutes=1)])
def test_ticket_is_open_from_the_end_of_the_class_to_its_deadline(cast, ago):
    Meeting.objects.update(starts_at=timezone.now() - ago)
    cast.meeting.refresh_from_db()
    with pytest.raises(CannotWriteError, match="not open"):
        answer(cast.meeting, cast.learner)
    assert actions.open_tickets(cast.learner, timezone.now()) == []


def test_deadline_moves_with_the_meeting_and_off_means_off(cast, ended):
    actions.set_ticket(meeting=ended, **{**SET, "hours": 1})
    assert actions.open_tickets(cast.learner, timezone.now()) == []
    actions.set_ticket(meeting=ended, **SET)
    assert len(actions.open_tickets(cast.learner, timezone.now())) == 1
    actions.set_ticket(meeting=ended, **{**SET, "is_off": True})
    assert actions.open_tickets(cast.learner, timezone.now()) == []


def test_anonymous_answer_has_nothing_of_its_learner(cast, ended):
    answer(ended, cast.learner)
    stored = model_to_dict(TicketAnswer.objects.get())
    assert {**stored, "id": ""} == {
        "id": "",
        "ticket": ExitTicket.objects.get().pk,
        "enrollment": None,
        "text": "Volumes",
    }
    taken = TicketTaker.objects.get()
    assert taken.pk != TicketAnswer.objects.get().pk
    with connection.cursor() as cursor:
        for model in (TicketAnswer, TicketTaker):
            columns = connection.introspection.get_table_description(cursor, model._meta.db_table)
            assert not [each.name for each in columns if each.name.endswith("_at")]


def test_few_anonymous_answers_are_only_counted(cast, ended):
    people = [cast.learner, cast.peer]
    people += [make_enrollment(make_user(), cast.learner.cohort) for _ in range(3)]
    for number, each in enumerate(people):
        answer(ended, each, f"Answer {number}")
        found = actions.results_of(ExitTicket.objects.get(), Names(cast.staff))
        assert (found.count, found.is_hidden, len(found.texts)) == (
            number + 1,
            number < 4,
            5 if number == 4 else 0,
        )
    assert {name for _, name in found.texts} == {""}
    page = cast.client(cast.staff).get(url(ended)).content.decode()
    assert "Answer 3" in page
    assert "Learner A" not in page.partition("<main")[2]


def test_choices_are_counted_and_names_shown_if_the_ticket_says_so(cast, ended):
    client, begun = cast.client(cast.staff), ended.starts_at
    Meeting.objects.update(starts_at=timezone.now())
    client.post(url(ended), {"question": "How was it?", "options": "Fast\nGood", "hours": "24"})
    Meeting.objects.update(starts_at=begun)
    with pytest.raises(CannotWriteError, match="one of the answers"):
        answer(ended, cast.learner, "Slow")
    answer(ended, cast.learner, "Good")
    found = actions.results_of(ExitTicket.objects.get(), Names(cast.staff))
    assert (found.counts, found.texts) == ([("Fast", 0), ("Good", 1)], [("Good", "Learner A")])


def test_anonymous_ticket_stays_anonymous_while_it_is_open(cast, ended):
    with pytest.raises(CannotWriteError, match="stays anonymous"):
        actions.set_ticket(meeting=ended, **{**SET, "is_anonymous": False})
    assert actions.ticket_of(ended).is_anonymous


def test_answer_to_a_question_that_was_changed_is_not_stored(cast, ended):
    shown = actions.ticket_of(ended).promise
    begun, ended.starts_at = ended.starts_at, timezone.now()
    actions.set_ticket(meeting=ended, **{**SET, "is_anonymous": False})
    ended.starts_at = begun
    page = cast.client(cast.learner).post(url(ended), {"answer": "My worry", "shown": shown})
    assert (page.status_code, TicketAnswer.objects.count()) == (422, 0)
    words = page.content.decode()
    assert "Your instructors see your name" in words and "My worry" in words
    answer(ended, cast.learner)
    assert TicketAnswer.objects.get().enrollment == cast.learner


def test_question_and_anonymity_are_fixed_by_the_first_answer(cast, ended):
    answer(ended, cast.learner)
    actions.set_ticket(
        meeting=ended, question="Other?", options="A\nB", is_anonymous=False, is_off=False, hours=72
    )
    ticket = ExitTicket.objects.get()
    assert (ticket.question, ticket.options, ticket.is_anonymous, ticket.hours) == (
        "What was least clear?",
        [],
        True,
        72,
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"options": "One"}, "2 to 6"),
        ({"options": "\n".join("abcdefg")}, "2 to 6"),
        ({"question": "x" * 201}, "Shorten the question"),
        ({"hours": 0}, "from 1 to"),
        ({"hours": -1}, "from 1 to"),
    ],
)
def test_ticket_that_cannot_be_answered_is_refused(ended, fields, words):
    with pytest.raises(CannotWriteError, match=words):
        actions.set_ticket(meeting=ended, **{**SET, **fields})
