"""Notes in the report on entries of a fetched branch that are not read."""

from pathlib import Path

from ..git.objects import absent
from ..git.processes import TooLargeError, output_of
from ..git.trees import MAX_PATH_BYTES, Entry
from ..words import count, decoded, listed, quoted

_BYTES_BESIDE_NAME = 60


def entries_at(git_dir: Path, commit: str, limit: int) -> dict[str, Entry]:
    """Return every path at a commit. Raises TooLargeError past `limit` entries or 1 MB of names."""
    output = output_of(
        *(git_dir, "ls-tree", "-r", "-z", "--full-tree", commit),
        limit=MAX_PATH_BYTES + limit * _BYTES_BESIDE_NAME,
        what="the list of files",
    )
    lines = output.split(b"\0")[:-1]
    if len(lines) > limit:
        raise TooLargeError(f"more than {count(limit, 'file')}")
    entries = {}
    for line in lines:
        about, _, path = line.partition(b"\t")
        mode, _, object_id = about.split(b" ")
        entries[decoded(path)] = Entry(mode, object_id.decode("ascii"))
    return entries


def notes_on(git_dir: Path, entries: dict[str, Entry], branch: str) -> list[str]:
    # one sentence for each kind of ignored entry
    left_out = _left_out(git_dir, entries)
    sorts = {
        ("file over 1 MB was", "files over 1 MB were", "not read"): left_out,
        ("submodule was", "submodules were", "not fetched"): _of_noun(entries, "a submodule"),
        ("symbolic link was", "symbolic links were", "not followed"): _of_noun(entries, "a symbolic link"),
    }
    return [
        f"{count(len(paths), one, many)} {fate} on {branch}: {listed(map(quoted, paths))}."
        for (one, many, fate), paths in sorts.items()
        if paths
    ]


def _of_noun(entries: dict[str, Entry], noun: str) -> list[str]:
    return [path for path, entry in entries.items() if entry.noun == noun]


def _left_out(git_dir: Path, entries: dict[str, Entry]) -> list[str]:
    files = {path: entry.id for path, entry in entries.items() if entry.is_file}
    missing = absent(git_dir, files.values())
    return [path for path, object_id in files.items() if object_id in missing]
