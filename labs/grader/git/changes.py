"""List the changes of all commits with one process instead of tree by tree: 20,000 commits in a second."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .processes import RepositoryDamagedError, output_of
from .trees import Change, Entry, is_path

MAX_BYTES = 32 << 20
MAX_MEMORY = 256 << 20
_ABSENT, _FOLDER = b"000000", b"040000"
Pair = tuple[str, str]  # the IDs of two trees


@dataclass(frozen=True)
class Changes:
    """Differences between pairs of trees as Git printed them: modes and IDs, then a path, in turn."""

    parts: list[bytes]
    places: dict[Pair, range]

    def of(self, old: str, new: str) -> Change:
        """Return the paths whose entry differs between two trees. Raises KeyError for a pair that was not asked for."""
        found = {}
        for place in self.places[old, new]:
            modes_and_ids = self.parts[place].rpartition(b":")[2].split(b" ")
            path = self.parts[place + 1]
            if _FOLDER not in modes_and_ids[:2] and is_path(path):
                found[path] = _entries(*modes_and_ids[:4])
        return found


def read_changes(git_dir: Path, pairs: Iterable[Pair]) -> Changes:
    """Compare pairs of trees; two equal trees have no differences.

    Git keeps the changes of a pair in memory until it has them all, so twelve objects that expand to 10^10 paths
    would fill it: hence the bound. Raises TooLargeError past 32 MB of output or 256 MB of memory,
    RepositoryDamagedError if a tree is missing.
    """
    asked = dict.fromkeys(pairs)
    output = output_of(
        git_dir,
        *("diff-tree", "--stdin", "-r", "-t", "-z", "--raw"),
        *("--no-abbrev", "--no-renames", "--ignore-submodules=none"),
        stdin="".join(f"{old} {new}\n" for old, new in asked).encode("ascii"),
        limit=MAX_BYTES,
        memory=MAX_MEMORY,
        what="the list of all changes in the history",
    )
    parts = output.split(b"\0")
    return Changes(parts, _places(parts, asked))


def _places(parts: list[bytes], asked: Iterable[Pair]) -> dict[Pair, range]:
    # A line with the two IDs comes before the first change of each pair. Git goes on if it cannot read one of the two
    # trees, and only leaves that line out.
    starts: list[tuple[Pair, int]] = []
    for place in range(0, len(parts), 2):
        for line in parts[place].split(b"\n")[:-1]:
            old, new = line.decode("ascii").split(" ")
            starts.append(((old, new), place))
    # none where git listed nothing
    ends = [*(place for _, place in starts[1:]), len(parts) - 1][: len(starts)]
    listed = {pair: range(start, end, 2) for (pair, start), end in zip(starts, ends, strict=True)}
    for old, new in asked:
        if (old, new) not in listed:
            raise RepositoryDamagedError(f"tree {old} or {new} is missing or damaged")
    return listed


def _entries(old_mode: bytes, new_mode: bytes, old: bytes, new: bytes) -> tuple[Entry | None, Entry | None]:
    return _entry(old_mode, old), _entry(new_mode, new)


def _entry(mode: bytes, object_id: bytes) -> Entry | None:
    return None if mode == _ABSENT else Entry(mode.lstrip(b"0"), object_id.decode("ascii"))
