"""A history as a lazy mapping from ID to commit, children before parents."""

from collections.abc import Iterator, Mapping, ValuesView
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .history import Commit, History


class CommitsById(Mapping[str, "Commit"]):
    def __init__(self, history: "History") -> None:
        self._history = history

    def __getitem__(self, commit_id: str) -> "Commit":
        return self._history[commit_id]

    def __contains__(self, commit_id: object) -> bool:
        return commit_id in self._history

    def __iter__(self) -> Iterator[str]:
        return (commit.id for commit in self._history)

    def __reversed__(self) -> Iterator[str]:
        return map(self._history.id_of, range(len(self) - 1, -1, -1))

    def __len__(self) -> int:
        return len(self._history)

    def values(self) -> ValuesView["Commit"]:
        return _Values(self._history)


class _Values(ValuesView["Commit"]):
    def __init__(self, history: "History") -> None:
        self._mapping = CommitsById(history)
        self._history = history

    def __iter__(self) -> Iterator["Commit"]:
        return iter(self._history)
