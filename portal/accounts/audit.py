"""The audit log: one row and one log line per audited event."""

import logging
from datetime import datetime, timedelta

from allauth.core import context
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from portal.accounts.http import client_address
from portal.accounts.models import AuditEntry, User

logger = logging.getLogger(__name__)

Event = AuditEntry.Event
MAX_DENIALS_PER_HOUR = 60  # per person
MAX_REMOVED = 10_000  # rows at once; the rest waits for the next turn


def record(event: AuditEntry.Event, what: str = "", *, user: User | None = None, who: str = "") -> None:
    """Record who did what, when and from where. Never pass a secret; `who` names a person without an account.

    `user` defaults to the signed-in user. A management command has no IP address.
    """
    request = context.request
    if user is None and request is not None and request.user.is_authenticated:
        user = request.user
    entry = AuditEntry(
        event=event,
        user=user if user and user.pk else None,
        who=one_line(who or (user.email if user else ""), 254),
        what=one_line(what, 300),
        address=one_line(client_address(request), 45) if request else "",
    )
    entry.save()
    logger.info("%s by %s from %s: %s", entry.event, entry.who or "-", entry.address or "-", entry.what)


def record_denial(user: User, what: str) -> None:
    """Record at most MAX_DENIALS_PER_HOUR denials of `user`, so that repeated attempts cannot flood the log."""
    hour = timezone.now() - timedelta(hours=1)
    recent = AuditEntry.objects.filter(user=user, event=Event.DENIED, at__gte=hour)
    if recent.order_by()[:MAX_DENIALS_PER_HOUR].count() < MAX_DENIALS_PER_HOUR:
        record(Event.DENIED, what)


def one_line(text: str, limit: int) -> str:
    # Terminals and log viewers would interpret line breaks and control characters.
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[:limit])


def prune(oldest: datetime) -> int:
    """Delete entries from before `oldest`, and the oldest beyond AUDIT_MAX_ROWS. Return how many were deleted."""
    count, _ = AuditEntry.objects.filter(at__lt=oldest).delete()
    beyond = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True)[settings.AUDIT_MAX_ROWS :][:1]
    for newest in beyond:
        more, _ = AuditEntry.objects.filter(pk__lte=newest).delete()
        count += more
    return count


def remove_admin_log(oldest: datetime) -> None:
    """Delete the oldest of the admin's own entries, which name people, from before `oldest`."""
    old = LogEntry.objects.filter(action_time__lt=oldest).order_by("pk")
    LogEntry.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:MAX_REMOVED])).delete()
