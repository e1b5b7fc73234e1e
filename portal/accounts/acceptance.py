"""Acceptance of the privacy page. Without PRIVACY_VERSION nobody is asked."""

from django.conf import settings
from django.utils import timezone

from portal.accounts.audit import Event, record
from portal.accounts.models import User


class OutdatedVersionError(Exception):
    """The version that was read is no longer current."""


def must_accept(user: User) -> bool:
    return bool(settings.PRIVACY_VERSION) and user.accepted_version != settings.PRIVACY_VERSION


def accept(*, user: User, version: str) -> None:
    """Record that a person accepted a version, and when. Raises OutdatedVersionError."""
    if version != settings.PRIVACY_VERSION:
        raise OutdatedVersionError
    user.accepted_version, user.accepted_at = version, timezone.now()
    user.save(update_fields=["accepted_version", "accepted_at"])
    record(Event.PRIVACY, f"accepted version {version}", user=user)
