from django.conf import settings
from django.db import models
from django.utils import timezone

from lessons.models.cohort import Enrollment
from lessons.models.course import Course


class GradeChange(models.Model):
    """One change of a grade: who, when, from, to and why. The database refuses to change or delete a row.

    Only when an account is deleted, `who` and `why` lose its names (`lessons.grade_changes.erase_names`).

    `item` is the key of the quiz or lab, such as "lab:12", and `title` is the name of the item at that time.
    Nothing constrains the keys, so a row outlives its learner, whom it names only by the key of the enrollment.
    """

    class Kind(models.TextChoices):
        OVERRIDE = "override", "Changed by hand"
        MARKING = "marking", "Marked"
        REGRADE = "regrade", "Regraded"
        CHOICE = "choice", "Submission chosen"
        EXTERNAL = "external", "External mark"

    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=10, choices=Kind)
    course = models.ForeignKey(Course, models.DO_NOTHING, db_constraint=False, null=True, related_name="+")
    enrollment = models.ForeignKey(
        Enrollment, models.DO_NOTHING, db_constraint=False, null=True, related_name="grade_changes"
    )
    item = models.CharField(max_length=250)
    title = models.CharField(max_length=300)
    old = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    new = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    out_of = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    why = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    who = models.CharField(max_length=254, blank=True)  # the email of `by`, as it was then

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["course", "-id"], name="grade_changes_of_a_course")]

    def __str__(self) -> str:
        return f"{self.title}: {self.old} to {self.new}"
