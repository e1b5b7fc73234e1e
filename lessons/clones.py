"""Copies of rows."""

from typing import TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)


def clone(row: Row, **changes: object) -> Row:
    """Return an unsaved copy of a row with all its columns, and some of them changed."""
    values = {
        each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields if not each.primary_key
    }
    return type(row)(**values | changes)
