"""Single values of a workflow file as GitHub passes them on."""

from decimal import Decimal

from ..formats.yaml_values import Value


def text_of(value: Value | None) -> str:
    """Return a single value as GitHub passes it on: the number 3.10 as `3.1`."""
    data = value.data if value else None
    match data:
        case None | list() | dict():
            return ""
        case bool():
            return str(data).lower()
        case Decimal():
            small = data.is_finite() and abs(data.adjusted()) < 20
            return format(data.normalize(), "f") if small else str(data)
    return str(data)


def texts_of(value: Value | None) -> tuple[str, ...] | None:
    """Return a list of texts or a single text as a list; None if there is no value."""
    if value is None or value.data is None:
        return None
    items = value.data if isinstance(value.data, list) else [value]
    return tuple(map(text_of, items))
