"""Sets of commits of one history: one byte per commit, in walk order."""

from collections.abc import Callable, Iterable, Iterator, Set
from itertools import compress
from typing import Protocol


class Numbering(Protocol):
    """Number commits from 0 in walk order."""

    def number(self, commit_id: object) -> int | None: ...

    def id_of(self, number: int) -> str: ...


class CommitSet(Set[str]):
    """Set of commit IDs, children first. `marks` has a 1 for each member."""

    __slots__ = ("_of", "marks")

    def __init__(self, of: Numbering, marks: bytes) -> None:
        self._of, self.marks = of, marks

    @classmethod
    def _from_iterable(cls, ids: Iterable[str]) -> frozenset[str]:  # type: ignore[override]  # frozen
        return frozenset(ids)  # called by `Set` for a union with foreign IDs

    @property
    def numbers(self) -> Iterator[int]:
        return compress(range(len(self.marks)), self.marks)

    def __contains__(self, commit_id: object) -> bool:
        number = self._of.number(commit_id)
        return number is not None and bool(self.marks[number])

    def __iter__(self) -> Iterator[str]:
        return map(self._of.id_of, self.numbers)

    def __len__(self) -> int:
        return self.marks.count(1)

    def __and__(self, other: Set[object]) -> Set[str]:
        found = self._with(other, int.__and__)
        return super().__and__(other) if found is None else found

    def __sub__(self, other: Set[object]) -> Set[str]:
        found = self._with(other, _without)
        return super().__sub__(other) if found is None else found

    def _with(self, other: Set[object], operation: Callable[[int, int], int]) -> "CommitSet | None":
        # all bytes at once; None for a different kind of set
        if not isinstance(other, CommitSet) or other._of is not self._of:
            return None
        one, two = (int.from_bytes(each.marks, "little") for each in (self, other))
        return CommitSet(self._of, operation(one, two).to_bytes(len(self.marks), "little"))


def _without(one: int, other: int) -> int:
    return one & ~other
