"""Choose which rows of a long history to draw: important commits, the others folded, some branches left out.

Tips, merges, fork points, roots, tagged and marked commits are important, and so are their neighbours. Those between
them are folded into rows such as `12 commits`. Only neighbours in walk order share a fold; otherwise one could have
to be both above and below another row.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, pairwise

from ..formats.secrets import masked
from ..git.repository import Repository
from ..words import count, cut, listed, visible
from .lanes import Row

MAX_TIPS = 12
MAX_SUBJECT = 60
MAX_REF = 30
_MAIN = ("main", "master")


@dataclass(frozen=True)
class Outline:
    """Rows of a drawing; the leftmost lane is for the one named `leftmost`. `left_out` is a sentence or empty."""

    rows: tuple[Row, ...]
    leftmost: str
    left_out: str = ""


class Outliner:
    """Outlines of one repository. Commits are numbers here, as in its history: 20,000 names would be too many."""

    def __init__(self, repository: Repository) -> None:
        self._history = repository.history
        self._heads = list(self._history.head_numbers)
        self._refs: dict[int, list[str]] = {}
        for name, commit in repository.branches.items():
            self._add_ref(commit, name)
        for tag in map(repository.tag, repository.tags):
            if tag.kind == "commit":
                self._add_ref(tag.id, tag.ref.removeprefix("refs/tags/"))
        branches = repository.branches
        main = next((branches[name] for name in _MAIN if name in branches), None)
        number = self._history.number(main)
        self._main = self._heads[0] if number is None else number

    def _add_ref(self, commit_id: str, name: str) -> None:
        number = self._history.number(commit_id)
        if number is not None:
            self._refs.setdefault(number, []).append(name)

    def outline(self, marked: Collection[str], limit: int, tips: Collection[str] = ()) -> Outline:
        """Return at most `limit` rows, 3 or more, of the commits that main and up to 11 `tips` (or heads) reach."""
        marks = self._numbers(marked)
        starts, reached = self._starts(marks, self._numbers(tips))
        drawn = list(compress(range(len(reached)), reached))
        ranked = drawn if len(drawn) <= limit else self._ranked(drawn, marks, starts)
        rows: list[Row] = []
        # Without separate lines, k commits have at most k + 1 folds between them, so the last always fits.
        for budget, apart in ((limit, True), (limit * 3 // 4, True), ((limit - 1) // 2, False)):
            groups = list(self._groups(drawn, set(ranked[:budget]), apart=apart))
            if len(groups) <= limit:
                rows = self._rows(groups, marks)
                break
        return Outline(tuple(rows), self._history.id_of(self._main), self._left_out(reached))

    def _numbers(self, commit_ids: Iterable[str]) -> list[int]:
        numbers = map(self._history.number, commit_ids)
        return [number for number in numbers if number is not None]

    def _starts(self, marks: Sequence[int], tips: Sequence[int]) -> tuple[list[int], bytes]:
        # main, the tips, and a tip above each marked commit that these do not reach
        starts = list(dict.fromkeys([self._main, *(tips or self._heads)]))[:MAX_TIPS]
        if set(starts) >= set(self._heads):
            return starts, b"\1" * len(self._history)
        reached = self._history.reached(starts)
        for mark in marks:
            if not reached[mark]:
                starts.append(self._tip_above(mark))
                reached = self._history.reached(starts)
        return starts, reached

    def _tip_above(self, commit: int) -> int:
        return next(self._history.descendants(self._history.id_of(commit)).numbers)

    def _ranked(self, drawn: Sequence[int], marks: Sequence[int], starts: Sequence[int]) -> list[int]:
        # the most important first; ties newest first, with their neighbours
        above, refs = self._history.above, self._refs
        children = bytearray(len(self._history))  # one, or more than one
        rank: dict[int, int] = {}
        for commit in drawn:
            parents = above(commit)
            for parent in parents:
                children[parent] = min(children[parent] + 1, 2)
            if len(parents) != 1 or children[commit] > 1 or commit in refs:
                rank[commit] = 3 if commit in refs or not parents else 4
        rank |= dict.fromkeys(starts, 1) | dict.fromkeys(marks, 0)
        beside: dict[int, int] = {}
        for commit in drawn:
            for parent in above(commit):
                for one, other in ((commit, parent), (parent, commit)):
                    if one in rank and other not in rank:
                        beside[other] = min(beside.get(other, 4), 4 if rank[one] else 2)
        rank |= beside
        return sorted(sorted(rank), key=rank.__getitem__)

    def _rows(self, groups: list[list[int]], marks: Collection[int]) -> list[Row]:
        home = {commit: group[0] for group in groups for commit in group}
        return [
            self._commit_row(group[0], home, marks) if len(group) == 1 else self._folded_row(group, home)
            for group in groups
        ]

    def _commit_row(self, commit: int, home: dict[int, int], marks: Collection[int]) -> Row:
        own = self._history.id_of(commit)
        names = sorted(self._refs.get(commit, ()), key=lambda name: name not in _MAIN)
        refs = listed(cut(visible(masked(name)), MAX_REF) for name in names)
        subject = cut(visible(masked(self._history[own].subject[:600])), MAX_SUBJECT)
        return Row(own, self._homes([commit], home), own[:7], refs, subject, commit in marks)

    def _folded_row(self, group: list[int], home: dict[int, int]) -> Row:
        own = self._history.id_of(group[0])
        merges = sum(len(self._history.above(commit)) > 1 for commit in group)
        words = count(len(group), "commit") + (f", with {count(merges, 'merge')}" if merges else "")
        parents = tuple(name for name in self._homes(group, home) if name != own)
        return Row(own, parents, words=words, folded=len(group))

    def _homes(self, group: list[int], home: dict[int, int]) -> tuple[str, ...]:
        rows = dict.fromkeys(home[parent] for commit in group for parent in self._history.above(commit))
        return tuple(map(self._history.id_of, rows))

    def _left_out(self, reached: bytes) -> str:
        commits = reached.count(0)
        if not commits:
            return ""
        names = sum(len(names) for commit, names in self._refs.items() if not reached[commit])
        return (
            f"Not drawn: {count(commits, 'commit')} on {count(names, 'branch or tag', 'branches and tags')}."
        )

    def _groups(self, drawn: Sequence[int], shown: set[int], *, apart: bool) -> Iterator[list[int]]:
        # each shown commit by itself, and those between two of them as one group, or as connected groups if `apart`
        between: list[int] = []
        for commit in drawn:
            if commit not in shown:
                between.append(commit)
                continue
            yield from self._connected(between) if apart else filter(None, [between])
            yield [commit]
            between = []
        yield from self._connected(between) if apart else filter(None, [between])

    def _connected(self, commits: list[int]) -> Iterable[list[int]]:
        # connected by parents and children within the group
        above = self._history.above
        if commits and all(below in above(commit) for commit, below in pairwise(commits)):
            return [commits]
        group_of: dict[int, list[int]] = {}
        inside = set(commits)
        for commit in commits:
            group = group_of.setdefault(commit, [commit])
            for parent in above(commit):
                other = group_of.get(parent)
                if other is None and parent in inside:
                    group_of[parent] = group
                    group.append(parent)
                elif other is not None and other is not group:
                    small, large = sorted((group, other), key=len)
                    large.extend(small)
                    group_of |= dict.fromkeys(small, large)
                    group = large
        groups = {id(group): group for group in group_of.values()}
        return [sorted(group) for group in groups.values()]
