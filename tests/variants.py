"""A pytest hook: `@pytest.mark.daily(3)` leaves all but the first three variants of a test to the heavy tests."""

from collections import Counter

import pytest

_counts: Counter[str] = Counter()


def pytest_itemcollected(item: pytest.Item) -> None:
    mark = item.get_closest_marker("daily")
    if mark is None or item.get_closest_marker("heavy"):
        return
    test = item.nodeid.partition("[")[0]
    _counts[test] += 1
    if _counts[test] > mark.args[0]:
        item.add_marker("heavy")
