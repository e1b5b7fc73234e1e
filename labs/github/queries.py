"""Reads about connections with GitHub."""

from django.db.models import QuerySet

from labs.models import Connection


def sendable(connections: QuerySet[Connection]) -> QuerySet[Connection]:
    # proved connections on which the App is installed
    installed = {"installation__suspended_at": None, "installation__deleted_at": None}
    active = connections.filter(disconnected_at=None, installation__isnull=False, **installed)
    return active.exclude(owner_proved_by="").exclude(github_id=None)
