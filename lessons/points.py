"""Format points and counts, the same on every page."""

from decimal import ROUND_HALF_UP, Decimal

TENTH = Decimal("0.1")


def show_points(points: Decimal | float) -> str:
    """Return at most one decimal, with a comma for thousands: 2, 2.5, 4.2, 100, 1,034."""
    rounded = Decimal(points).quantize(TENTH, ROUND_HALF_UP)
    return f"{rounded + 0:,}".removesuffix(".0")  # adding zero makes -0.0 positive


def show_exactly(points: Decimal) -> str:
    """Return all decimals, for whoever types points: 0.25, 2, 100."""
    return f"{points.normalize():f}"


def count_points(points: Decimal) -> str:
    shown = show_points(points)
    return f"{shown} point{'' if shown == '1' else 's'}"
