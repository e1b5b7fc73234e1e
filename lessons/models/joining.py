"""People on their way into a cohort: the waiting list, and the rows of imported rosters."""

from django.conf import settings
from django.db import models

from lessons.models.cohort import Cohort, Enrollment


class WaitingPlace(models.Model):
    """A person who waits for a place in a full cohort. Staff may change the order."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="waiting")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="waits_for")
    position = models.IntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["cohort", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["cohort", "user"], name="waits_once_for_a_cohort")]

    def __str__(self) -> str:
        return f"{self.user} waits for {self.cohort}"


class RosterEntry(models.Model):
    """A row of an imported roster; `enrollment` is set once the person has joined.

    `identifier` is kept as text, exactly as the school writes it. `key` finds the row again in a second import.
    """

    class State(models.TextChoices):
        DONE = "", "Done"
        WAITING = "waiting", "A worker enrolls or invites them"
        REFUSED = "refused", "Refused"

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="roster")
    key = models.CharField(max_length=254)
    identifier = models.CharField(max_length=254, blank=True)
    name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    github_name = models.CharField("GitHub username", max_length=39, blank=True)
    github_id = models.BigIntegerField("GitHub ID", null=True, blank=True)
    enrollment = models.ForeignKey(
        Enrollment, models.SET_NULL, null=True, blank=True, related_name="roster_entries"
    )
    invited_at = models.DateTimeField(null=True, blank=True, editable=False)  # once the email was sent
    state = models.CharField(max_length=7, choices=State, default=State.DONE, blank=True, editable=False)
    problem = models.CharField(max_length=200, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "roster entries"
        ordering = ["cohort", "pk"]
        constraints = [models.UniqueConstraint(fields=["cohort", "key"], name="one_roster_entry_per_key")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state="waiting"), name="roster_entries_to_work_on")
        ]

    def __str__(self) -> str:
        return f"{self.name or self.identifier or self.key} in the roster of {self.cohort}"
