"""Comparisons of the submissions of a lab, for its staff. They are not grades, and no learner page reads them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from labs.models.lab import Lab
from labs.models.submission import Submission


class Comparison(models.Model):
    """One run over the submissions of a lab that count. It waits for a worker, which holds it until `leased_until`."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for a worker"
        DONE = "done", "Finished"
        FAILED = "failed", "Fault on our side"

    lab = models.ForeignKey(Lab, models.CASCADE, related_name="comparisons")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    compared = models.PositiveIntegerField(default=0)
    not_read = models.PositiveIntegerField(default=0)
    fault = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lab"], condition=Q(state="waiting"), name="one_waiting_comparison_of_a_lab"
            )
        ]

    def __str__(self) -> str:
        return f"Comparison of {self.lab}, {self.get_state_display()}"


class SimilarPair(models.Model):
    """Two submissions by different learners that share commits, whole files or much text.

    `details` has the first shared commits, and pairs of files with the numbers of the lines that they share.
    """

    comparison = models.ForeignKey(Comparison, models.CASCADE, related_name="pairs")
    first = models.ForeignKey(Submission, models.CASCADE, related_name="+")
    second = models.ForeignKey(Submission, models.CASCADE, related_name="+")
    commits = models.PositiveIntegerField()
    files = models.PositiveIntegerField()
    percent = models.PositiveSmallIntegerField()
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-percent", "-commits", "-files", "pk"]

    def __str__(self) -> str:
        return f"{self.first} and {self.second}"

    def get_absolute_url(self) -> str:
        lab = self.comparison.lab
        return reverse("lab_pair", args=[lab.course.slug, lab.slug, self.pk])
