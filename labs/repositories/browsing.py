"""Read the folders and files of a pushed state for its pages.

Everything is bounded, and sizes are known before an object is read. Git gets object IDs, never a name from the
repository. Text is as the repository has it: pages escape control characters.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from git.objects import Blob, Tree

from labs.grader.git.processes import RepositoryError, TooLargeError
from labs.grader.git.repository import WITHOUT_LARGE_FILES
from labs.repositories import practice_git
from labs.repositories.practice_git import MAX_BYTES, PracticeRepo

MAX_ENTRIES = 500
MAX_FOLDER_BYTES = 1 << 18  # some 7,000 entries
MAX_DEPTH = 40
MAX_TARGET_BYTES = 4096  # of a symbolic link
SYMLINK = 0o120000
_SNIFFED = 8000  # bytes that Git looks at for a NUL


class TooDeepError(TooLargeError):
    """The path has more than MAX_DEPTH names."""


@dataclass(frozen=True)
class FolderEntry:
    """A name in a folder. `kind` is folder, file, link or submodule; `size` is a file's, in bytes."""

    name: str
    kind: str
    size: int | None = None


@dataclass(frozen=True)
class Folder:
    """The first MAX_ENTRIES of a folder, folders first, and how many there are."""

    entries: list[FolderEntry]
    count: int


@dataclass(frozen=True)
class File:
    """`text` is None if the file is binary or too large. For a symbolic link, it is the target.

    `size` is None for a file over 1 MB that was not fetched.
    """

    size: int | None
    text: str | None
    is_link: bool = False

    @property
    def is_large(self) -> bool:
        return self.size is None or self.size > (MAX_TARGET_BYTES if self.is_link else MAX_BYTES)


@dataclass(frozen=True)
class PushedState:
    """A commit of a practice repository that is open."""

    repo: PracticeRepo
    commit: str

    def root(self) -> Tree:
        return tree_of(self.repo, self.commit)

    def at(self, path: str) -> Folder | File | None:
        """Return what is at a path, "" for the top folder, None if nothing is. Raises TooLargeError or TooDeepError."""
        names = path.split("/") if path else []
        if len(names) > MAX_DEPTH:
            raise TooDeepError("the path is too deep")
        item: Any = self.root()
        for name in names:
            found = read_entries(item) if item.type == "tree" else {}
            if name not in found:
                return None
            item = found[name]
        if item.type == "tree":
            return _folder(item)
        return _file(item) if item.type == "blob" else None


@contextmanager
def open_state(path: Path, commit: str) -> Iterator[PushedState]:
    """Open a practice repository at a commit. Raises RepositoryError, also for a commit that is missing."""
    with practice_git.open_repository(path) as repo:
        yield PushedState(repo, commit)


# --- objects --------------------------------------------------------------------------------------------------------


def tree_of(repo: PracticeRepo, commit: str) -> Tree:
    object_id, kind = (os.fsdecode(part) for part in repo.git.get_object_header(f"{commit}^{{tree}}")[:2])
    if kind != "tree":
        raise RepositoryError(f"{commit} is not a commit: its tree is a {kind}")
    return Tree(repo, bytes.fromhex(object_id), path="")


# Any: a tree, blob or submodule; GitPython gives them no common type
def read_entries(tree: Tree) -> dict[str, Any]:
    # raises TooLargeError
    if tree.size > MAX_FOLDER_BYTES:
        raise TooLargeError("a folder has too many entries")
    return {name_of(item): item for item in tree}


# Any: as in `read_entries`
def name_of(item: Any) -> str:
    return str(item.path).rpartition("/")[2]  # a submodule's own `name` is the one in .gitmodules


def _folder(tree: Tree) -> Folder:
    items = sorted(read_entries(tree).items(), key=lambda found: (found[1].type != "tree", found[0]))
    return Folder([_entry(name, item) for name, item in items[:MAX_ENTRIES]], len(items))


def _entry(name: str, item: Any) -> FolderEntry:
    if item.type != "blob":
        return FolderEntry(name, "folder" if item.type == "tree" else "submodule")
    return FolderEntry(name, "link") if item.mode == SYMLINK else FolderEntry(name, "file", size_of(item))


# Any: a blob or submodule; GitPython gives them no common type
def size_of(item: Any) -> int | None:
    """Return the size of a blob in bytes, None if it is over 1 MB and was not fetched."""
    try:
        size: int = item.size
    except ValueError:  # the object is missing
        if not (Path(item.repo.git_dir) / WITHOUT_LARGE_FILES).exists():
            raise
        return None
    return size


def _file(blob: Blob) -> File:
    unread = File(size_of(blob), None, is_link=blob.mode == SYMLINK)
    if unread.is_large:
        return unread
    data = read_blob(blob)
    return unread if is_binary(data) else replace(unread, text=data.decode("utf-8", "replace"))


def read_blob(blob: Blob) -> bytes:
    # the caller has checked the size
    data: bytes = blob.data_stream.read()
    if len(data) != blob.size:
        raise RepositoryError(f"object {blob.hexsha} is damaged")
    return data


def is_binary(data: bytes) -> bool:
    return b"\0" in data[:_SNIFFED]


# --- processes ------------------------------------------------------------------------------------------------------


def read_output(
    process: Any,  # Any: a type that GitPython does not export
    limit: int,
) -> bytes:
    # reading ends the process; raises GitCommandError
    output: bytes = process.stdout.read(limit)
    if len(output) < limit:
        process.wait()
    return output
