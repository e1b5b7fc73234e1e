from decimal import Decimal

import pytest

from labs.grader.words import shown_points
from lessons.points import count_points, show_points


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        ("0", "0"),
        ("-0.01", "0"),
        ("4.17", "4.2"),
        ("0.25", "0.3"),
        ("99.95", "100"),
        ("62.50", "62.5"),
        ("1034", "1,034"),
        ("1234567.89", "1,234,567.9"),
    ],
)
def test_points_have_one_decimal_at_most_and_commas(points, shown):
    assert show_points(Decimal(points)) == shown
    assert shown_points(Decimal(points)) == shown  # the engine's own, for terminals


def test_counts_and_floats_look_like_points():
    assert [show_points(1034), show_points(2.5), show_points(0)] == ["1,034", "2.5", "0"]


def test_only_one_point_is_singular():
    counted = [count_points(Decimal(points)) for points in ("0", "0.5", "1", "1.04", "25")]
    assert counted == ["0 points", "0.5 points", "1 point", "1 point", "25 points"]
