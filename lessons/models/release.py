"""The opening of content: its status, and the rule that ties it to a cohort's meeting."""

from datetime import datetime

from django.db import models
from django.db.models import Q


class Status(models.TextChoices):
    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    PUBLISHED = "published", "Published"


class Release(models.TextChoices):
    NOW = "now", "At once"
    START = "start", "When the cohort’s meeting starts"
    END = "end", "When the cohort’s meeting ends"


class Released(models.Model):
    """Content with a status. `publish_at` counts only while it is scheduled."""

    Status = Status

    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    publish_at = models.DateTimeField("opens at", null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=Status.SCHEDULED) | Q(publish_at__isnull=False),
                name="%(class)s_scheduled_at_a_time",
                violation_error_message="Enter the date and time at which it opens.",
            )
        ]

    @property
    def is_draft(self) -> bool:
        # anything else reaches learners, now or later, so it must be free of problems
        return self.status == Status.DRAFT

    def waiting_word(self, now: datetime) -> str:
        """Return “Draft” or “Scheduled” while the status keeps this from learners, "" after that."""
        if self.is_draft:
            return Status.DRAFT.label
        waits = self.status == Status.SCHEDULED and self.publish_at is not None and self.publish_at > now
        return Status.SCHEDULED.label if waits else ""
