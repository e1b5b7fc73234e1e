"""Commands that split a commit with several topics."""

from collections.abc import Sequence

from ...git.history import Commit
from ...git.repository import Tip
from ...words import cut, decoded
from .base import Run
from .fixes import branch_of, rewrite_branch
from .shell import Line

MAX_SPLIT = 10
Groups = Sequence[Sequence[str]]


def split(run: Run, tip: Tip, mixed: Sequence[Commit], groups: Groups, at_most: int | None) -> str:
    """Return commands that split the commits, newest first, so that earlier ones keep their IDs."""
    branch, lines = branch_of(run, tip), list[Line]()
    for commit in reversed(mixed[:MAX_SPLIT]):
        paths = sorted(map(decoded, run.repository.change_of(commit)))
        parts = _parts(paths, groups, at_most or len(paths))
        if branch is None or sorted(path for part in parts for path in part) != paths:
            return ""
        lines += _lines(run, commit, parts, branch, is_tip=commit.id == tip.commit.id)
    return rewrite_branch(run, tip, *lines, stops="rebase" if mixed[0].id != tip.commit.id else "")


def lies_in(path: str, group: Sequence[str]) -> bool:
    return any(path == name or path.startswith(name.rstrip("/") + "/") for name in group)


def _parts(paths: list[str], groups: Groups, size: int) -> list[list[str]]:
    # the files of one group, at most `size` of them in one part
    parts, left = list[list[str]](), paths
    for group in groups or [paths]:
        mine = [path for path in left if lies_in(path, group)]
        left = [path for path in left if path not in mine]
        parts += [mine[start : start + size] for start in range(0, len(mine), size)]
    return parts


def _lines(run: Run, commit: Commit, parts: list[list[str]], branch: str, *, is_tip: bool) -> list[Line]:
    # the first part keeps the message
    if commit.parents:
        back: Line = ["git", "reset", "-q", commit.parents[0]]
        first: Line = ["git", "commit", "-m", commit.subject or f"Change {parts[0][0]}"]
        again = [back, ["git", "add", "--", *parts[0]], first]
    else:
        others = [path for part in parts[1:] for path in part]
        again = [["git", "rm", "-q", "--cached", "--", *others], ["git", "commit", "--amend", "--no-edit"]]
    for part in parts[1:]:
        again += [["git", "add", "--", *part], ["git", "commit", "-m", _named_after(run, commit, part)]]
    if is_tip:
        return again
    on_top: Line = ["git", "rebase", "--rebase-merges", "--onto", "HEAD", commit.id, branch]
    return [["git", "switch", "--detach", commit.id], *again, on_top]


def _named_after(run: Run, commit: Commit, part: list[str]) -> str:
    old, new = run.repository.change_of(commit)[part[0].encode(errors="surrogateescape")]
    verb = "Add" if old is None else "Remove" if new is None else "Change"
    more = f" and {len(part) - 1} more" if part[1:] else ""
    return f"{verb} {cut(part[0], 40)}{more}"
