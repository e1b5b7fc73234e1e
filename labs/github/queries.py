"""Reads about connections with GitHub."""

from labs.models.github import ConnectionQuerySet


def sendable(connections: ConnectionQuerySet) -> ConnectionQuerySet:
    # those on which the App is installed
    installed = {"installation__suspended_at": None, "installation__deleted_at": None}
    active = connections.active().filter(installation__isnull=False, **installed)
    return active.exclude(github_id=None)
