from django.db import models

from labs.models.lab import Lab
from labs.models.submission import Submission
from lessons.models import Cohort, Enrollment


class FailedCheck(models.Model):
    """A check that needs work in the current report of a submission, derived from it so that it can be counted."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="failed_checks")
    name = models.CharField("check ID", max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "name"], name="failed_check_once")]

    def __str__(self) -> str:
        return f"{self.submission}: {self.name}"


class MetCheck(models.Model):
    """A check that needed work in any submission of a learner for a lab: one row, however many submissions.

    `first` is the number of the first submission that shows it now. Derived from the failed checks, so that a cohort
    is counted by people and not by submissions.
    """

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="met_checks")
    lab = models.ForeignKey(Lab, models.CASCADE, related_name="met_checks")
    name = models.CharField("check ID", max_length=100)
    first = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lab", "name", "enrollment"], name="met_once_per_check")
        ]

    def __str__(self) -> str:
        return f"{self.enrollment.user}: {self.name} in {self.lab}"


class MetTally(models.Model):
    """The number of active people of a cohort with a MetCheck of this name, written by `tallies`."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="+")
    lab = models.ForeignKey(Lab, models.CASCADE, related_name="+")
    name = models.CharField("check ID", max_length=100)
    people = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cohort", "lab", "name"], name="one_tally_per_cohort_and_check")
        ]

    def __str__(self) -> str:
        return f"{self.people} of {self.cohort}: {self.name} in {self.lab}"


class CohortSize(models.Model):
    """The number of active people of a cohort, written by `tallies`."""

    cohort = models.OneToOneField(Cohort, models.CASCADE, primary_key=True, related_name="+")
    people = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.people} in {self.cohort}"
