"""Reach a connected repository: its address, its path in GitHub's API, and the client that may read it."""

from labs.github import client
from labs.grader.fetching.address import Address
from labs.models import Connection


def address_of(connection: Connection) -> Address:
    address = connection.repository.address
    if address is None:
        raise ValueError("the practice remote is never connected")
    return address


def name_of(connection: Connection) -> str:
    """Return `owner/name` as the portal remembers it."""
    address = address_of(connection)
    return f"{address.owner}/{address.name}"


def path_of(connection: Connection) -> str:
    """Return the path in the API: by GitHub's ID once it is known, so that a new owner of the name is never asked."""
    if connection.github_id is not None:
        return f"/repositories/{connection.github_id}"
    return client.repository_path(name_of(connection))


def has_installed_app(connection: Connection) -> bool:
    installation = connection.installation
    return client.has_app() and installation is not None and installation.is_active


def client_of(connection: Connection) -> client.Client:
    """Return the App's client if it is installed, which sees private repositories, else nobody's with a share."""
    if connection.installation and has_installed_app(connection):
        return client.as_installation(connection.installation.installation_id)
    return client.as_anybody(share=str(connection.pk))
