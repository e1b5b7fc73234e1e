"""The connections that a worker may look at, and whose turn it is. No writes here."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from labs.models import Connection

MAX_TRIES = 8
BACK_OFF = timedelta(seconds=15)  # doubled with each try: the last one after half an hour
REST = timedelta(minutes=1)


def due_connections() -> QuerySet[Connection]:
    """Return the connections to look at, those that wait longest first."""
    now = timezone.now()
    # A time further ahead than any back-off dates from before the clock was set back.
    return Connection.objects.filter(
        Q(look_at__lte=now) | Q(look_at__gt=now + BACK_OFF * 2**MAX_TRIES)
    ).order_by("look_at", "pk")


def rested_connections() -> QuerySet[Connection]:
    """Return those of the due connections that go before grading: none of them was looked at within REST.

    A connection that failed has had its pause.
    """
    is_old = Q(looked_at=None) | Q(looked_at__lte=timezone.now() - REST)
    return due_connections().filter(is_old | Q(look_tries__gt=0))


def has_rested(connection: Connection) -> bool:
    return connection.looked_at is None or connection.looked_at <= timezone.now() - REST
