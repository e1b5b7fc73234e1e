"""The commits of a repository, walked once, and queries on their graph. Only parents count, never dates.

Made for 200,000 commits: IDs, trees and parents are in arrays, messages in one buffer, and a Commit object exists
only while in use. Internally commits are numbered in walk order from 0, children before parents.
"""

from array import array
from binascii import unhexlify
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Protocol

from .commit_set import CommitSet
from .commits_by_id import CommitsById
from .people import Person, records

__all__ = ["FORMAT", "Commit", "History", "Person"]

FORMAT = "%T %P%x00%B%x00"
MAX_MESSAGE_BYTES = 1 << 20  # of one commit; the rest is ignored
_MAX_KEPT_BYTES = 16 << 20  # sets of ancestors that are kept for the next question
_PREFIX_BYTES = 8


class Commit(Protocol):
    """One commit. `parents` are all that it names, even those missing from a shallow clone."""

    @property
    def id(self) -> str: ...
    @property
    def tree(self) -> str: ...
    @property
    def parents(self) -> tuple[str, ...]: ...
    @property
    def author(self) -> Person: ...
    @property
    def committer(self) -> Person: ...
    @property
    def message(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def is_merge(self) -> bool: ...


class People(Protocol):
    """Authors and committers of a history, by commit number."""

    def author(self, number: int) -> Person: ...

    def committer(self, number: int) -> Person: ...


class StoredCommit:
    """A commit of a history, read lazily from its arrays."""

    __slots__ = ("_history", "number")

    def __init__(self, history: "History", number: int) -> None:
        self._history, self.number = history, number

    @property
    def id(self) -> str:
        return self._history.id_of(self.number)

    @property
    def tree(self) -> str:
        return self._history.tree_of(self.number)

    @property
    def parents(self) -> tuple[str, ...]:
        return tuple(map(self._history.id_of, self._history.named_by(self.number)))

    @property
    def author(self) -> Person:
        return self._history.people.author(self.number)

    @property
    def committer(self) -> Person:
        return self._history.people.committer(self.number)

    @property
    def message(self) -> str:
        return self._history.text_of(self.number).decode("utf-8", "replace").rstrip()

    @property
    def subject(self) -> str:
        return first_line(self.message)

    @property
    def is_merge(self) -> bool:
        return len(self._history.named_by(self.number)) > 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoredCommit) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<commit {self.id[:7]}>"


class History:
    """Commits, children before parents."""

    def __init__(self, chunks: Iterable[bytes], read_people: Callable[[], People]) -> None:
        """`chunks` are the output of `git rev-list --topo-order` in FORMAT; `read_people` is called at most once."""
        self._read_people = read_people
        self._ids, self._trees, self._texts = bytearray(), bytearray(), bytearray()
        self._parents, self._starts, self._ends = array("I"), array("I", [0]), array("I")
        self._heads = array("I")
        self._kept: dict[int, bytes] = {}
        self._fill(chunks)

    def _fill(self, chunks: Iterable[bytes]) -> None:
        waiting: dict[bytes, list[int]] = {}  # by ID of a parent not seen yet, the places that name it
        for number, (header, message) in enumerate(records(chunks, 2)):
            _, commit_id, tree, *above = header.split()
            named = waiting.pop(commit_id, None)
            if named is None:
                self._heads.append(number)
            for place in named or ():
                self._parents[place] = number
            self._ids += unhexlify(commit_id)
            self._trees += unhexlify(tree)
            self._texts += message[:MAX_MESSAGE_BYTES].rstrip()
            self._ends.append(len(self._texts))
            for parent in above:
                waiting.setdefault(parent, []).append(len(self._parents))
                self._parents.append(0)
            self._starts.append(len(self._parents))
        self._id_bytes = len(self._trees) // len(self) if len(self) else 1
        for absent, (parent, places) in enumerate(waiting.items(), start=len(self)):
            self._ids += unhexlify(parent)  # its number is beyond those of all commits
            for place in places:
                self._parents[place] = absent

    @cached_property
    def people(self) -> People:
        return self._read_people()

    # --- numbers ------------------------------------------------------------------------------------------------

    def id_of(self, number: int) -> str:
        return self._ids[number * self._id_bytes : (number + 1) * self._id_bytes].hex()

    def tree_of(self, number: int) -> str:
        return self._trees[number * self._id_bytes : (number + 1) * self._id_bytes].hex()

    def text_of(self, number: int) -> bytearray:
        return self._texts[self._ends[number - 1] if number else 0 : self._ends[number]]

    def named_by(self, number: int) -> Sequence[int]:
        # numbers past the last commit are parents that are missing here
        return self._parents[self._starts[number] : self._starts[number + 1]]

    def above(self, number: int) -> Sequence[int]:
        # in a shallow clone, the oldest commits name parents that are missing
        start, end, here = self._starts[number], self._starts[number + 1], len(self._ends)
        if end - start == 1 and self._parents[start] < here:
            return (self._parents[start],)
        return [parent for parent in self._parents[start:end] if parent < here]

    def number(self, commit_id: object) -> int | None:
        if not isinstance(commit_id, str) or len(commit_id) != 2 * self._id_bytes:
            return None
        try:
            raw = bytes.fromhex(commit_id)
        except ValueError:
            return None
        prefixes, numbers = self._sorted
        prefix = int.from_bytes(raw[:_PREFIX_BYTES], "big")
        place = bisect_left(prefixes, prefix)
        while place < len(prefixes) and prefixes[place] == prefix:
            if self.id_of(numbers[place]) == commit_id:
                return numbers[place]
            place += 1
        return None

    @cached_property
    def _sorted(self) -> "tuple[array[int], array[int]]":
        # a dict would need ten times the memory
        ids, size = self._ids, self._id_bytes
        begins = range(0, len(self) * size, size)
        prefixes = array("Q", [int.from_bytes(ids[at : at + _PREFIX_BYTES], "big") for at in begins])
        numbers = array("I", sorted(range(len(self)), key=prefixes.__getitem__))
        return array("Q", map(prefixes.__getitem__, numbers)), numbers

    @property
    def head_numbers(self) -> Sequence[int]:
        """Return the numbers of the commits that are not a parent of any other, in order."""
        return self._heads

    # --- commits ------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._ends)

    def __contains__(self, commit_id: object) -> bool:
        return self.number(commit_id) is not None

    def __getitem__(self, commit_id: str) -> StoredCommit:
        number = self.number(commit_id)
        if number is None:
            raise KeyError(commit_id)
        return StoredCommit(self, number)

    def __iter__(self) -> Iterator[Commit]:
        return (StoredCommit(self, number) for number in range(len(self)))

    @property
    def commits(self) -> "Mapping[str, Commit]":
        """Commits by ID, children before parents."""
        return CommitsById(self)

    def in_order(self, commit_ids: Iterable[str]) -> list[Commit]:
        # parents first
        return [StoredCommit(self, number) for number in self._oldest_first(commit_ids)]

    def newest_last(self, commit_ids: Iterable[str]) -> list[str]:
        return list(map(self.id_of, self._oldest_first(commit_ids)))

    def _oldest_first(self, commit_ids: Iterable[str]) -> list[int]:
        if isinstance(commit_ids, CommitSet):
            return list(commit_ids.numbers)[::-1]
        numbers = {self.number(commit_id) for commit_id in commit_ids}
        return sorted((number for number in numbers if number is not None), reverse=True)

    # --- the graph ----------------------------------------------------------------------------------------------

    def parents(self, commit_id: str) -> tuple[str, ...]:
        # without those missing from a shallow clone
        return tuple(map(self.id_of, self.above(self[commit_id].number)))

    def ancestors(self, commit_id: str | None) -> CommitSet:
        """Return all commits reachable from this one, itself included; empty for an unknown commit."""
        number = self.number(commit_id)
        if number is None:
            return CommitSet(self, bytes(len(self)))
        if number not in self._kept:
            while self._kept and (len(self._kept) + 1) * len(self) > _MAX_KEPT_BYTES:
                del self._kept[next(iter(self._kept))]
            self._kept[number] = self.reached([number])
        return CommitSet(self, self._kept[number])

    def ancestors_of(self, commit_ids: Iterable[str]) -> CommitSet:
        """Return all commits reachable from any of these, themselves included. Unknown ones reach nothing."""
        found = [number for name in commit_ids if (number := self.number(name)) is not None]
        return CommitSet(self, self.reached(found) if found else bytes(len(self)))

    def reached(self, numbers: Iterable[int]) -> bytes:
        """Return a byte 1 for each commit reachable from `numbers`, themselves included."""
        marks = bytearray(len(self._ids) // self._id_bytes)
        for number in numbers:
            marks[number] = 1
        waiting, parents, starts = marks.count(1), self._parents, self._starts
        for number in range(max(marks.find(1), 0), len(self)):
            if not waiting:
                break
            if not marks[number]:
                continue
            waiting -= 1
            for place in range(starts[number], starts[number + 1]):
                if not marks[parents[place]]:
                    marks[parents[place]] = 1
                    waiting += 1
        return bytes(marks[: len(self)])

    def descendants(self, commit_id: str) -> CommitSet:
        """Return all commits from which this one is reachable, itself included."""
        start = self[commit_id].number
        marks = bytearray(len(self._ids) // self._id_bytes)
        marks[start] = 1
        for number in range(start - 1, -1, -1):
            marks[number] = any(map(marks.__getitem__, self.named_by(number)))
        return CommitSet(self, bytes(marks[: len(self)]))

    def first_parents(self, commit_id: str, among: CommitSet | None = None) -> Iterator[str]:
        """Yield the first-parent chain from a commit, limited to `among` if given."""
        number: int | None = self[commit_id].number
        while number is not None:
            if among is None or among.marks[number]:
                yield self.id_of(number)
            number = next(iter(self.above(number)), None)

    def merge_bases(self, one: str, other: str) -> list[str]:
        """Return the best common ancestors: several after criss-cross merges, none for unrelated histories."""
        common = CommitSet.__and__(self.ancestors(one), self.ancestors(other))
        if not isinstance(common, CommitSet):
            return []
        inner = {parent for number in common.numbers for parent in self.above(number)}
        return [self.id_of(number) for number in list(common.numbers)[::-1] if number not in inner]


def first_line(message: str) -> str:
    return message.split("\n", 1)[0].rstrip("\r")
