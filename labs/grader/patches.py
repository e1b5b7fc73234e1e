"""What commits change, compared by content: the same change made elsewhere, or its reverse.

Two changes are the same where they touch the same paths and in each of them take away and add the same lines.
Line numbers and the lines around may differ, as they do after a cherry-pick, a rebase or a squash; so may the order
in which lines were written, unless order is all that changed. Blanks count. A change whose conflict was resolved by
hand is another change, and so is one to a file that was renamed in between. Files over 1 MB are only the same as
themselves; what is read counts towards the 64 MB of a run.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import takewhile

from .repository import Repository
from .trees import Change, Entry

Pair = tuple[Entry | None, Entry | None]
Lines = list[bytes]


def reverse(change: Change) -> Change:
    return {path: (after, before) for path, (before, after) in change.items()}


@dataclass
class Patches:
    """Compares changes of one repository; of each file that changed it keeps a digest alone."""

    repository: Repository
    _known: dict[Pair, object] = field(default_factory=dict)

    def same(self, one: Change, other: Change) -> bool:
        return one.keys() == other.keys() and all(
            one[path] == other[path] or self._sides(one[path]) == self._sides(other[path]) for path in one
        )

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
