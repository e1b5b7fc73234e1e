"""Fixes that change a branch or a tag and push it, by a new commit or by rewriting old ones."""

from collections.abc import Iterable

from ...git.refs import BRANCHES, TAGS
from ...git.repository import Tag, Tip
from ...git.revision import base_of
from .base import Run
from .shell import STASHED, Line, commands, paragraphs, start_on

_AMEND: Line = ["git", "commit", "--amend", "--no-edit"]
_STOPPED = (
    "If Git stops at a conflict, edit the files that it lists, `git add` them, run `git {0} --continue`, then the "
    "remaining commands above. `git {0} --abort` undoes it."
)
_STOPPED_SQUASH = (
    "If Git stops at a conflict, edit the files that it lists, `git add` them, run `git commit`, then the remaining "
    "commands above. `git reset --merge` undoes it."
)


def change(run: Run, tip: Tip, message: str, *lines: Line) -> str:
    """Return commands that change files at a tip: `lines`, a commit, a push. A tag is moved along.

    An earlier commit is amended and the later ones are rebased.
    """
    return edit_and_push(run, tip, message, "", *lines)


def edit_and_push(run: Run, tip: Tip, message: str, edit: str, *lines: Line, stash: bool = True) -> str:
    """Return commands as `change` does, with `edit`, a sentence on what to edit, before `lines`.

    Without `stash`, uncommitted edits stay in the folder, since they are part of the fix. A file that was typed into a
    page has no Git: then only the edit is returned.
    """
    if not tip.ref:
        return edit
    if base_of(tip.name) != tip.name or not tip.ref.startswith("refs/"):
        return _amended(run, tip, edit, *lines)
    commit: Line = ["git", "commit", "-m", message]
    branch, push = branch_of(run, tip), []
    if tip.ref.startswith(TAGS):
        push = move_tag_lines(run.repository.tag(tip.name), branch or "HEAD")
    start = start_on(branch, stash=stash) if branch else _start_at(tip)
    push = [*([["git", "push", "origin", branch]] if branch else []), *push]
    return _around(start, edit, [*lines, commit, *push], stashed=stash)


def rewrite_branch(
    run: Run, tip: Tip, *lines: Line, oldest: str | None = None, push: Iterable[str] = (), stops: str = ""
) -> str:
    """Return commands that rewrite a branch and force-push it, and how to undo that.

    Tags from the tip down to the commit `oldest` are moved along. `stops` is the command that may stop at a conflict.
    """
    branch = branch_of(run, tip)
    if branch is None:
        again = move_tag_lines(run.repository.tag(base_of(tip.name)), "HEAD")
        return paragraphs(commands(*_start_at(tip), *lines, *again), STASHED)
    moves = _moved_along(run, branch, oldest) if oldest else []
    done = commands(
        *start_on(branch), *lines, ["git", "push", "--force-with-lease", "origin", branch, *push], *moves
    )
    return paragraphs(done, _stopped(stops), _way_back(run, branch), STASHED)


def on_branch(branch: str, *lines: Line, push: Iterable[str] = (), stops: str = "") -> str:
    """Return commands that add commits to a branch and push it, together with the branches of `push`."""
    done = commands(*start_on(branch), *lines, ["git", "push", "origin", branch, *push])
    return paragraphs(done, _stopped(stops), STASHED)


def _stopped(command: str) -> str:
    if command == "squash":
        return _STOPPED_SQUASH
    return _STOPPED.format(command) if command else ""


def in_place(old: str, branch: str, *lines: Line, amend: Line = _AMEND) -> list[Line]:
    """Return lines that amend an earlier commit of a branch and rebase the later ones."""
    on_top: Line = ["git", "rebase", "--rebase-merges", "--onto", "HEAD", old, branch]
    return [["git", "switch", "--detach", old], *lines, amend, on_top]


def move_tag_lines(
    tag: Tag, to: str, *, annotated: bool | None = None, message: str | None = None
) -> list[Line]:
    """Return lines that move a tag, which keeps its type and message by default."""
    name = tag.ref.removeprefix(TAGS)
    sort = ["-a", "-m", message or tag.message or f"Release {name}"]
    is_annotated = tag.annotated if annotated is None else annotated
    return [["git", "tag", "-f", *(sort if is_annotated else []), name, to], *push_tag_lines(tag)]


def move_tag(tag: Tag, to: str, *, annotated: bool | None = None, message: str | None = None) -> str:
    name, old = tag.ref.removeprefix(TAGS), tag.id[:7]
    move = move_tag_lines(tag, to, annotated=annotated, message=message)
    return paragraphs(
        commands(["git", "fetch", "--tags", "origin"], *move), f"`{name}` pointed to `{old}` before."
    )


def delete_tag(tag: Tag) -> str:
    name = tag.ref.removeprefix(TAGS)
    back = f"`git tag {name} {tag.id[:7]}` restores it."
    return paragraphs(
        commands(["git", "tag", "-d", name], ["git", "push", "origin", "--delete", tag.ref]), back
    )


def push_tag_lines(tag: Tag) -> list[Line]:
    return [["git", "push", "origin", "--delete", tag.ref], ["git", "push", "origin", tag.ref]]


def branch_of(run: Run, tip: Tip) -> str | None:
    """Return the branch of a tip; for a tag or an ID, the first branch that contains the commit, `main` preferred."""
    if tip.ref.startswith(BRANCHES):
        return tip.ref.removeprefix(BRANCHES)
    inside = run.repository.history.descendants(tip.commit.id)
    names = [name for name, commit_id in run.repository.branches.items() if commit_id in inside]
    return min(
        names, key=lambda name: (name != "main", run.repository.branches[name] != tip.commit.id), default=None
    )


def _start_at(tip: Tip) -> list[Line]:
    return [
        ["git", "stash"],
        ["git", "fetch", "--tags", "origin"],
        ["git", "switch", "--detach", tip.commit.id],
    ]


def _amended(run: Run, tip: Tip, edit: str, *lines: Line) -> str:
    # tags on the commit and on later ones move along
    branch, old = branch_of(run, tip), tip.commit.id
    if branch is None:
        return ""
    start = [*start_on(branch), ["git", "switch", "--detach", old]]
    on_top: Line = ["git", "rebase", "--rebase-merges", "--onto", "HEAD", old, branch]
    push: Line = ["git", "push", "--force-with-lease", "origin", branch]
    done = _around(
        start, edit, [*lines, _AMEND, on_top, push, *_moved_along(run, branch, old)], stashed=False
    )
    return paragraphs(done, _stopped("rebase"), _way_back(run, branch), STASHED)


def _moved_along(run: Run, branch: str, oldest: str) -> list[Line]:
    # moves the tags down to the commit `oldest` onto the new commits
    lines: list[Line] = []
    tags = [run.repository.tag(name) for name in run.repository.tags]
    for steps, commit_id in enumerate(run.repository.history.first_parents(run.repository.branches[branch])):
        for tag in tags:
            if tag.id == commit_id:
                lines += move_tag_lines(tag, f"{branch}~{steps}" if steps else branch)
        if commit_id == oldest:
            return lines
    return []


def _way_back(run: Run, branch: str) -> str:
    old = run.repository.branches[branch][:7]
    return f"Git keeps the old commits for a while: `git branch old-{branch.replace('/', '-')} {old}` restores them."


def _around(start: list[Line], edit: str, after: list[Line], *, stashed: bool = True) -> str:
    done = [commands(*start), edit, commands(*after)] if edit else [commands(*start, *after)]
    return paragraphs(*done, STASHED if stashed else "")
