"""Did one commit bring in all that a branch changed? Decided by content, since a squash leaves no other trace."""

from collections import Counter

from ..history import Commit
from ..repository import Repository

Changes = dict[bytes, tuple[str | None, str | None]]


def squash_commit(repository: Repository, branch: Commit, into: Commit) -> Commit | None:
    """The commit of `into` alone that makes the same changes as the whole branch since they parted."""
    history = repository.history
    wanted = [changes for changes in _since_parting(repository, branch, into) if changes]
    theirs = history.ancestors(into.id) - history.ancestors(branch.id)
    for commit_id in history.newest_last(theirs):
        commit = history[commit_id]
        parents = history.parents(commit_id)
        if len(parents) > 1:
            continue
        made = repository.changes(history[parents[0]] if parents else None, commit)
        if any(_same(repository, made, changes) for changes in wanted):
            return commit
    return None


def carries_all(repository: Repository, branch: Commit, into: Commit) -> bool:
    """Does `into` hold each file as the branch left it, though it holds none of its commits?"""
    different = repository.changes(branch, into)
    return any(
        changes and changes.keys().isdisjoint(different)
        for changes in _since_parting(repository, branch, into)
    )


def _since_parting(repository: Repository, branch: Commit, into: Commit) -> list[Changes]:
    """What the branch changed, once per best common ancestor; unrelated histories part from nothing.

    After criss-cross merges a path that is as in one of the ancestors was not changed by the branch since.
    """
    history = repository.history
    bases = [history[commit_id] for commit_id in history.merge_bases(branch.id, into.id)]
    found = [repository.changes(base, branch) for base in bases] or [repository.changes(None, branch)]
    in_all = set.intersection(*map(set, found))
    return [{path: changes[path] for path in in_all} for changes in found]


def _same(repository: Repository, one: Changes, other: Changes) -> bool:
    return one.keys() == other.keys() and all(
        one[path] == other[path]
        or _lines_changed(repository, *one[path]) == _lines_changed(repository, *other[path])
        for path in one
    )


def _lines_changed(repository: Repository, before: str | None, after: str | None) -> object:
    """Lines taken away and added, wherever they stand: `into` may have changed other places of the file.

    A change without such lines (order, mode) or over 1 MB is only the same as itself.
    """
    old, new = (Counter(_lines(repository, blob)) for blob in (before, after))
    return (old - new, new - old) if old != new else (before, after)


def _lines(repository: Repository, blob: str | None) -> list[bytes]:
    if blob is None:
        return []
    content = repository.content(blob)
    return [blob.encode()] if content is None else content.splitlines()
