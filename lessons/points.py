"""Format points, the same on every page."""

from decimal import Decimal


def show_points(points: Decimal | float) -> str:
    """Return at most two decimals, without trailing zeros: 2, 2.5, 4.17, 100."""
    text = f"{points:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
