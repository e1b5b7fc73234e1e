"""Find a branch that was merged by squashing or rebasing, by comparing changes only."""

from collections.abc import Mapping, Set
from itertools import takewhile

from ...git.history import Commit
from ...git.messages import without_number
from ...git.patches import Patches
from ...git.repository import Repository
from ...git.trees import Change, Entry


def squash_commit(repository: Repository, branch: Commit, into: Commit) -> Commit | None:
    """Return the commit of `into` that makes the same changes as the whole branch since the merge base."""
    history, patches = repository.history, Patches(repository)
    wanted = [changes for changes in _since_parting(repository, branch, into) if changes]
    theirs = history.ancestors(into.id) - history.ancestors(branch.id)
    for commit in history.in_order(theirs):
        if len(history.parents(commit.id)) > 1:
            continue
        made = repository.change_of(commit)
        if any(patches.same(made, changes) for changes in wanted):
            return commit
    patches.refuse_unread()
    return None


def rebased_commits(repository: Repository, branch: Commit, into: Commit) -> list[Commit] | None:
    """Return the copies of the branch's commits on `into`, oldest first, as "Rebase and merge" makes them.

    Copies have the same patch, author and subject, in the same order among first parents. None if one is missing.
    """
    history, patches = repository.history, Patches(repository)
    ours, theirs = history.ancestors(branch.id), history.ancestors(into.id)
    own = [commit for commit in history.in_order(ours - theirs) if not commit.is_merge]
    wanted = [(commit, change) for commit in own if (change := repository.change_of(commit))]
    beyond = set(theirs - ours)
    line = [history[one] for one in history.first_parents(into.id) if one in beyond][::-1]
    copies: list[Commit] = []
    for commit in line:
        if commit.is_merge or len(copies) == len(wanted):
            continue
        original, change = wanted[len(copies)]
        if _is_replayed(original, commit) and patches.same(repository.change_of(commit), change):
            copies.append(commit)
    if wanted and len(copies) == len(wanted):
        return copies
    patches.refuse_unread()
    return None


def _is_replayed(original: Commit, commit: Commit) -> bool:
    # Git keeps the author and message of commits that it replays; whoever squashes a branch writes a new message
    return original.author[:2] == commit.author[:2] and original.subject == without_number(commit.subject)


def carried_at(repository: Repository, branch: Commit, into: Commit) -> Commit | None:
    """Return the first commit on `into` that has every change of the branch, but not its commits."""
    history = repository.history
    known = history.ancestors(branch.id)
    line = list(takewhile(lambda commit_id: commit_id not in known, history.first_parents(into.id)))[::-1]
    parents = history.parents(line[0]) if line else []
    different = repository.changes(history[parents[0]] if parents else None, branch).keys()
    found = (
        _first_with(repository, line, {path: after for path, (_, after) in changes.items()}, different)
        for changes in _since_parting(repository, branch, into)
        if changes
    )
    return next(filter(None, found), None)


def _first_with(
    repository: Repository, line: list[str], wanted: Mapping[bytes, Entry | None], different: Set[bytes]
) -> Commit | None:
    # `different` are the paths whose entries differ from `wanted` before the first commit
    missing = wanted.keys() & different
    for commit_id in line:
        commit = repository.history[commit_id]
        made = {path: after for path, (_, after) in repository.change_of(commit).items() if path in wanted}
        missing -= made.keys()
        missing |= {path for path, after in made.items() if after != wanted[path]}
        if not missing:
            return commit
    return None


def _since_parting(repository: Repository, branch: Commit, into: Commit) -> list[Change]:
    # One change per merge base. After criss-cross merges there are several, and a path that is the same as in one of
    # them was not changed on the branch.
    history = repository.history
    bases = [history[commit_id] for commit_id in history.merge_bases(branch.id, into.id)]
    found = [repository.changes(base, branch) for base in bases] or [repository.changes(None, branch)]
    in_all = set.intersection(*map(set, found))
    return [{path: changes[path] for path in in_all} for changes in found]
