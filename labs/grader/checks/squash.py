"""Did one commit bring in all that a branch changed? Decided by content, since a squash leaves no other trace."""

from ..history import Commit
from ..patches import Patches
from ..repository import Repository
from ..trees import Change


def squash_commit(repository: Repository, branch: Commit, into: Commit) -> Commit | None:
    """The commit of `into` alone that makes the same changes as the whole branch since they parted."""
    history, patches = repository.history, Patches(repository)
    wanted = [changes for changes in _since_parting(repository, branch, into) if changes]
    theirs = history.ancestors(into.id) - history.ancestors(branch.id)
    for commit_id in history.newest_last(theirs):
        commit = history[commit_id]
        if len(history.parents(commit_id)) > 1:
            continue
        made = repository.change_of(commit)
        if any(patches.same(made, changes) for changes in wanted):
            return commit
    return None


def carries_all(repository: Repository, branch: Commit, into: Commit) -> bool:
    """Does `into` hold each file as the branch left it, though it holds none of its commits?"""
    different = repository.changes(branch, into)
    return any(
        changes and changes.keys().isdisjoint(different)
        for changes in _since_parting(repository, branch, into)
    )


def _since_parting(repository: Repository, branch: Commit, into: Commit) -> list[Change]:
    """What the branch changed, once per best common ancestor; unrelated histories part from nothing.

    After criss-cross merges a path that is as in one of the ancestors was not changed by the branch since.
    """
    history = repository.history
    bases = [history[commit_id] for commit_id in history.merge_bases(branch.id, into.id)]
    found = [repository.changes(base, branch) for base in bases] or [repository.changes(None, branch)]
    in_all = set.intersection(*map(set, found))
    return [{path: changes[path] for path in in_all} for changes in found]
