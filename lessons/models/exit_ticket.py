"""One question after a meeting."""

import uuid
from datetime import datetime, timedelta

from django.db import models

from lessons.models.cohort import Enrollment
from lessons.models.course import Course
from lessons.models.meeting import Meeting
from lessons.models.shared import SameParent, shared_field

DEFAULT_QUESTION = "What was least clear?"
DEFAULT_HOURS = 48  # after the end of the meeting
MAX_TICKET_QUESTION, MAX_OPTION, MAX_TICKET_TEXT = 200, 100, 500


class ExitTicket(models.Model):
    """The question that staff set for a meeting; without a row, a meeting has the default one.

    `options` is empty for a free text. The deadline moves with the meeting: `hours` after its end.
    """

    meeting = models.OneToOneField(Meeting, models.CASCADE, related_name="ticket")
    course = shared_field(Course, of=("meeting",))
    question = models.CharField(max_length=MAX_TICKET_QUESTION, default=DEFAULT_QUESTION)
    options = models.JSONField(default=list)
    is_anonymous = models.BooleanField(default=True)
    is_off = models.BooleanField(default=False)
    hours = models.PositiveSmallIntegerField(default=DEFAULT_HOURS)

    class Meta:
        constraints = [
            SameParent(field="meeting", parent="course", name="ticket_of_a_meeting_of_its_course"),
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def promise(self) -> str:
        """The terms that a learner reads before they answer."""
        return f"{'anonymous' if self.is_anonymous else 'named'}: {self.question}"

    @property
    def closes_at(self) -> datetime:
        return self.meeting.ends_at + timedelta(hours=self.hours)

    def is_open(self, now: datetime) -> bool:
        meeting = self.meeting
        return not self.is_off and not meeting.is_cancelled and meeting.ends_at <= now < self.closes_at


class TicketAnswer(models.Model):
    """An answer. If the ticket is anonymous, nothing connects it with a person: no learner, no time, a random key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ticket = models.ForeignKey(ExitTicket, models.CASCADE, related_name="answers")
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, null=True, related_name="+")
    text = models.CharField(max_length=MAX_TICKET_TEXT)

    def __str__(self) -> str:
        return self.text


class TicketTaker(models.Model):
    """A learner who has answered a ticket, so that each answers once. A random key: its order says nothing either."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ticket = models.ForeignKey(ExitTicket, models.CASCADE, related_name="takers")
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "enrollment"], name="one_answer_to_a_ticket"),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id} answered {self.ticket_id}"
