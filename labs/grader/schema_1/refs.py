"""Decide if schema 1's `points_at` meant a branch or a tag: it named a ref, and took whichever existed."""

from collections.abc import Iterator

from ..formats.yaml_values import Value
from ..problem import Problem
from ..words import quoted
from .branch_or_tag import looks_like_a_tag


class Refs:
    """Branches and tags that the scenarios of a lab make and its checks name."""

    def __init__(self, root: Value) -> None:
        self._tags: set[str] = set()
        self._branches = {"main", "master"}
        for mapping in _mappings(root.plain()):
            for key, names in _NAMING.items():
                found = mapping.get(key)
                found = found.get("name") if isinstance(found, dict) else found
                if isinstance(found, str):
                    (self._tags if names == "tag" else self._branches).add(found)

    def sort(self, name: str) -> str:
        """Return the kind of check for this ref: `branch` or `tag`."""
        if name in self._branches:
            return "branch"
        return "tag" if name in self._tags or looks_like_a_tag(name) else "branch"

    def guess(self, name: str, line: int) -> Problem | None:
        """Return what the author must review if nothing in the lab says which it is."""
        if name in self._branches or name in self._tags or looks_like_a_tag(name):
            return None
        message = f"assumed that {quoted(name)} is a branch: change `branch` to `tag` if it is a tag"
        return Problem(line, "points_at", message)


_NAMING = {"tag": "tag", "branch": "branch", "orphan": "branch", "to": "branch"}


def _mappings(data: object) -> Iterator[dict[str, object]]:
    if isinstance(data, dict):
        yield data
    for item in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _mappings(item)
