"""Format points and counts, the same on every page."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

TENTH, CENT = Decimal("0.1"), Decimal("0.01")


def show_points(points: Decimal | float) -> str:
    """Return at most one decimal, with a comma for thousands: 2, 2.5, 4.2, 100, 1,034."""
    rounded = Decimal(points).quantize(TENTH, ROUND_HALF_UP)
    return f"{rounded + 0:,}".removesuffix(".0")  # adding zero makes -0.0 positive


def show_exactly(points: Decimal) -> str:
    """Return all decimals, for whoever types points: 0.25, 2, 100."""
    return f"{points.normalize():f}"


def may_be_given(points: Decimal, limit: Decimal) -> bool:
    """Return True for points from 0 to the limit, with at most two decimals."""
    return points.is_finite() and 0 <= points <= limit and points == points.quantize(CENT)


def count_points(points: Decimal) -> str:
    shown = show_points(points)
    return f"{shown} point{'' if shown == '1' else 's'}"


def read_points(text: str) -> Decimal | None:
    """Return typed points, with a comma or a dot; None for anything else."""
    text = text.strip().replace(",", ".")
    try:
        points = Decimal(text) if 0 < len(text) <= 12 and text.isascii() else None
    except InvalidOperation:
        return None
    return points if points is not None and points.is_finite() else None
