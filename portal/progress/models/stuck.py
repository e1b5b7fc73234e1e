from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from labs.models import Lab
from lessons.models import Course, Enrollment
from lessons.models.shared import SameParent, shared_field


class StuckMark(models.Model):
    """A note of staff about a learner for whom a rule of the class page fired. Rows are only added.

    A handled finding shows again if the rule fires by what happens after the mark, a snoozed one after `until`.
    """

    class Rule(models.TextChoices):
        SAME_CHECK = "same-check", "The same check needs work"
        NO_GAIN = "no-gain", "No gain"
        DEADLINE = "deadline", "Nothing submitted before a deadline"
        MISSED = "missed", "Missed meetings"
        AWAY = "away", "No activity"

    class Kind(models.TextChoices):
        WRITTEN = "written", "Wrote to the learner"
        SNOOZED = "snoozed", "Snoozed"
        HANDLED = "handled", "Handled"

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="stuck_marks")
    lab = models.ForeignKey(Lab, models.CASCADE, null=True, blank=True, related_name="+")
    course = shared_field(Course, of=("enrollment", "lab"))
    rule = models.CharField(max_length=10, choices=Rule)
    kind = models.CharField(max_length=10, choices=Kind)
    until = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="snoozed", until__isnull=False) | ~Q(kind="snoozed") & Q(until=None),
                name="stuck_mark_is_snoozed_until",
            ),
            SameParent(field="enrollment", parent="course", name="stuck_mark_of_a_learner_of_its_course"),
            SameParent(field="lab", parent="course", name="stuck_mark_about_a_lab_of_its_course"),
        ]
        indexes = [models.Index(fields=["enrollment", "-id"], name="stuck_marks_of_a_learner")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.enrollment}"
