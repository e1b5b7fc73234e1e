"""Reminders of deadlines that a person has had."""

from django.conf import settings
from django.db import models


class ReminderTurn(models.Model):
    """The last time a person's deadlines were checked, and the coming ones that they were reminded of."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    looked_at = models.DateTimeField()
    sent = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"Reminders of {self.user}"
