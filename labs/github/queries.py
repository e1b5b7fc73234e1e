"""Reads about connections with GitHub."""

from django.db.models import QuerySet

from labs.models import Connection, Lab
from labs.models.github import ConnectionQuerySet
from labs.queries import open_labs
from lessons.models import Enrollment
from portal.accounts.models import User


def connections_of(enrollment: Enrollment, lab: Lab) -> QuerySet[Connection]:
    """Return the connections of a learner's repositories for a lab; at most one is not disconnected."""
    found = Connection.objects.select_related(
        "repository__enrollment__user", "repository__lab__course", "installation"
    )
    return found.filter(repository__enrollment=enrollment, repository__lab=lab)


def current_connection(enrollment: Enrollment, lab: Lab) -> Connection | None:
    return connections_of(enrollment, lab).filter(disconnected_at=None).first()


def newest_connection(user: User, number: str = "") -> Connection | None:
    """Return a learner's own connection with this number, else the newest; only those of labs that are open to them."""
    of_user = Connection.objects.filter(repository__enrollment__user=user, disconnected_at=None)
    own = of_user.filter(repository__lab__in=open_labs(user).values("pk"))
    own = own.select_related("repository__enrollment", "repository__lab__course").order_by("-pk")
    meant = own.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 10 else None
    return meant or own.first()


def sendable(connections: ConnectionQuerySet) -> ConnectionQuerySet:
    # those on which the App is installed
    installed = {"installation__suspended_at": None, "installation__deleted_at": None}
    active = connections.active().filter(installation__isnull=False, **installed)
    return active.exclude(github_id=None)
