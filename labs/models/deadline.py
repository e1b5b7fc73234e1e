"""Deadlines of labs for cohorts, more time for learners, our outages, and the points to be counted again."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from labs.models.lab import Lab
from lessons.models import Cohort, Course, Enrollment
from lessons.models.cohort import validate_start
from lessons.models.deadlines import CohortDeadline, Extension
from lessons.models.shared import SameParent, shared_field


class LabDeadline(CohortDeadline):
    """The deadline of a lab for a cohort. After `last_at`, if it is set, a push earns nothing."""

    lab = models.ForeignKey(Lab, models.CASCADE, related_name="deadlines")
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="lab_deadlines")
    course = shared_field(Course, of=("lab", "cohort"))
    last_at = models.DateTimeField("last date", null=True, blank=True, validators=[validate_start])

    class Meta:
        verbose_name = "lab deadline"
        ordering = ["closes_at", "pk"]
        constraints = [
            *CohortDeadline.Meta.constraints,
            models.UniqueConstraint(fields=["lab", "cohort"], name="one_lab_deadline_per_cohort"),
            SameParent(field="lab", parent="course", name="deadline_of_a_lab_of_its_course"),
            SameParent(field="cohort", parent="course", name="lab_deadline_of_a_cohort_of_its_course"),
        ]

    def __str__(self) -> str:
        return f"{self.lab} for {self.cohort}"

    def clean(self) -> None:
        if self.last_at and self.closes_at and self.last_at < self.closes_at:
            raise ValidationError({"last_at": "The last date can’t be before the deadline."})


class LabExtension(Extension):
    """A later deadline of a lab for one learner."""

    lab = models.ForeignKey(Lab, models.CASCADE, related_name="extensions")
    course = shared_field(Course, of=("enrollment", "lab"))

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "lab"], name="one_extension_per_lab"),
            SameParent(field="enrollment", parent="course", name="lab_extension_of_a_learner_of_its_course"),
            SameParent(field="lab", parent="course", name="extension_for_a_lab_of_its_course"),
        ]

    def __str__(self) -> str:
        return f"{self.lab} for {self.enrollment}"


class Outage(models.Model):
    """A time in which the portal could not grade a learner's submission. It lengthens their deadline by as much.

    It `is_open` after a fault: it goes on until the next verdict, and `ends_at` is the time of the fault.
    """

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="+")
    lab = models.ForeignKey(Lab, models.CASCADE, related_name="+")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    seconds = models.PositiveIntegerField(editable=False)
    is_open = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gte=F("begins_at")), name="outage_has_an_order")
        ]
        indexes = [models.Index(fields=["enrollment", "lab"], name="outage_of_learner")]

    def __str__(self) -> str:
        return f"{self.lab} for {self.enrollment}"

    # Any: as Django declares them
    def save(self, *args: Any, **kwargs: Any) -> None:
        self.seconds = int((self.ends_at - self.begins_at).total_seconds())
        super().save(*args, **kwargs)


class Recount(models.Model):
    """The points of a cohort's labs must be counted again, because a deadline or a rule has changed."""

    cohort = models.OneToOneField(Cohort, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.cohort)
