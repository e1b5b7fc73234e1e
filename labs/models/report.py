from django.db import models
from django.db.models import Q

from labs.models.lab import Lab, LabVersion
from labs.models.submission import Submission
from lessons.models import Course, Enrollment
from lessons.models.shared import SameParent, shared_field
from lessons.points import show_points


class Report(models.Model):
    """A verdict on a submission. Regrading adds one; the newest is current. `data` is authoritative."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="reports")
    lab_version = models.ForeignKey(LabVersion, models.PROTECT, related_name="reports")
    lab = shared_field(Lab, of=("lab_version", "submission"))
    spec_digest = models.CharField(max_length=64)
    engine = models.CharField(max_length=20)
    data = models.JSONField()
    notes = models.JSONField(default=list, help_text="Sentences about what was not read or has changed.")
    points = models.DecimalField(max_digits=7, decimal_places=2)
    max_points = models.DecimalField(max_digits=7, decimal_places=2)
    passed = models.BooleanField()
    regrade = models.ForeignKey(
        "LabRegrade", models.SET_NULL, null=True, editable=False, related_name="reports"
    )  # that stored it, if no worker of the queue did
    is_current = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"], condition=Q(is_current=True), name="one_current_report_per_submission"
            ),
            SameParent(field="submission", parent="lab", name="report_on_a_submission_for_its_lab"),
            SameParent(field="lab_version", parent="lab", name="report_by_a_version_of_its_lab"),
        ]
        indexes = [models.Index(fields=["lab", "-id"], name="report_newest_of_lab")]

    def __str__(self) -> str:
        return f"{self.submission}: {show_points(self.points)} of {show_points(self.max_points)} points"


class LocalReport(models.Model):
    """Result of labcheck for a commit, run elsewhere. It earns no points: the portal compares it with its own."""

    class Place(models.TextChoices):
        MACHINE = "machine", "your own machine"
        WORKFLOW = "workflow", "GitHub Actions"

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="local_reports")
    lab = models.ForeignKey(Lab, models.CASCADE, related_name="local_reports")
    course = shared_field(Course, of=("enrollment", "lab"))
    place = models.CharField(max_length=10, choices=Place)
    head = models.CharField("head commit", max_length=64)
    engine = models.CharField(max_length=20)
    checks_digest = models.CharField(max_length=64)
    outcomes = models.JSONField(help_text="The outcome of each check, by its ID.")
    received_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "lab", "place", "head"], name="one_local_report_per_place_and_commit"
            ),
            SameParent(field="enrollment", parent="course", name="local_report_of_a_learner_of_its_course"),
            SameParent(field="lab", parent="course", name="local_report_for_a_lab_of_its_course"),
        ]

    def __str__(self) -> str:
        return f"{self.lab}, {self.head[:7]} on {self.get_place_display()}"
