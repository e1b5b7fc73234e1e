"""Exit tickets: one question after a meeting, answered once by each learner of the cohort."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from lessons.models import Enrollment, ExitTicket, Meeting, TicketAnswer, TicketTaker
from lessons.models.exit_ticket import (
    DEFAULT_HOURS,
    DEFAULT_QUESTION,
    MAX_OPTION,
    MAX_TICKET_QUESTION,
    MAX_TICKET_TEXT,
)
from lessons.pseudonyms import Names
from lessons.quizzes.text import canonical
from lessons.threads.texts import CannotWriteError, clean_text

MAX_OPTIONS = 6
MAX_HOURS = 14 * 24
MIN_SHOWN = 5  # fewer anonymous answers are only counted
MAX_LISTED = 500


def ticket_of(meeting: Meeting) -> ExitTicket:
    """Return the ticket of a meeting; one with the default question, which is not stored yet, if staff set none."""
    found = ExitTicket.objects.filter(meeting=meeting).first() or ExitTicket(course_id=meeting.course_id)
    found.meeting = meeting
    return found


@transaction.atomic
def set_ticket(
    *, meeting: Meeting, question: str, options: str, is_anonymous: bool, is_off: bool, hours: int
) -> None:
    """Set the question; `options` has one in each line. After the first answer, only the deadline and `is_off` change.

    While learners can read that it is anonymous, it stays so. Raises CannotWriteError.
    """
    if not 1 <= hours <= MAX_HOURS:
        raise CannotWriteError(f"Enter from 1 to {MAX_HOURS} hours.")
    ticket = _lock(meeting)
    if not ticket.takers.exists():
        ticket.question = _question(question)
        ticket.options = _options(options)
        if ticket.is_anonymous and not is_anonymous and ticket.is_open(timezone.now()):
            raise CannotWriteError("Learners read that their answer is anonymous, so it stays anonymous.")
        ticket.is_anonymous = is_anonymous
    ticket.is_off, ticket.hours = is_off, hours
    ticket.save()


def _question(text: str) -> str:
    text = canonical(clean_text(text)) or DEFAULT_QUESTION
    if len(text) > MAX_TICKET_QUESTION:
        raise CannotWriteError(f"Shorten the question to {MAX_TICKET_QUESTION} characters.")
    return text


def _options(text: str) -> list[str]:
    lines = [canonical(each) for each in clean_text(text).split("\n")]
    options = list(dict.fromkeys(filter(None, lines)))
    if len(options) == 1 or len(options) > MAX_OPTIONS:
        raise CannotWriteError(
            f"Write 2 to {MAX_OPTIONS} answers, one per line, or leave it empty for free text."
        )
    if any(len(each) > MAX_OPTION for each in options):
        raise CannotWriteError(f"Shorten each answer to {MAX_OPTION} characters.")
    return options


def _lock(meeting: Meeting) -> ExitTicket:
    ExitTicket.objects.get_or_create(meeting=meeting, defaults={"hours": DEFAULT_HOURS})
    ticket = ExitTicket.objects.select_for_update().get(meeting=meeting)
    ticket.meeting = meeting
    return ticket


@transaction.atomic
def answer_ticket(*, meeting: Meeting, enrollment: Enrollment, text: str, shown: str) -> None:
    """Answer once. If the ticket is anonymous, nothing that is stored connects the learner with the text.

    `shown` is the promise of the page with the form, `ExitTicket.promise`. Raises CannotWriteError.
    """
    text = canonical(clean_text(text))
    if not text:
        raise CannotWriteError("Choose or write an answer.")
    if len(text) > MAX_TICKET_TEXT:
        raise CannotWriteError(f"Your answer has {len(text)} characters. Shorten it to {MAX_TICKET_TEXT}.")
    if not ticket_of(meeting).is_open(timezone.now()):
        raise CannotWriteError("This question is not open now.")
    ticket = _lock(meeting)
    if shown != ticket.promise:
        raise CannotWriteError(
            "The question was changed in the meantime. Read it again before you send your answer."
        )
    if ticket.options and text not in ticket.options:
        raise CannotWriteError("Choose one of the answers.")
    _, is_first = TicketTaker.objects.get_or_create(ticket=ticket, enrollment=enrollment)
    if not is_first:
        raise CannotWriteError("You have already answered this question.")
    author = None if ticket.is_anonymous else enrollment
    TicketAnswer.objects.create(ticket=ticket, enrollment=author, text=text)


def has_answered(ticket: ExitTicket, enrollment: Enrollment) -> bool:
    return ticket.pk is not None and ticket.takers.filter(enrollment=enrollment).exists()


def open_tickets(enrollment: Enrollment, now: datetime) -> list[ExitTicket]:
    """Return the tickets that a learner can answer now, the latest meeting first. One query."""
    earliest = now - timedelta(hours=MAX_HOURS + 24)
    taken = TicketTaker.objects.filter(ticket__meeting=OuterRef("pk"), enrollment=enrollment)
    ended = Meeting.objects.planned().filter(cohort=enrollment.cohort_id, starts_at__range=(earliest, now))
    rows = ended.exclude(Exists(taken)).select_related("cohort__course", "session", "ticket")
    found = []
    for meeting in rows.order_by("-starts_at"):
        ticket = getattr(meeting, "ticket", None) or ExitTicket(course_id=meeting.course_id)
        ticket.meeting = meeting
        found.append(ticket)
    return [each for each in found if each.is_open(now)]


@dataclass(frozen=True)
class Results:
    """The answers for staff. `is_hidden` if they are anonymous and too few; then there is only their number.

    `counts` has each option with its number; `texts` the free texts with the names, "" if they are anonymous.
    """

    count: int
    is_hidden: bool = False
    counts: list[tuple[str, int]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)


def results_of(ticket: ExitTicket, names: Names) -> Results:
    if ticket.pk is None:
        return Results(0)
    answers = TicketAnswer.objects.filter(ticket=ticket).order_by("pk")
    answers = answers.select_related("enrollment__user", "enrollment__course")
    count = answers.count()
    if ticket.is_anonymous and count < MIN_SHOWN:
        return Results(count, is_hidden=count > 0)
    rows = [
        (each.text, names.of(each.enrollment) if each.enrollment else "") for each in answers[:MAX_LISTED]
    ]
    if not ticket.options:
        return Results(count, texts=rows)
    chosen = dict(answers.order_by().values_list("text").annotate(count=Count("pk")))
    named = [] if ticket.is_anonymous else rows
    return Results(count, counts=[(each, chosen.get(each, 0)) for each in ticket.options], texts=named)
