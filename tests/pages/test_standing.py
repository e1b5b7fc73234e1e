"""The points of a result, in one sentence."""

from decimal import Decimal

import pytest

from labs.reports.standing import Standing


@pytest.mark.parametrize(
    ("points", "max_points", "passed", "answer", "distance"),
    [
        ("42", "100", False, "42 of 100 points. You need 70.", "42 of 100 points, 28 below the pass mark."),
        ("20", "40", False, "20 of 40 points. You need 28.", "20 of 40 points, 8 below the pass mark."),
        (
            "69.99",
            "100",
            False,
            "69.9 of 100 points. You need 70.",
            "69.9 of 100 points, 0.1 below the pass mark.",
        ),
        (
            "8.7",
            "12.5",
            False,
            "8.7 of 12.5 points. You need 8.8.",
            "8.7 of 12.5 points, 0.1 below the pass mark.",
        ),
        ("1034", "1034", True, "1,034 of 1,034 points. You passed.", "1,034 of 1,034 points."),
    ],
)
def test_answer_and_distance_are_in_points(points, max_points, passed, answer, distance):
    standing = Standing(Decimal(points), Decimal(max_points), 70, passed)
    assert (standing.answer, standing.distance) == (answer, distance)
