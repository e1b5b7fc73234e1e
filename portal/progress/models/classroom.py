"""The import of a classroom of GitHub Classroom: what was uploaded, and marks that wait for their learner."""

from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone

from lessons.models import Cohort, Course


class ClassroomImport(models.Model):
    """Uploaded files, read and waiting for the decision to import them, or imported. `files` is a ZIP.

    `report` has the values that the page shows: of the preview, and of the result once there is one.
    """

    class State(models.TextChoices):
        READ = "read", "Read"
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    title = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=64)
    files = models.BinaryField()
    report = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.READ)
    tries = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state"], name="classroom_import_state")]

    def __str__(self) -> str:
        return f"Import of {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_under_way(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)


class ClassroomCourse(models.Model):
    """A course that was imported, with the title of its files.

    `deadlines` has those of the files by the keys of their labs, in ISO 8601 and UTC. A deadline in the portal that is
    no longer the imported one was set by staff, and stays.
    """

    course = models.OneToOneField(Course, models.CASCADE, related_name="imported_classroom")
    title = models.CharField(max_length=200, blank=True)
    deadlines = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"Classroom of {self.course}"


class WaitingMark(models.Model):
    """A past mark whose learner is not in the cohort yet. It becomes an `ExternalMark` when they are."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="waiting_marks")
    origin_key = models.CharField(max_length=200)
    person_key = models.CharField(max_length=250)
    identifier = models.CharField(max_length=200, blank=True)
    github_name = models.CharField(max_length=200, blank=True)
    github_id = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=200)
    points = models.DecimalField(max_digits=7, decimal_places=2, validators=[MinValueValidator(0)])
    out_of = models.DecimalField(max_digits=7, decimal_places=2, validators=[MinValueValidator(0)])
    recorded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "origin_key", "person_key"], name="one_waiting_mark_per_person_and_item"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} of {self.identifier or self.github_name or self.name}"

    # Any: values of fields
    def values(self) -> dict[str, Any]:
        """Return what an `ExternalMark` has too."""
        own = {"title": self.title, "points": self.points, "out_of": self.out_of}
        return {**own, "recorded_at": self.recorded_at} if self.recorded_at else own
