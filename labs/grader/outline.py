"""What of a long history is drawn: the commits that matter, the others folded, whole branches left out.

Tips, merges, fork points, roots, tagged and marked commits matter, and the neighbours of these. Those between them
are folded into rows such as `12 commits`. Only neighbours in the order of the walk share a fold, so none would have
to stand both above and below another row.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from .lanes import Row
from .repository import Repository
from .secret_rules import masked
from .words import count, cut, listed, visible

MOST_TIPS = 12
MOST_SUBJECT = 60
MOST_REF = 30
_MAIN = ("main", "master")
Parents = dict[str, tuple[str, ...]]  # of each commit, in the order of the walk: children first


@dataclass(frozen=True)
class Outline:
    """Rows of a drawing; the leftmost lane is for the one named `leftmost`. `left_out` is a sentence or empty."""

    rows: tuple[Row, ...]
    leftmost: str
    left_out: str = ""


class Outliner:
    """Outlines of one repository."""

    def __init__(self, repository: Repository) -> None:
        self._commits = repository.history.commits
        self._parents: Parents = {commit.id: commit.parents for commit in self._commits.values()}
        inner = {parent for parents in self._parents.values() for parent in parents}
        if not inner <= self._commits.keys():  # a shallow clone ends before its first commit
            self._parents = {commit: repository.history.parents(commit) for commit in self._commits}
        self._heads = [commit for commit in self._commits if commit not in inner]
        self._refs: dict[str, list[str]] = {}
        for name, commit in repository.branches.items():
            self._refs.setdefault(commit, []).append(name)
        for tag in map(repository.tag, repository.tags):
            if tag.kind == "commit":
                self._refs.setdefault(tag.id, []).append(tag.ref.removeprefix("refs/tags/"))
        branches = repository.branches
        self._main = next((branches[name] for name in _MAIN if name in branches), self._heads[0])

    def outline(self, marked: Collection[str], most: int, tips: Collection[str] = ()) -> Outline:
        """At most `most` rows, 3 or more, of what main and `tips` reach; without tips, of everything."""
        marks = [commit for commit in marked if commit in self._commits]
        starts, reached = self._starts(marks, [tip for tip in tips if tip in self._commits])
        drawn = {commit: above for commit, above in self._parents.items() if commit in reached}
        ranked = list(drawn) if len(drawn) <= most else _ranked(drawn, marks, starts, self._refs)
        rows: list[Row] = []
        # Without lines apart, k commits have at most k + 1 folds between them: the last of these always fits.
        for budget, apart in ((most, True), (most * 3 // 4, True), ((most - 1) // 2, False)):
            groups = list(_groups(drawn, set(ranked[:budget]), apart=apart))
            if len(groups) <= most:
                rows = self._rows(groups, marks)
                break
        return Outline(tuple(rows), self._main, self._left_out(reached))

    def _starts(self, marks: Sequence[str], tips: Sequence[str]) -> tuple[list[str], set[str]]:
        """Main, the tips, and a tip above each marked commit that these do not reach; and what all these reach."""
        starts = list(dict.fromkeys([self._main, *(tips or self._heads)]))[:MOST_TIPS]
        if set(starts) >= set(self._heads):
            return starts, set(self._parents)
        reached = self._reached(starts, set())
        for mark in marks:
            if mark not in reached:
                starts.append(self._tip_above(mark))
                self._reached(starts[-1:], reached)
        return starts, reached

    def _tip_above(self, commit: str) -> str:
        below = {commit}
        for child, parents in reversed(self._parents.items()):
            if not below.isdisjoint(parents):
                below.add(child)
                commit = child
        return commit

    def _reached(self, starts: Iterable[str], seen: set[str]) -> set[str]:
        """Adds to `seen`, which is closed, what the starts reach."""
        waiting = [commit for commit in starts if commit not in seen]
        seen.update(waiting)
        while waiting:
            for parent in self._parents[waiting.pop()]:
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
        return seen

    def _rows(self, groups: list[list[str]], marks: Collection[str]) -> list[Row]:
        home = {commit: group[0] for group in groups for commit in group}
        return [
            self._commit_row(group[0], home, marks) if len(group) == 1 else self._folded_row(group, home)
            for group in groups
        ]

    def _commit_row(self, commit: str, home: dict[str, str], marks: Collection[str]) -> Row:
        parents = dict.fromkeys(home[parent] for parent in self._parents[commit])
        names = sorted(self._refs.get(commit, ()), key=lambda name: name not in _MAIN)
        refs = listed(cut(visible(masked(name)), MOST_REF) for name in names)
        subject = cut(visible(masked(self._commits[commit].subject[:600])), MOST_SUBJECT)
        return Row(commit, tuple(parents), commit[:7], refs, subject, commit in marks)

    def _folded_row(self, group: list[str], home: dict[str, str]) -> Row:
        own = group[0]
        parents = dict.fromkeys(home[parent] for commit in group for parent in self._parents[commit])
        merges = sum(len(self._parents[commit]) > 1 for commit in group)
        words = count(len(group), "commit") + (f", with {count(merges, 'merge')}" if merges else "")
        return Row(own, tuple(name for name in parents if name != own), words=words, folded=len(group))

    def _left_out(self, reached: set[str]) -> str:
        commits = len(self._commits) - len(reached)
        if not commits:
            return ""
        names = sum(len(names) for commit, names in self._refs.items() if commit not in reached)
        return (
            f"Not drawn: {count(commits, 'commit')} of {count(names, 'branch or tag', 'branches and tags')}."
        )


def _ranked(drawn: Parents, marks: Sequence[str], starts: Sequence[str], refs: Collection[str]) -> list[str]:
    """The commits that matter, those that matter most first; equals from the newest on, with their neighbours."""
    children = Counter(parent for parents in drawn.values() for parent in parents)
    rank = {
        commit: 3 if commit in refs or not parents else 4
        for commit, parents in drawn.items()
        if len(parents) != 1 or children[commit] > 1 or commit in refs
    }
    rank |= dict.fromkeys(starts, 1) | dict.fromkeys(marks, 0)
    beside: dict[str, int] = {}
    for commit, parents in drawn.items():
        for parent in parents:
            for one, other in ((commit, parent), (parent, commit)):
                if one in rank and other not in rank:
                    beside[other] = min(beside.get(other, 4), 4 if rank[one] else 2)
    rank |= beside
    return sorted((commit for commit in drawn if commit in rank), key=rank.__getitem__)


def _groups(drawn: Parents, shown: set[str], *, apart: bool) -> Iterator[list[str]]:
    """Each shown commit by itself, and those between two of them: as one group, or connected ones `apart`."""
    between: list[str] = []
    for commit in drawn:
        if commit not in shown:
            between.append(commit)
            continue
        yield from _connected(drawn, between) if apart else filter(None, [between])
        yield [commit]
        between = []
    yield from _connected(drawn, between) if apart else filter(None, [between])


def _connected(drawn: Parents, commits: list[str]) -> Iterable[list[str]]:
    """The commits in groups, within which each is reached from another by way of parents and children."""
    group_of: dict[str, list[str]] = {}
    inside = set(commits)
    for commit in commits:
        group = group_of.setdefault(commit, [commit])
        for parent in drawn[commit]:
            other = group_of.get(parent)
            if other is None and parent in inside:
                group_of[parent] = group
                group.append(parent)
            elif other is not None and other is not group:
                small, large = sorted((group, other), key=len)
                large.extend(small)
                group_of |= dict.fromkeys(small, large)
                group = large
    place = {commit: number for number, commit in enumerate(commits)}
    groups = {id(group): group for group in group_of.values()}
    return [sorted(group, key=place.__getitem__) for group in groups.values()]
