from django.conf import settings
from django.db import models
from django.utils import timezone

from lessons.models import Enrollment


class StaffNote(models.Model):
    """A note of staff about a learner. Learners do not see it in the portal, but get it with a copy of their data."""

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="staff_notes")
    text = models.TextField(max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.text[:60]
