"""The order of right and broken code is random in each grading: a suite must not tell them apart by position."""

from labs.grader.checks.own_tests import REFERENCE_RUNS, OwnTestsCheck, Variant

CHECK = OwnTestsCheck(
    path="tests",
    catches_at_least=1,
    reference={"calc.py": "right"},
    variants=tuple(Variant(f"variant {number}", {"calc.py": str(number)}) for number in range(10)),
)


def test_order_is_random_and_the_reference_is_not_always_first():
    orders = [tuple(name for name, _ in CHECK._order()) for _ in range(20)]
    assert len(set(orders)) > 15  # two alike are rare: there are many millions
    assert len({order[0] for order in orders}) > 1
    assert len({order.index(None) for order in orders}) > 1
    wanted = sorted([*(variant.name for variant in CHECK.variants), *[""] * REFERENCE_RUNS])
    assert {tuple(sorted(name or "" for name in order)) for order in orders} == {tuple(wanted)}
