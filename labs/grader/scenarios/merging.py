"""Three-way merges of whole files: a change on one side wins, the same change on both is not a conflict."""

from collections.abc import Callable

from ..git.history import History
from ..git.trees import Entry
from .objects import Files

_CONFLICT = Entry(b"", "a conflict between two merge bases, unlike any file")


def merge_files(base: Files, ours: Files, theirs: Files) -> tuple[Files, list[str]]:
    """Return the merged files and the paths in conflict, which keep our file, or theirs if we have none.

    Renames are not followed.
    """
    merged: Files = {}
    conflicts: list[str] = []
    for path in sorted(base.keys() | ours.keys() | theirs.keys()):
        before, our, their = base.get(path), ours.get(path), theirs.get(path)
        chosen = their if our == before else our
        if our != their and our != before and their != before:
            conflicts.append(path)
            chosen = our or their
        if chosen:
            merged[path] = chosen
    return merged, conflicts


def base_files(history: History, files_of: Callable[[str], Files], one: str, other: str) -> Files:
    """Return the files of the merge base; after criss-cross merges, those of the merged bases, as in Git."""
    bases = history.merge_bases(one, other)
    files = files_of(bases[0]) if bases else {}
    for base in bases[1:]:
        earlier = base_files(history, files_of, bases[0], base)
        files, conflicts = merge_files(earlier, files, files_of(base))
        files |= dict.fromkeys(conflicts, _CONFLICT)
    return files
