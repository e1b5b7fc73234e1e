"""The commits of a repository, walked once, and what their graph tells. Parents decide, never dates."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

FIELDS = ("%H", "%T", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B")
FORMAT = "".join(f"{field}%x00" for field in FIELDS)
_RECORD = re.compile(rb"([^\0]*)\0" * len(FIELDS))


class Person(NamedTuple):
    """Whoever the commit names: a claim, not a proof. `date` is ISO 8601 with its offset."""

    name: str
    email: str
    date: str


class Commit(NamedTuple):
    id: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str

    @property
    def subject(self) -> str:
        return self.message.split("\n", 1)[0].rstrip("\r")

    @property
    def is_merge(self) -> bool:
        return len(self.parents) > 1


@dataclass(frozen=True)
class History:
    """Commits by id, each after all of its children."""

    commits: dict[str, Commit]
    _ancestors: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, commit_id: str) -> Commit:
        return self.commits[commit_id]

    def __len__(self) -> int:
        return len(self.commits)

    def parents(self, commit_id: str) -> tuple[str, ...]:
        """The parents that are here: a shallow clone ends before its first commit."""
        return tuple(parent for parent in self.commits[commit_id].parents if parent in self.commits)

    def ancestors(self, commit_id: str | None) -> frozenset[str]:
        """All commits reachable from this one, and itself; none for a commit that is not here."""
        if commit_id is None or commit_id not in self.commits:
            return frozenset()
        if commit_id not in self._ancestors:
            self._ancestors[commit_id] = frozenset(self._walk(commit_id))
        return self._ancestors[commit_id]

    def _walk(self, commit_id: str) -> set[str]:
        seen, waiting = {commit_id}, [commit_id]
        while waiting:
            fresh = [parent for parent in self.parents(waiting.pop()) if parent not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
        return seen

    def descendants(self, commit_id: str) -> set[str]:
        """All commits from which this one is reachable, and itself."""
        found = {commit_id}
        for other in reversed(self.commits):
            if not found.isdisjoint(self.commits[other].parents):
                found.add(other)
        return found

    def first_parents(self, commit_id: str) -> Iterator[str]:
        """The line of a branch: its tip, the tip's first parent and so on."""
        following: str | None = commit_id
        while following is not None:
            yield following
            following = next(iter(self.parents(following)), None)

    def merge_bases(self, one: str, other: str) -> list[str]:
        """The best common ancestors: several after criss-cross merges, none for unrelated histories."""
        common = self.ancestors(one) & self.ancestors(other)
        inner = {parent for commit_id in common for parent in self.parents(commit_id)}
        return self.newest_last(common - inner)

    def newest_last(self, commit_ids: Iterable[str]) -> list[str]:
        """The same commits, each after its parents."""
        wanted = set(commit_ids)
        return [commit_id for commit_id in reversed(self.commits) if commit_id in wanted]


def parse_history(output: bytes) -> History:
    """The history from what `git rev-list --topo-order` prints in FORMAT, a line `commit ID` before each.

    What is the same is kept once: 20,000 commits have few authors, and name each other.
    """
    commits: dict[str, Commit] = {}
    known: dict[bytes, str] = {}
    people: dict[tuple[bytes, ...], Person] = {}

    def text(value: bytes) -> str:
        return known.setdefault(value, value.decode("utf-8", "replace"))

    def person(values: tuple[bytes, ...]) -> Person:
        if values not in people:
            people[values] = Person(*(value.decode("utf-8", "replace") for value in values))
        return people[values]

    for record in _RECORD.finditer(output):
        header, tree, parents, *_, message = values = record.groups()
        commit_id = text(header[-len(tree) :])
        commits[commit_id] = Commit(
            commit_id,
            tree.decode("ascii"),
            tuple(map(text, parents.split())),
            person(values[3:6]),
            person(values[6:9]),
            message.decode("utf-8", "replace").rstrip(),
        )
    return History(commits)
