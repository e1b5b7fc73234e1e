from django.db import models
from django.db.models import Q
from django.urls import reverse

from labs.models.lab import Lab, LabVersion
from labs.models.submission import Submission
from lessons.models import Course
from lessons.models.regrade import UNFINISHED, Move, Regrade
from lessons.models.shared import SameParent, shared_field


class LabRegrade(Regrade):
    """The submissions that count, graded by the checks of a newer `version`."""

    lab = models.ForeignKey(Lab, models.CASCADE, related_name="regrades")
    course = shared_field(Course, of=("lab",))
    version = models.ForeignKey(LabVersion, models.CASCADE, related_name="+")

    class Meta(Regrade.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["lab"], condition=Q(state__in=UNFINISHED), name="one_unfinished_regrade_of_lab"
            ),
            SameParent(field="lab", parent="course", name="regrade_of_a_lab_of_its_course"),
            SameParent(field="version", parent="lab", name="regrade_by_a_version_of_its_lab"),
        ]

    def __str__(self) -> str:
        return f"Regrade of {self.lab}, {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        return reverse("lab_regrade", args=[self.lab.course.slug, self.lab.slug, self.pk])


class RegradedSubmission(Move):
    """One submission in a regrade. `shadow` is the report of the rehearsal; `before` names the reports of an undo."""

    regrade = models.ForeignKey(LabRegrade, models.CASCADE, related_name="moves")
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="regrades")
    shadow = models.JSONField(null=True)
    before = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["regrade", "submission"], name="one_move_per_submission"),
        ]
        indexes = [models.Index(fields=["regrade", "fate", "id"], name="moves_of_a_lab_regrade")]

    def __str__(self) -> str:
        return f"{self.submission}: {self.old_points} to {self.new_points}"
