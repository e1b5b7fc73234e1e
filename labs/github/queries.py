"""Reads about connections with GitHub and the results that are sent there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from labs.models import CommitStatus, Connection

DAY = timedelta(hours=24)


def sendable(connections: QuerySet[Connection]) -> QuerySet[Connection]:
    # to whose repositories results can be sent
    installed = {"installation__suspended_at": None, "installation__deleted_at": None}
    active = connections.filter(disconnected_at=None, installation__isnull=False, **installed)
    return active.exclude(owner_proved_by="").exclude(github_id=None)


@dataclass(frozen=True)
class StatusBacklog:
    """Results on their way to GitHub: how many wait, since when, and how many were refused in 24 hours."""

    waiting: int
    oldest_at: datetime | None
    refused: int


def status_backlog() -> StatusBacklog:
    waiting = Q(state=CommitStatus.State.WAITING)
    refused = Q(state=CommitStatus.State.REFUSED, written_at__gt=timezone.now() - DAY)
    found = CommitStatus.objects.filter(waiting | refused).aggregate(
        waiting=Count("pk", filter=waiting),
        oldest=Min("asked_at", filter=waiting),
        refused=Count("pk", filter=refused),
    )
    return StatusBacklog(found["waiting"], found["oldest"], found["refused"])
