"""Lines that give a branch other commits: one taken out, reworded or split, and a sequence made anew."""

from collections.abc import Sequence

from ...git.history import Commit
from ...git.repository import Tip
from ..commits import more_commits
from .base import Run
from .fixes import in_place, rewritten
from .shell import Line


def drop_lines(run: Run, tip: Tip, commit: Commit) -> list[Line] | None:
    """Lines that take a commit out of a branch, or the merge that brought it; None for the first commit of all."""
    history = run.repository.history
    line = list(history.first_parents(tip.commit.id, history.descendants(commit.id)))
    oldest = history[line[-1]]
    if not oldest.parents:
        return None
    if len(line) == 1:
        return [["git", "reset", "--keep", oldest.parents[0]]]
    return [["git", "rebase", "--rebase-merges", "--onto", oldest.parents[0], oldest.id]]


def reworded(run: Run, tip: Tip, branch: str, commit: Commit, subject: str) -> list[Line]:
    """Lines that give a commit another subject; what its message says below stays."""
    body = [part for part in commit.message.partition("\n")[2].strip("\n").split("\n\n") if part.strip()]
    said = [word for text in (subject, *body) for word in ("-m", text)]
    amend: Line = ["git", "commit", "--amend", *kept_empty(run, [commit]), *said]
    return [amend] if commit.id == tip.commit.id else in_place(commit.id, branch, amend=amend)


def kept_empty(run: Run, commits: Sequence[Commit]) -> list[str]:
    """The option without which Git refuses to amend a commit that changes nothing already."""
    are_empty = any(not commit.is_merge and not run.repository.change_of(commit) for commit in commits)
    return ["--allow-empty"] if are_empty else []


def again_in_order(base: str, first: Sequence[Commit], others: Sequence[Commit] = ()) -> list[Line]:
    """Lines that go back to `base` and make the commits again, `others` after the first."""
    picks = [commit.id for commit in (*first, *others)]
    return [["git", "reset", "--keep", base], ["git", "cherry-pick", *picks]]


def again_as(
    run: Run, tip: Tip, line: Sequence[Commit], subjects: Sequence[str], *, keep_others: bool = False
) -> str:
    """Commands that make the commits of a line again under these subjects, in this order.

    One that has the subject is taken; for another the next that is not wanted gets it, or a new one is made. What is
    left over becomes part of the commit before it, or with `keep_others` stays a commit.
    """
    left = [commit for commit in line if commit.subject not in subjects]
    by_subject = {commit.subject: commit for commit in line}
    first = line[0]
    lines: list[Line] = [["git", "reset", "--keep", first.parents[0]]] if first.parents else []
    if not first.parents:  # the first commit of all stays where it is, under the first of the subjects
        amend: Line = ["git", "commit", "--amend", "-m", subjects[0]]
        lines = [["git", "reset", "--keep", first.id], *([amend] if first.subject != subjects[0] else [])]
        left, subjects = [commit for commit in left if commit.id != first.id], subjects[1:]
    if keep_others:
        lines += picked(left)
        left = []
    for subject in subjects:
        if subject in by_subject:
            lines += picked([by_subject[subject]])
        elif left:
            lines += [*picked([left.pop(0)]), ["git", "commit", "--amend", "-m", subject]]
        else:
            lines += more_commits(1, subject)
    for commit in left:
        lines += [["git", "cherry-pick", "--no-commit", commit.id], ["git", "commit", "--amend", "--no-edit"]]
    return rewritten(run, tip, *lines, stops="cherry-pick")


def picked(commits: Sequence[Commit]) -> list[Line]:
    """Lines that copy commits; of a merge what it brought."""
    return [
        ["git", "cherry-pick", *(["-m", "1"] if commit.is_merge else []), commit.id] for commit in commits
    ]
