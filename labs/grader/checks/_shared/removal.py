"""Find the commit that added a file, and remove the file from the history of all branches and tags."""

import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from ...git.blobs import Blob
from ...git.refs import BRANCHES, TAGS
from ...git.repository import Repository, Tip, TooLargeError
from ...report import Evidence
from ...words import count, decoded
from .base import Run
from .shell import STASHED, Line, append_line, commands, paragraphs, start_on

MAX_PATHS = 20
IN_HISTORY = "in the history of any branch or tag"
_AMEND: Line = ["git", "commit", "--amend", "--allow-empty", "--no-edit"]


def refs_containing(repository: Repository, commit_id: str) -> list[str]:
    """Return the full names of the refs that contain the commit: `main`, other branches, then tags."""
    inside = repository.history.descendants(commit_id)
    branches = [BRANCHES + name for name, tip in repository.branches.items() if tip in inside]
    tags = [TAGS + name for name in repository.tags if repository.tag(name).id in inside]
    return sorted(branches, key=lambda ref: ref != BRANCHES + "main") + tags


def find_origin(run: Run, blob: Blob, line: int | None = None) -> Evidence:
    """Return the commit that added a file, on the first ref that contains it."""
    ref = next(iter(refs_containing(run.repository, blob.commit)), None)
    return Evidence(ref=ref, commit=blob.commit, path=decoded(blob.path), line=line)


def tagged_objects(repository: Repository) -> tuple[str, ...]:
    """Describe tags that point to a blob or tree, which no history reaches, for `LookedAt.unread`."""
    tags = map(repository.tag, repository.tags)
    number = sum(1 for tag in tags if tag.kind in ("blob", "tree"))
    return (
        (count(number, "tag that points to a file or folder", "tags that point to files or folders"),)
        if number
        else ()
    )


def at_every_path(run: Run, blobs: list[Blob]) -> list[Blob]:
    """Return the blobs at every path that they had: a renamed file is in the history under both names.

    Returns `blobs` if the history has more changes than are read, since the verdict does not depend on them.
    """
    try:
        return list(dict.fromkeys([*blobs, *_moved(run, {blob.id: blob for blob in blobs})]))
    except TooLargeError:
        return blobs


def _moved(run: Run, by_id: Mapping[str, Blob]) -> Iterator[Blob]:
    for commit in run.repository.history:
        if not commit.is_merge:
            for path, (_, entry) in run.repository.change_of(commit).items():
                if entry and entry.id in by_id:
                    yield replace(by_id[entry.id], path=path)


def remove_from_history(
    run: Run, blobs: list[Blob], *, keep: Collection[bytes] = (), starts: bool = True
) -> str:
    """Return commands that remove files from every commit of all branches and tags. The files stay in the folder.

    Paths in `keep` are committed again, as they are in the folder by then; the others are ignored.
    Without `starts`, the commands expect that the branch of `branch_to_mend` is checked out.
    """
    blobs = at_every_path(run, blobs)
    paths = list(dict.fromkeys(blob.path for blob in blobs))[:MAX_PATHS]
    commits = list(dict.fromkeys(blob.commit for blob in blobs))[:MAX_PATHS]
    refs = _refs_of(run, commits)
    names = [ref.removeprefix(BRANCHES) for ref in refs if ref.startswith(BRANCHES)]
    branch = branch_to_mend(run, blobs)
    ignore = [decoded(path) for path in paths if path not in keep]
    again = [decoded(path) for path in paths if path in keep and branch and _is_at(run, branch, path)]
    tags = [ref for ref in refs if not ref.startswith(BRANCHES)]
    if branch is None:
        return commands(
            ["git", "fetch", "--tags", "origin"], *_rewrite([*map(decoded, paths)]), *_tags_again(tags)
        )
    start = start_on(branch.name) if starts else []
    if len(refs) == 1 and commits == [branch.commit.id]:
        return paragraphs(commands(*start, *_amend(branch.name, ignore, again)), STASHED if starts else "")
    others = [f"{name}:{name}" for name in names if name != branch.name]
    fetch: list[Line] = [["git", "fetch", "origin", *others]] if others else []
    untrack = _untrack([*map(decoded, paths)], "--ignore-unmatch")
    first = [untrack, *_ignored(ignore), ["git", "commit", "-m", "Remove files from the history"]]
    put_back = [*_added(again), _AMEND] if again else []
    push: Line = ["git", "push", "--force-with-lease", "origin", *names]
    lines = [*start, *fetch, *first, *_rewrite([*map(decoded, paths)]), *put_back, push, *_tags_again(tags)]
    return paragraphs(commands(*lines), STASHED if starts else "")


def branch_to_mend(run: Run, blobs: list[Blob]) -> Tip | None:
    """Return the branch to which the kept files are added again, `main` preferred."""
    refs = _refs_of(run, list(dict.fromkeys(blob.commit for blob in blobs))[:MAX_PATHS])
    name = next((ref.removeprefix(BRANCHES) for ref in refs if ref.startswith(BRANCHES)), None)
    return run.repository.branch(name) if name else None


def _refs_of(run: Run, commits: list[str]) -> list[str]:
    return list(dict.fromkeys(ref for commit in commits for ref in refs_containing(run.repository, commit)))


def _is_at(run: Run, branch: Tip, path: bytes) -> bool:
    try:
        return path in run.repository.files(branch)
    except TooLargeError:
        return True


def _amend(branch: str, ignore: list[str], again: list[str]) -> list[Line]:
    untrack: list[Line] = [_untrack(ignore)] if ignore else []
    push: Line = ["git", "push", "--force-with-lease", "origin", branch]
    return [*untrack, *_ignored(ignore), *_added(again), _AMEND, push]


def _rewrite(paths: list[str]) -> list[Line]:
    # the latest commit no longer has the files by then, so they stay in the folder
    untrack = shlex.join(_untrack(paths, "--ignore-unmatch"))
    everywhere = ["--prune-empty", "--tag-name-filter", "cat", "--", "--branches", "--tags"]
    rewrite = ["git", "filter-branch", "--force", "--index-filter", untrack, *everywhere]
    return [f"FILTER_BRANCH_SQUELCH_WARNING=1 {commands(rewrite)}"]


def _tags_again(refs: list[str]) -> list[Line]:
    return [["git", "push", "origin", "--delete", *refs], ["git", "push", "origin", *refs]] if refs else []


def _untrack(paths: list[str], *more: str) -> list[str]:
    return ["git", "rm", "--cached", "--quiet", *more, "--", *map(literal, paths)]


def _added(paths: list[str]) -> list[Line]:
    return [["git", "add", "--", *map(literal, paths)]] if paths else []


def _ignored(paths: list[str]) -> list[Line]:
    lines = [append_line(re.sub(r"([\\*?\[!#])", r"\\\1", path), ".gitignore") for path in paths]
    return [*lines, ["git", "add", ".gitignore"]] if lines else []


def literal(path: str) -> str:
    """Return a path as a pathspec that matches nothing else, whatever characters such as `*` it has."""
    return f":(literal){path}" if re.search(r"[:*?\[\\]", path) else path
