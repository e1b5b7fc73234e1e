"""Compare the changes of commits by content, to find copies and reverts.

Two changes are equal if they touch the same paths and remove and add the same lines in each. Line numbers and context
may differ, as after a cherry-pick, rebase or squash; so may the order of the lines, unless only the order changed.
Whitespace counts. A change whose conflict was resolved by hand is different, as is one to a file renamed in between.
A file over 1 MB equals only itself. Reads count towards the 64 MB of a run.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import takewhile

from ..words import decoded, quoted
from .repository import Repository, TooLargeError
from .trees import Change, Entry

Pair = tuple[Entry | None, Entry | None]
Lines = list[bytes]


def reverse(change: Change) -> Change:
    return {path: (after, before) for path, (before, after) in change.items()}


@dataclass
class Patches:
    """Compare changes of one repository; keep only a digest of each changed file."""

    repository: Repository
    unread: bytes | None = None  # the path of a file over 1 MB, on which alone a comparison depended
    _known: dict[Pair, object] = field(default_factory=dict)

    def same(self, one: Change, other: Change) -> bool:
        """True if both make the same change. If a file over 1 MB would decide, False, and `unread` is its path."""
        if one.keys() != other.keys():
            return False
        different = [path for path in one if one[path] != other[path]]
        read = [
            path for path in different if not (self._is_unread(one[path]) or self._is_unread(other[path]))
        ]
        if not all(self._sides(one[path]) == self._sides(other[path]) for path in read):
            return False
        unread = [path for path in different if path not in read]
        self.unread = unread[0] if unread else self.unread
        return not unread

    def refuse_unread(self) -> None:
        """Raise TooLargeError if a file over 1 MB decided; for callers that found no commit with the same change."""
        if self.unread is not None:
            name = quoted(decoded(self.unread))
            raise TooLargeError(f"{name} is over 1 MB, so changes to it were not read")

    def _is_unread(self, pair: Pair) -> bool:
        # changed, present on both sides, and unreadable on one of them
        old, new = pair
        if not (old and new) or old.is_submodule or new.is_submodule:
            return False
        return any(self.repository.content(entry.id) is None for entry in (old, new))

    def _sides(self, pair: Pair) -> object:
        # Both sides are described alike, so that a revert has them swapped.
        if pair not in self._known:
            old, new = map(self._lines, pair)
            lost, gained = _different(old, new)
            self._known[pair] = (_side(pair[0], pair[1], lost), _side(pair[1], pair[0], gained))
        return self._known[pair]

    def _lines(self, entry: Entry | None) -> Lines:
        if entry is None:
            return []
        if entry.is_submodule:
            return [entry.id.encode()]
        content = self.repository.content(entry.id)
        return [entry.id.encode()] if content is None else content.splitlines(keepends=True)


def _side(entry: Entry | None, other: Entry | None, lines: Iterable[bytes]) -> object:
    mode = entry.mode if entry and other and entry.mode != other.mode else None
    return entry is not None, mode, sha256(b"\n".join(lines)).digest()


def _different(old: Lines, new: Lines) -> tuple[Lines, Lines]:
    # if only the order of lines changed, the part whose order changed
    bare_old, bare_new = (Counter(line.rstrip(b"\r\n") for line in lines) for lines in (old, new))
    lost, gained = bare_old - bare_new, bare_new - bare_old
    if lost or gained:
        return sorted(lost.elements()), sorted(gained.elements())
    start = _shared(old, new)
    old, new = old[start:], new[start:]
    end = _shared(old[::-1], new[::-1])
    return old[: len(old) - end], new[: len(new) - end]


def _shared(one: Lines, other: Lines) -> int:
    # length of the common prefix
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
