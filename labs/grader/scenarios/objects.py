"""Git's objects in memory: their bytes and IDs, and the bare repository made of them on disk."""

import zlib
from collections.abc import Mapping
from hashlib import sha1
from pathlib import Path

from ..git.trees import Entry
from ..words import quoted, size

MAX_BYTES = 64 << 20
MAX_DEPTH = 100
Files = dict[str, Entry]


class StepError(Exception):
    """A step is impossible; the message says why."""


def encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


class Objects:
    """Objects by ID, each with its header. Raises StepError past 64 MB."""

    def __init__(self) -> None:
        self._by_id: dict[str, bytes] = {}
        self._left = MAX_BYTES

    @property
    def total_bytes(self) -> int:
        """The size of everything that was added."""
        return MAX_BYTES - self._left

    def add(self, kind: str, data: bytes) -> str:
        self._left -= len(data)
        if self._left < 0:
            raise StepError(f"the files of the scenario have more than {size(MAX_BYTES)} in total")
        whole = b"%s %d\0%s" % (kind.encode(), len(data), data)
        object_id = sha1(whole, usedforsecurity=False).hexdigest()
        self._by_id[object_id] = whole
        return object_id

    def add_tree(self, files: Mapping[str, Entry]) -> str:
        """Add the tree of files by path. Raises StepError if a name is both a file and a folder."""
        names: dict[str, Entry] = {}
        folders: dict[str, Files] = {}
        for path, entry in files.items():
            name, slash, rest = path.partition("/")
            if slash:
                folders.setdefault(name, {})[rest] = entry
            else:
                names[name] = entry
        if both := names.keys() & folders.keys():
            raise StepError(f"{quoted(min(both))} cannot be both a file and a folder")
        names |= {name: Entry(b"40000", self.add_tree(below)) for name, below in folders.items()}
        # Git sorts a folder as if its name ended with a slash
        lines = sorted((encode(name) + b"/" * entry.is_tree, name, entry) for name, entry in names.items())
        return self.add(
            "tree",
            b"".join(
                entry.mode + b" " + encode(name) + b"\0" + bytes.fromhex(entry.id) for _, name, entry in lines
            ),
        )

    def data(self, object_id: str) -> bytes:
        return self._by_id[object_id].partition(b"\0")[2]

    def write(self, folder: Path, head: str, refs: Mapping[str, str]) -> None:
        """Write a bare repository into an empty folder. `head` is a branch, `refs` are full names."""
        (folder / "refs").mkdir()
        (folder / "HEAD").write_bytes(b"ref: refs/heads/" + encode(head) + b"\n")
        (folder / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
        lines = sorted(encode(name) + b" " + object_id.encode() for name, object_id in refs.items())
        (folder / "packed-refs").write_bytes(
            b"".join(b" ".join(reversed(line.rsplit(b" ", 1))) + b"\n" for line in lines)
        )
        for object_id, whole in self._by_id.items():
            path = folder / "objects" / object_id[:2] / object_id[2:]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(zlib.compress(whole, 1))
