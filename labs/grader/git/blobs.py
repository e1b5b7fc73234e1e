"""Every version of every file in the history, with its commit, path and size."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .history import History
from .processes import MissingObjectError, TooLargeError, output_of
from .trees import Listing

MAX_BYTES = 32 << 20
MAX_OBJECTS = 250_000  # commits, folders and files
_WHAT = "the list of all files in the history"


@dataclass(frozen=True)
class Blob:
    """A file content, and the first place where it appeared. `size` is in bytes, None if the object is missing."""

    id: str
    path: bytes
    commit: str
    size: int | None


class _Place(NamedTuple):
    id: str
    path: bytes
    commit: str


def read_blobs(git_dir: Path, history: History, read: Callable[[str], Listing]) -> tuple[Blob, ...]:
    """Return each content once, at the first path of the oldest commit with it; oldest first, missing ones last.

    `read` returns the listing of a tree. Paths are cut at a line break. Raises TooLargeError past a 32 MB list,
    MissingObjectError for a missing folder.
    """
    places, missing = _listed(git_dir, history)
    found = _kinds_and_sizes(git_dir, [place.id for place in places])
    blobs = [Blob(*place, found[place.id][1]) for place in places if found[place.id][0] == "blob"]
    folders = (place for place in places if found[place.id][0] == "tree")
    return (*blobs, *(Blob(*place, None) for place in _located(missing, folders, read)))


def _listed(git_dir: Path, history: History) -> tuple[list[_Place], set[str]]:
    # each tree and blob with its commit, and the IDs of missing ones
    output = output_of(
        git_dir,
        *("rev-list", "--objects", "--in-commit-order", "--topo-order", "--reverse"),
        *("--missing=print", "--stdin"),
        stdin="".join(f"{history.id_of(number)}\n" for number in history.head_numbers).encode("ascii"),
        limit=MAX_BYTES,
        what=_WHAT,
    )
    if output.count(b"\n") > MAX_OBJECTS:
        raise TooLargeError(f"{_WHAT} is over the limit of {MAX_OBJECTS:,} lines")
    places: list[_Place] = []
    missing: set[str] = set()
    commit = ""
    for line in output.split(b"\n")[:-1]:
        object_id, blank, path = line.partition(b" ")
        if blank:
            places.append(_Place(object_id.decode("ascii"), path, commit))
        elif line.startswith(b"?"):
            missing.add(line[1:].decode("ascii"))
        else:
            commit = line.decode("ascii")
    return places, missing


def sizes_of(git_dir: Path, blob_ids: list[str]) -> dict[str, int | None]:
    """Return the size of each object in bytes, None for a missing one. Fetches nothing."""
    answers = _answers(git_dir, blob_ids)
    return {answer[0]: int(answer[2]) if len(answer) == 3 else None for answer in answers}


def _kinds_and_sizes(git_dir: Path, object_ids: list[str]) -> dict[str, tuple[str, int]]:
    answers = _answers(git_dir, object_ids)
    if gone := next((answer[0] for answer in answers if len(answer) != 3), None):
        raise MissingObjectError(f"object {gone} is missing or damaged")
    return {object_id: (kind, int(size)) for object_id, kind, size in answers}


def _answers(git_dir: Path, object_ids: list[str]) -> list[list[str]]:
    output = output_of(
        git_dir,
        *("cat-file", "--batch-check", "--buffer"),
        stdin="".join(f"{object_id}\n" for object_id in object_ids).encode("ascii"),
        limit=MAX_BYTES,
        what=_WHAT,
    )
    return [line.split(" ") for line in output.decode("ascii").splitlines()]


def _located(
    missing: set[str], folders: Iterator[_Place], read: Callable[[str], Listing]
) -> Iterator[_Place]:
    # Missing files are located by their folders, which are never missing. Empties `missing`.
    while missing:
        folder = next(folders, None)
        if folder is None:
            raise MissingObjectError(f"object {min(missing)} is missing or damaged")
        for name, entry in read(folder.id):
            if entry.id in missing and not entry.is_tree:
                missing.remove(entry.id)
                yield _Place(entry.id, folder.path + b"/" + name if folder.path else name, folder.commit)
