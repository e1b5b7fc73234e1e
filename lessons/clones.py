"""Copies of rows."""

from typing import TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)


def clone(row: Row, **changes: object) -> Row:
    """Return an unsaved copy of a row with all its columns, and some of them changed."""
    kept = (each.attname for each in row._meta.concrete_fields if not each.primary_key)
    values = {name: getattr(row, name) for name in kept if name not in changes}
    return type(row)(**values, **changes)
