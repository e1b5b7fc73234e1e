"""Leases of rows that wait for a worker: the table is the queue, and the row of a worker that died is free again."""

from datetime import timedelta
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone

Row = TypeVar("Row", bound=Model)


def free(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Return the rows that no worker holds."""
    return rows.filter(Q(leased_until__isnull=True) | Q(leased_until__lt=timezone.now()))


# Any: values of fields
def take(rows: QuerySet[Row], *, pk: int, tries: int, lease: timedelta, **values: Any) -> bool:
    """Hold a row for the time of `lease`. Return False if somebody else took it since `tries` were read."""
    mine = free(rows).order_by().filter(pk=pk, tries=tries)
    return bool(mine.update(leased_until=timezone.now() + lease, tries=F("tries") + 1, **values))
