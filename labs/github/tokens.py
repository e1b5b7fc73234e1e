"""The token that opens a connected, private repository for a fetch."""

import logging

from django.conf import settings

from labs.github import client
from labs.github.queries import sendable
from labs.models import Connection, Repository
from labs.repositories.hosts import NoTokenError

logger = logging.getLogger(__name__)


def token_of(repository: Repository) -> str:
    """Return a token that reads only this repository, "" if the App is not installed on it. Raises NoTokenError."""
    if not client.has_app() or repository.host != settings.GITHUB_HOST:
        return ""
    own = sendable(Connection.objects.filter(repository=repository))
    connection = own.select_related("installation").first()
    if connection is None or connection.installation is None or connection.github_id is None:
        return ""
    try:
        return client.repository_token(connection.installation.installation_id, connection.github_id)
    except client.RefusedError as refusal:  # uninstalled: it may be public, and then opens without a token
        logger.warning("no token for %s: %s", connection, refusal)
        return ""
    except client.GitHubError as error:
        raise NoTokenError(str(error)) from error
