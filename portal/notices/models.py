"""Notices, the emails that carry them, and each person's choice of when to get one."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.notices.kinds import KINDS, TIMES
from portal.notices.times import DIGEST_HOUR


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)


class Mail(models.Model):
    """An email that waits, or the record of one. Its notices are its text, which is written when it is sent.

    A daily email has a `day`, in the time zone of its reader. `message_id` stays the same if it is sent again.
    A worker that claims the row raises `token`, so that an earlier one can no longer end it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        DROPPED = "dropped", "Not needed any more"
        FAILED = "failed", "Failed"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mails")
    kind = models.CharField(max_length=30)
    day = models.DateField(null=True)
    message_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    calendar = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True)
    token = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="one_daily_mail_a_day")]
        indexes = [
            models.Index(fields=["not_before"], condition=Q(state="waiting"), name="waiting_mails"),
            models.Index(fields=["user", "created_at"], name="mails_of_a_user"),
            models.Index(fields=["created_at"], name="mails_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"


class Notice(models.Model):
    """A short message to one person; `link` is a path of the portal, or empty. `mail` carries it, if any does."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=30)
    text = models.CharField(max_length=300)
    link = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    mail = models.ForeignKey(Mail, models.SET_NULL, null=True, related_name="notices")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["user", "-id"], name="notices_of_a_user"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="unread_notices"),
            models.Index(fields=["created_at"], name="notices_by_age"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def glyph(self) -> str:
        return KINDS[self.kind].glyph


class MailChoice(models.Model):
    """A person's choice for one kind, if it is not the default."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_choices")
    kind = models.CharField(max_length=30)
    email = models.CharField(max_length=5, choices=list(TIMES.items()))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_choice_per_kind")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.email}"


class MailTimes(models.Model):
    """The hour of a person's daily email, and the hours without email, in their time zone."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_times")
    digest_hour = models.PositiveSmallIntegerField(default=DIGEST_HOUR)
    quiet_from = models.PositiveSmallIntegerField(null=True)
    quiet_until = models.PositiveSmallIntegerField(null=True)

    def __str__(self) -> str:
        return f"Daily at {self.digest_hour}:00"
