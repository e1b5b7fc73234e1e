"""The calendar of a person: the address that they subscribe to, and the deadlines that it has named."""

import secrets
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import models
from django.utils import timezone

from lessons.models import Enrollment


class CalendarFeed(models.Model):
    """A subscribed calendar. Its address has a signature of `key`, so a row alone opens nothing."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feed")
    key = models.CharField(max_length=32, unique=True, default=partial(secrets.token_hex, 16), editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Calendar of {self.user}"


class CalendarDeadline(models.Model):
    """A deadline as a calendar has it, so that the next answer can say that it moved.

    Deadlines are computed from rules, meetings and extensions, so nothing else counts how often one changed.
    """

    class Kind(models.TextChoices):
        QUIZ = "quiz", "Quiz"
        LAB = "lab", "Lab"
        REVIEW = "review", "Peer review"

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind)
    target = models.BigIntegerField()
    due_at = models.DateTimeField()
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "kind", "target"], name="one_calendar_entry_per_deadline"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.target} of {self.enrollment}"

    def follow(self, due_at: datetime) -> bool:
        """Take over a deadline. Return True if it moved."""
        if self.due_at == due_at:
            return False
        self.due_at, self.sequence, self.changed_at = due_at, self.sequence + 1, timezone.now()
        return True
