"""Lines that rewrite a branch: drop or reword a commit, or recreate a sequence of commits."""

from collections.abc import Sequence

from ...git.history import Commit
from ...git.repository import Tip
from ..commits import more_commits
from .base import Run
from .fixes import in_place, rewrite_branch
from .shell import Line


def drop_lines(run: Run, tip: Tip, commit: Commit) -> list[Line] | None:
    """Return lines that drop a commit, or the merge that brought it in; None for a root commit."""
    history = run.repository.history
    line = list(history.first_parents(tip.commit.id, history.descendants(commit.id)))
    oldest = history[line[-1]]
    if not oldest.parents:
        return None
    if len(line) == 1:
        return [["git", "reset", "--keep", oldest.parents[0]]]
    return [["git", "rebase", "--rebase-merges", "--onto", oldest.parents[0], oldest.id]]


def reword_lines(run: Run, tip: Tip, branch: str, commit: Commit, subject: str) -> list[Line]:
    """Return lines that change the subject of a commit and keep the body of its message."""
    body = [part for part in commit.message.partition("\n")[2].strip("\n").split("\n\n") if part.strip()]
    said = [word for text in (subject, *body) for word in ("-m", text)]
    amend: Line = ["git", "commit", "--amend", *allow_empty(run, [commit]), *said]
    return [amend] if commit.id == tip.commit.id else in_place(commit.id, branch, amend=amend)


def allow_empty(run: Run, commits: Sequence[Commit]) -> list[str]:
    # Git refuses to amend an empty commit without this option
    are_empty = any(not commit.is_merge and not run.repository.change_of(commit) for commit in commits)
    return ["--allow-empty"] if are_empty else []


def pick_in_order(base: str, first: Sequence[Commit], others: Sequence[Commit] = ()) -> list[Line]:
    """Return lines that reset to `base` and cherry-pick the commits in this order."""
    picks = [commit.id for commit in (*first, *others)]
    return [["git", "reset", "--keep", base], ["git", "cherry-pick", *picks]]


def recommit_as(
    run: Run, tip: Tip, line: Sequence[Commit], subjects: Sequence[str], *, keep_others: bool = False
) -> str:
    """Return commands that recreate the commits with these subjects, in this order.

    A missing subject is given to the next commit with an unwanted one, or to a new commit. Commits that are left over
    are squashed into the one before, or kept with `keep_others`.
    """
    left = [commit for commit in line if commit.subject not in subjects]
    by_subject = {commit.subject: commit for commit in line}
    first = line[0]
    lines: list[Line] = [["git", "reset", "--keep", first.parents[0]]] if first.parents else []
    if not first.parents:  # a root commit stays, with the first of the subjects
        amend: Line = ["git", "commit", "--amend", "-m", subjects[0]]
        lines = [["git", "reset", "--keep", first.id], *([amend] if first.subject != subjects[0] else [])]
        left, subjects = [commit for commit in left if commit.id != first.id], subjects[1:]
    if keep_others:
        lines += pick_lines(left)
        left = []
    for subject in subjects:
        if subject in by_subject:
            lines += pick_lines([by_subject[subject]])
        elif left:
            lines += [*pick_lines([left.pop(0)]), ["git", "commit", "--amend", "-m", subject]]
        else:
            lines += more_commits(1, subject)
    for commit in left:
        lines += [["git", "cherry-pick", "--no-commit", commit.id], ["git", "commit", "--amend", "--no-edit"]]
    return rewrite_branch(run, tip, *lines, stops="cherry-pick")


def pick_lines(commits: Sequence[Commit]) -> list[Line]:
    # of a merge, the changes to its first parent
    return [
        ["git", "cherry-pick", *(["-m", "1"] if commit.is_merge else []), commit.id] for commit in commits
    ]
