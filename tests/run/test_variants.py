"""Variants that only the heavy tests run."""

import pytest

from tests.variants import pytest_itemcollected


class Item:
    def __init__(self, nodeid: str, *marks: pytest.MarkDecorator) -> None:
        self.nodeid = nodeid
        self.marks = {decorator.name: decorator.mark for decorator in marks}

    def get_closest_marker(self, name):
        return self.marks.get(name)

    def add_marker(self, name):
        self.marks[name] = getattr(pytest.mark, name).mark


def test_first_variants_are_daily_and_the_others_heavy():
    daily, heavy = pytest.mark.daily(2), pytest.mark.heavy
    many = [Item(f"{__file__}::test_many[{number}]", daily) for number in range(4)]
    marked = [
        Item(f"{__file__}::test_marked[{number}]", daily, *[heavy] * (number == 0)) for number in range(3)
    ]
    others = [Item(f"{__file__}::test_other[{number}]") for number in range(3)]
    for item in [*many, *marked, *others]:
        pytest_itemcollected(item)
    found = [[bool(item.get_closest_marker("heavy")) for item in items] for items in (many, marked, others)]
    assert found == [[False, False, True, True], [True, False, False], [False, False, False]]
