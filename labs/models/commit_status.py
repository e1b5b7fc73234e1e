from django.db import models
from django.utils import timezone

from labs.models.github import Connection
from labs.models.report import Report


class CommitStatus(models.Model):
    """The result of one commit, to be sent to GitHub: these rows are the queue of requests.

    A newer `report` on the same commit replaces one that still waits. `writes` counts the requests that GitHub's limits
    count, the last of them at `written_at`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        REFUSED = "refused", "Refused by GitHub"
        DROPPED = "dropped", "Not sent"

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="statuses")
    commit = models.CharField(max_length=64)
    report = models.ForeignKey(Report, models.CASCADE, related_name="statuses")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    not_before = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    writes = models.PositiveIntegerField(default=0)
    written_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "commit statuses"
        constraints = [
            models.UniqueConstraint(fields=["connection", "commit"], name="one_status_per_commit"),
        ]
        indexes = [
            models.Index(fields=["state", "not_before"], name="status_queue"),
            models.Index(fields=["connection", "written_at"], name="status_written"),
        ]

    def __str__(self) -> str:
        return f"{self.connection}, {self.commit[:7]}"
