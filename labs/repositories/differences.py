"""Compare two pushed states: the changed files, and the first lines of each change."""

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from git import GitCommandError
from git.objects import Tree

from labs.grader.git.processes import TooLargeError
from labs.grader.words import visible
from labs.repositories.browsing import SYMLINK, PushedState, read_entries, read_output, size_of, tree_of
from labs.repositories.practice_git import MAX_BYTES

MAX_VISITED = 20_000  # entries of the folders that differ
MAX_FILES = 50
MAX_PATCH_BYTES = 1 << 18
MAX_LINES = 300  # of one file
TOO_LARGE = "This file is larger than 1 MB, so its lines are not compared."
_NOTHING = "0" * 40
_OUT_OF_TIME = (-signal.SIGXCPU, -signal.SIGKILL)
_OPTIONS = {
    "r": True,
    "p": True,
    "full_index": True,
    "no_renames": True,
    "no_color": True,
    "submodule": "short",
    # Settings and attributes of a repository may name programs for these.
    "no_ext_diff": True,
    "no_textconv": True,
}
_NEW_MODES = {
    0o100755: "Now executable",
    0o100644: "Now a regular file",
    SYMLINK: "Now a symbolic link",
    0o160000: "Now a submodule",
}

Ids = tuple[str, str]
Patches = dict[Ids, list[str]]


@dataclass(frozen=True)
class ChangedFile:
    """`lines` are those of a unified diff after its header; `note` says why there are none, or not all."""

    path: str
    word: str
    lines: list[str]
    note: str = ""


@dataclass(frozen=True)
class StateDifference:
    """The first MAX_FILES files by path; `count` is their total, None if there are too many to count."""

    files: list[ChangedFile]
    count: int | None


@dataclass(frozen=True)
class _Change:
    """An entry before and after; None if it was not there. Folders are never changes."""

    path: str
    old: Any
    new: Any

    @property
    def ids(self) -> Ids:
        return (self.old.hexsha if self.old else _NOTHING, self.new.hexsha if self.new else _NOTHING)


def compare(state: PushedState, since: str) -> StateDifference:
    old, new = tree_of(state.repo, since), state.root()
    changes: list[_Change] = []
    try:
        for change in _changes(old, new):
            changes.append(change)
    except TooLargeError:
        return StateDifference([_changed_file(change, []) for change in changes[:MAX_FILES]], None)
    changes.sort(key=lambda change: change.path)
    if any(_is_missing(change) for change in changes):  # Git compares nothing then
        return StateDifference([_without_lines(change) for change in changes[:MAX_FILES]], len(changes))
    patches, cut = _patches(state, old, new) if changes else ({}, None)
    files = [_with_lines(change, patches, cut) for change in changes[:MAX_FILES]]
    return StateDifference(files, len(changes))


def _changes(old: Tree, new: Tree) -> Iterator[_Change]:
    # Compare folder by folder; those with the same ID are not opened. Raises TooLargeError.
    waiting: list[tuple[str, Any, Any]] = [("", old, new)]
    visited = 0
    while waiting:
        folder, old_tree, new_tree = waiting.pop()
        befores, afters = _entries(old_tree), _entries(new_tree)
        visited += len(befores) + len(afters)
        if visited > MAX_VISITED:
            raise TooLargeError("too many entries changed")
        for name in sorted(befores.keys() | afters.keys()):
            before, after = befores.get(name), afters.get(name)
            if _identity(before) == _identity(after):
                continue
            if _is_tree(before) or _is_tree(after):
                inner = (before if _is_tree(before) else None, after if _is_tree(after) else None)
                waiting.append((f"{folder}{name}/", *inner))
            leaves = (None if _is_tree(before) else before, None if _is_tree(after) else after)
            if any(leaf is not None for leaf in leaves):
                yield _Change(folder + name, *leaves)


def _identity(item: Any) -> tuple[int, str] | None:
    # `is None`, because the truth value of a folder is its length, which reads it
    return None if item is None else (item.mode, item.hexsha)


def _is_tree(item: Any) -> bool:
    return item is not None and item.type == "tree"


def _entries(tree: Tree | None) -> dict[str, Any]:
    return read_entries(tree) if tree is not None else {}


# --- lines ----------------------------------------------------------------------------------------------------------


def _patches(state: PushedState, old: Tree, new: Tree) -> tuple[Patches, Ids | None]:
    # the lines of each pair of objects, and the pair at which they were cut off
    process = state.repo.git.diff_tree(old.hexsha, new.hexsha, "--", as_process=True, **_OPTIONS)
    patches: Patches = {}
    ids, is_header = (_NOTHING, _NOTHING), True
    try:
        output = read_output(process, MAX_PATCH_BYTES)
    except GitCommandError as error:
        if error.status not in _OUT_OF_TIME:
            raise
        return patches, ids
    for line in output.split(b"\n")[:-1]:
        if line.startswith(b"diff --git "):  # lines of files begin with a space, `+` or `-`
            ids, is_header = (_NOTHING, _NOTHING), True
        elif is_header and line.startswith(b"index "):
            before, _, after = line.split(b" ")[1].decode("ascii").partition("..")
            ids = (before, after)
            patches[ids] = []
        elif line.startswith(b"@@ ") or not is_header:
            is_header = False
            patches.setdefault(ids, []).append(line.decode("utf-8", "replace"))
    return patches, ids if len(output) == MAX_PATCH_BYTES else None


def _is_missing(change: _Change) -> bool:
    return any(item and item.type == "blob" and size_of(item) is None for item in (change.old, change.new))


def _without_lines(change: _Change) -> ChangedFile:
    note = TOO_LARGE if _is_missing(change) else "Not compared, because a file over 1 MB changed, too."
    return _changed_file(change, [], note)


def _with_lines(change: _Change, patches: Patches, cut: Ids | None) -> ChangedFile:
    if any(item and item.type == "blob" and item.size > MAX_BYTES for item in (change.old, change.new)):
        return _changed_file(change, [], TOO_LARGE)
    found = [patches[ids] for ids in _pairs(change) if ids in patches]
    lines = [line for part in found for line in part]
    if cut in _pairs(change) or (cut and not found and _has_lines(change)):
        return _changed_file(change, lines[:MAX_LINES], "The rest of the changes is too long to show.")
    if len(lines) > MAX_LINES:
        return _changed_file(change, lines[:MAX_LINES], f"{len(lines) - MAX_LINES:,} more lines.")
    if not lines and _has_lines(change):
        return _changed_file(
            change, [], "There are no lines to compare, because the file is binary or empty."
        )
    return _changed_file(change, lines)


def _pairs(change: _Change) -> list[Ids]:
    # the IDs under which Git shows a change: a file that becomes a link is deleted, then added
    before, after = change.ids
    if _NOTHING in change.ids:
        return [change.ids]
    return [change.ids, (before, _NOTHING), (_NOTHING, after)]


def _has_lines(change: _Change) -> bool:
    before, after = change.ids
    return before != after


def _changed_file(change: _Change, lines: list[str], note: str = "") -> ChangedFile:
    return ChangedFile(
        visible(change.path), _word(change), [visible(line, keep="\t") for line in lines], note
    )


def _word(change: _Change) -> str:
    if change.old is None:
        return "Added"
    if change.new is None:
        return "Deleted"
    if change.old.mode == change.new.mode:
        return "Changed"
    return _NEW_MODES.get(change.new.mode, "Changed")
