"""Commands that merge a branch in the required way, or merge it again if it was merged in a different way."""

from collections.abc import Sequence

from ...git.history import Commit
from ...git.repository import Tip
from ..commits import more_commits
from .base import Run
from .fixes import on_branch, rewrite_branch
from .rewriting import drop_lines, pick_lines
from .shell import Line


def merge_branch(run: Run, branch: Tip, into: Tip, by: str) -> str:
    """Return commands that merge a branch. They start on the branch itself, to pull it first."""
    lines = [["git", "switch", into.name], _pull(into.name), *_merge(branch.name, into.name, by)]
    if by == "fast-forward":
        return rewrite_branch(run, branch, *lines, ["git", "push", "origin", into.name], stops="rebase")
    stops = {"rebase": "cherry-pick", "squash": "squash"}.get(by, "merge")
    return on_branch(branch.name, *lines, push=[into.name], stops=stops)


def merge_branches(into: Tip, branches: Sequence[Tip]) -> str:
    return on_branch(into.name, *[_merge_commit(tip.name, tip.commit.id) for tip in branches], stops="merge")


def redo_merge(run: Run, name: str, into: Tip, by: str, brought: list[Commit], *, has_merge: bool) -> str:
    """Return commands that undo the merge, or add a commit so there is something to merge, and merge again."""
    if by != "none" and not has_merge:
        return _with_more(name, into, by)
    branch, lines = run.repository.branch(name), list[Line]()
    if by != "none":  # the remote's branch or, if that was deleted, the merged commit
        update: list[Line] = [["git", "switch", name], _pull(name), ["git", "switch", into.name]]
        lines = update if branch else []
    for commit in reversed(brought):
        dropped = drop_lines(run, into, commit)
        if dropped is None:
            return ""
        lines += dropped
    gone = "" if branch else brought[-1].parents[-1]
    again = [] if by == "none" else _merge(name, into.name, by, gone)
    back = [f"{gone}:refs/heads/{name}"] if gone and again else []
    push = back or ([name] if by == "fast-forward" else [])
    return rewrite_branch(run, into, *lines, *again, push=push, stops="rebase")


def merge_in_order(run: Run, into: Tip, names: Sequence[str], merges: list[Commit]) -> str:
    """Return commands that reset to before the first of these merges, repeat them in order and re-add the rest."""
    history, ids = run.repository.history, {merge.id for merge in merges}
    since: list[Commit] = []
    for commit_id in history.first_parents(into.commit.id):
        since.insert(0, history[commit_id])
        if ids <= {commit.id for commit in since}:
            break
    others = [commit for commit in since if commit.id not in ids]
    turns = [_merge_commit(name, merge.parents[1]) for name, merge in zip(names, merges, strict=True)]
    lines = [["git", "reset", "--keep", since[0].parents[0]], *turns, *pick_lines(others)]
    return rewrite_branch(run, into, *lines, stops="merge")


def _with_more(name: str, into: Tip, by: str) -> str:
    # the branch is fast-forwarded first, so that its new commit follows the merge
    update: list[Line] = [["git", "switch", name], _pull(name), ["git", "merge", "--ff-only", into.name]]
    lines = [*update, *more_commits(1), *_merge(name, into.name, by)]
    return on_branch(into.name, *lines, push=[name], stops="squash" if by == "squash" else "merge")


def _pull(name: str) -> Line:
    return ["git", "pull", "--rebase=merges", "origin", name]


def _merge_commit(name: str, commit_id: str) -> Line:
    return ["git", "merge", "--no-ff", "-m", f"Merge branch '{name}'", commit_id]


def _merge(name: str, into: str, by: str, gone: str = "") -> list[Line]:
    # `gone` is the commit of a deleted branch
    what = gone or name
    switch: Line = ["git", "switch", into]
    if by == "rebase":
        return [switch, ["git", "cherry-pick", f"{into}..{what}"]]
    if by == "squash":
        return [switch, ["git", "merge", "--squash", what], ["git", "commit", "-m", f"Squash {name}"]]
    if by == "fast-forward":
        return [["git", "rebase", into, what], switch, ["git", "merge", "--ff-only", what]]
    return [
        switch,
        ["git", "merge", "--no-ff", "-m", f"Merge branch '{name}'", what]
        if gone
        else ["git", "merge", "--no-ff", "--no-edit", name],
    ]
