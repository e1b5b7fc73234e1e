"""Read Git trees object by object with a bound, so that a tree of 10^10 paths costs no more than one of 5,000."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ..words import count
from .processes import RepositoryDamagedError, TooLargeError

MAX_ENTRIES = 5_000
MAX_KEPT = 100_000  # cached entries of trees
MAX_PATH_BYTES = 1 << 20
_NOT_PATHS = {b"", b".", b"..", b".git"}


@dataclass(frozen=True)
class Entry:
    """One name in a tree. `mode` is Git's, as octal digits."""

    mode: bytes
    id: str

    @property
    def is_tree(self) -> bool:
        return self.mode == b"40000"

    @property
    def is_file(self) -> bool:
        return self.mode.startswith(b"100")

    @property
    def is_submodule(self) -> bool:
        # a commit of a different repository, which cannot be read here
        return self.mode == b"160000"

    @property
    def noun(self) -> str:
        if self.is_tree:
            return "a folder"
        return {b"120000": "a symbolic link", b"160000": "a submodule"}.get(self.mode, "a file")


Listing = list[tuple[bytes, Entry]]
Change = dict[bytes, tuple[Entry | None, Entry | None]]
Difference = tuple[bytes, Entry | None, Entry | None]


def is_path(path: bytes) -> bool:
    # malicious trees contain names such as `..` and `.git`
    return _NOT_PATHS.isdisjoint(path.lower().split(b"/"))


def parse_tree(data: bytes, id_bytes: int) -> Listing:
    """Return names and entries of one tree object, without impossible names. Raises RepositoryDamagedError."""
    entries: Listing = []
    start = 0
    while start < len(data):
        end = data.find(b"\0", start)
        mode, blank, name = data[start:end].partition(b" ")
        start = end + 1 + id_bytes
        if end < 0 or not blank or start > len(data):
            raise RepositoryDamagedError("a tree is truncated or malformed")
        if b"/" not in name and is_path(name):
            entries.append((name, Entry(mode.lstrip(b"0"), data[end + 1 : start].hex())))
    return entries


@dataclass
class Bound:
    """Count what a walk has seen; raise TooLargeError past the limit."""

    where: str
    entries: int = 0
    path_bytes: int = 0

    def add(self, path: bytes) -> None:
        self.entries += 1
        self.path_bytes += len(path)
        if self.entries > MAX_ENTRIES or self.path_bytes > MAX_PATH_BYTES:
            limit = count(MAX_ENTRIES, "file")
            raise TooLargeError(f"too many files {self.where}: the limit is {limit} and 1 MB of names")


@dataclass
class Trees:
    """Walk trees. `read` returns the listing of one tree; listings are cached for a while."""

    read: Callable[[str], Listing]
    _known: dict[str, Listing] = field(default_factory=dict)
    _kept: int = 0

    def listing(self, tree: str | None) -> Listing:
        if tree is None:
            return []
        if tree not in self._known:
            listing = self.read(tree)
            self._kept += len(listing)
            if self._kept > MAX_KEPT:
                self._known.clear()
                self._kept = len(listing)
            self._known[tree] = listing
        return self._known[tree]

    def paths(self, tree: str, where: str) -> Iterator[tuple[bytes, Entry]]:
        """Return each path below a tree except folders. Raises TooLargeError."""
        return ((path, after) for path, _, after in self._differences(None, tree, Bound(where)) if after)

    def changes(self, old: str | None, new: str | None, where: str) -> Change:
        """Return paths whose entry differs between two trees (None is empty), with entries before and after."""
        differences = self._differences(old, new, Bound(where))
        return {path: (before, after) for path, before, after in differences}

    def _differences(self, old: str | None, new: str | None, bound: Bound) -> Iterator[Difference]:
        waiting = [(b"", old, new)]
        while waiting:
            folder, old, new = waiting.pop()
            befores, afters = dict(self.listing(old)), dict(self.listing(new))
            for name in sorted(befores.keys() | afters.keys()):
                bound.add(folder + name)
                before, after = befores.get(name), afters.get(name)
                if before == after:
                    continue
                if _tree_id(before) or _tree_id(after):
                    waiting.append((folder + name + b"/", _tree_id(before), _tree_id(after)))
                before, after = _leaf(before), _leaf(after)
                if before or after:
                    yield folder + name, before, after


def _tree_id(entry: Entry | None) -> str | None:
    return entry.id if entry and entry.is_tree else None


def _leaf(entry: Entry | None) -> Entry | None:
    return None if entry and entry.is_tree else entry
