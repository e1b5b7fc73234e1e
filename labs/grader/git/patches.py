"""What commits change, compared by content: the same change made elsewhere, or its reverse.

Two changes are the same where they touch the same paths and in each of them take away and add the same lines.
Line numbers and the lines around may differ, as they do after a cherry-pick, a rebase or a squash; so may the order
in which lines were written, unless order is all that changed. Blanks count. A change whose conflict was resolved by
hand is another change, and so is one to a file that was renamed in between. Of files over 1 MB it is only known when
they are the same as themselves; what is read counts towards the 64 MB of a run.
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
    """Compares changes of one repository; of each file that changed it keeps a digest alone."""

    repository: Repository
    unread: bytes | None = None  # the path of a file over 1 MB, on which alone a comparison depended
    _known: dict[Pair, object] = field(default_factory=dict)

    def same(self, one: Change, other: Change) -> bool:
        """True if both make the same change. Where a file over 1 MB would decide, False, and `unread` is its path."""
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
        """Raise TooLarge if a file over 1 MB decided; for callers that found no commit with the same change."""
        if self.unread is not None:
            name = quoted(decoded(self.unread))
            raise TooLargeError(
                f"{name} is over 1 MB, and such files are not read, so what commits change in it is not known"
            )

    def _is_unread(self, pair: Pair) -> bool:
        """True if a file that was changed, and is on both sides, could not be read on one of them."""
        old, new = pair
        if not (old and new) or old.is_submodule or new.is_submodule:
            return False
        return any(self.repository.content(entry.id) is None for entry in (old, new))

    def _sides(self, pair: Pair) -> object:
        """What a file loses and gains. Both sides are described alike, so that a reverse change has them swapped."""
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
    """Whether the file is there, its mode where that changes, and its lines."""
    mode = entry.mode if entry and other and entry.mode != other.mode else None
    return entry is not None, mode, sha256(b"\n".join(lines)).digest()


def _different(old: Lines, new: Lines) -> tuple[Lines, Lines]:
    """Lines of one side alone, wherever they stand; where only their order changed, the part that it changed in."""
    bare_old, bare_new = (Counter(line.rstrip(b"\r\n") for line in lines) for lines in (old, new))
    lost, gained = bare_old - bare_new, bare_new - bare_old
    if lost or gained:
        return sorted(lost.elements()), sorted(gained.elements())
    start = _shared(old, new)
    old, new = old[start:], new[start:]
    end = _shared(old[::-1], new[::-1])
    return old[: len(old) - end], new[: len(new) - end]


def _shared(one: Lines, other: Lines) -> int:
    """How many lines two lists have in common at their start."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
