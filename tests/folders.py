"""Pytest hooks that distribute tests over the processes of `make test`, and order them.

xdist's own groups cannot do it: they are written into the IDs of tests, which pytest 9 lets nobody change.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

SHARE_NOTHING = {"tests/grader", "tests/coverage"}
LONGEST = "test_every_fix.py"  # a tenth of all heavy tests


class FolderScheduling(LoadScopeScheduling):
    """Keep the tests of a folder on one process: they share servers, browsers and other expensive fixtures.

    Folders that share nothing are spread by file, so that no process works alone at the end.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        folder = path.rpartition("/")[0]
        return path if folder in SHARE_NOTHING else folder


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FolderScheduling | None:
    return FolderScheduling(config, log) if config.getoption("dist") == "loadscope" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Put folders with real servers first, then those with browsers, and last those that are spread by file.

    So all processes end at about one time. Of heavy tests, those that are spread take minutes each: they come first.
    """
    yield  # pytest-django runs tests without real transactions first
    ranks: dict[Path, int] = {}
    for item in items:
        rank = _rank(item)
        ranks[item.path.parent] = min(rank, ranks.get(item.path.parent, rank))
    items.sort(key=lambda item: (ranks[item.path.parent], item.path.name != LONGEST))


def _rank(item: pytest.Item) -> int:
    if item.nodeid.rpartition("::")[0].rpartition("/")[0] in SHARE_NOTHING:
        return -1 if item.get_closest_marker("heavy") else 3
    return 0 if item.get_closest_marker("processes") else 1 if item.get_closest_marker("browser") else 2
