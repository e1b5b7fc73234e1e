"""A URL for messages from a Git host, with a secret of its own."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from lessons.models.course import Course

OVERLAP = timedelta(days=1)  # for which the old secret is accepted, too


def new_key() -> str:
    # 256 bits: an address that nobody guesses
    return secrets.token_urlsafe(32)


class SignedHook(models.Model):
    """`key` is the opaque part of the address. Secrets are derived, not stored: no copy of the database has one."""

    SALT = ""

    key = models.CharField(max_length=64, unique=True, default=new_key, editable=False)
    secret_number = models.PositiveIntegerField(default=1, editable=False)
    previous_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def secret(self) -> str:
        """The secret that the webhook must have."""
        return self._secret(self.secret_number, settings.SECRET_KEY)

    def accepted_secrets(self) -> list[bytes]:
        """Return the secret, and the old one for a day after a change."""
        numbers = [self.secret_number]
        if self.previous_until and self.previous_until > timezone.now():
            numbers.append(self.secret_number - 1)
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        return [self._secret(number, key).encode() for number in numbers for key in keys]

    def _secret(self, number: int, key: str | bytes) -> str:
        return salted_hmac(self.SALT, f"{self.key}.{number}", secret=key, algorithm="sha256").hexdigest()


class CourseHook(SignedHook):
    """Pushes to the Git repositories that a course and its notes are read from."""

    SALT = "lessons.course_hook"

    course = models.OneToOneField(Course, models.CASCADE, related_name="hook")
    last_heard_at = models.DateTimeField(null=True, editable=False)
    last_result = models.CharField(max_length=300, blank=True, editable=False)

    def __str__(self) -> str:
        return f"Webhook of {self.course}"
