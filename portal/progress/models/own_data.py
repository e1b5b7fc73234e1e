"""Requests of people about their own data: a copy of it, and the deletion of their account."""

from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from labs.models import new_public_id

MAX_REASON = 200


class DataExport(models.Model):
    """A copy of everything that the portal has about a person. A worker makes it; the table is the queue.

    Once it is ready, `parts` has the names and sizes of its ZIP files, which are in EXPORT_ROOT/`folder`. Rows stay
    as long as their files.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Being prepared"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="exports")
    folder = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    parts = models.JSONField(default=list)
    asked_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=("waiting", "running")),
                name="one_export_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["state"], name="data_export_state")]

    def __str__(self) -> str:
        return f"Export of {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def is_under_way(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)


class Leaving(models.Model):
    """A request to delete an account at `User.leaves_at`; until then the person can cancel it.

    Once `started_at` is set, the deletion has begun and cannot be stopped. The row goes with the last step.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="leaving")
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=MAX_REASON, blank=True, validators=[MinLengthValidator(3)])
    keeps_certificates = models.BooleanField("keep my certificates valid", default=False)
    reminded_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Deletion of the account of {self.user}"
