"""Merge two edits of one text line by line, as Git does: a lesson edited in the portal, and the notes that grew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MAX_LINES = 3_000  # matching is quadratic at worst; a text beyond this is one conflict
MAX_EXACT = 600  # lines of two texts: in longer ones, lines that occur everywhere only extend other matches
YOURS, NOTES, END = "<!-- Your version: -->", "<!-- From the notes: -->", "<!-- End -->"


@dataclass(frozen=True)
class Part:
    """Lines of the result. `mine` and `notes` differ only in a conflict."""

    mine: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def is_conflict(self) -> bool:
        return self.mine != self.notes


@dataclass(frozen=True)
class Merged:
    """`text` has both versions of each conflict, one after the other, between comments."""

    parts: tuple[Part, ...]

    @property
    def conflicts(self) -> int:
        return sum(part.is_conflict for part in self.parts)

    @property
    def text(self) -> str:
        lines: list[str] = []
        for part in self.parts:
            if part.is_conflict:
                lines += [YOURS, "", *part.mine, "", NOTES, "", *part.notes, "", END]
            else:
                lines += part.mine
        return "\n".join(lines)


def merge(base: str, mine: str, notes: str) -> Merged:
    """Return `mine` with what changed from `base` to `notes`; where both changed the same lines, a conflict."""
    texts = [text.split("\n") for text in (base, mine, notes)]
    if mine == notes or notes == base:
        return _whole(mine, mine)
    if mine == base:
        return _whole(notes, notes)
    if max(map(len, texts)) > MAX_LINES:
        return _whole(mine, notes)
    return Merged(tuple(_parts(*texts)))


def _whole(mine: str, notes: str) -> Merged:
    return Merged((Part(tuple(mine.split("\n")), tuple(notes.split("\n"))),))


def _parts(base: Sequence[str], mine: Sequence[str], notes: Sequence[str]) -> Iterator[Part]:
    at_base = at_mine = at_notes = 0
    for start, in_mine, in_notes, size in _unchanged(base, mine, notes):
        old = tuple(base[at_base:start])
        ours, theirs = tuple(mine[at_mine:in_mine]), tuple(notes[at_notes:in_notes])
        if ours or theirs:
            yield _settle(old, ours, theirs)
        if size:
            same = tuple(mine[in_mine : in_mine + size])
            yield Part(same, same)
        at_base, at_mine, at_notes = start + size, in_mine + size, in_notes + size


def _settle(old: tuple[str, ...], mine: tuple[str, ...], notes: tuple[str, ...]) -> Part:
    if mine in (old, notes):
        return Part(notes, notes)
    if notes == old:
        return Part(mine, mine)
    return Part(mine, notes)


def _unchanged(
    base: Sequence[str], mine: Sequence[str], notes: Sequence[str]
) -> Iterator[tuple[int, int, int, int]]:
    """Yield (start in base, in mine, in notes, size) of the lines that are the same in all three, in order."""
    in_mine, in_notes = _places(base, mine), _places(base, notes)
    run: list[int] = []
    for number in sorted(in_mine.keys() & in_notes.keys()):
        if run and not (
            number == run[-1] + 1
            and in_mine[number] == in_mine[run[-1]] + 1
            and in_notes[number] == in_notes[run[-1]] + 1
        ):
            yield run[0], in_mine[run[0]], in_notes[run[0]], len(run)
            run = []
        run.append(number)
    if run:
        yield run[0], in_mine[run[0]], in_notes[run[0]], len(run)
    yield len(base), len(mine), len(notes), 0


def _places(base: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    is_long = len(base) + len(other) > MAX_EXACT
    blocks = SequenceMatcher(None, base, other, autojunk=is_long).get_matching_blocks()
    return {block.a + offset: block.b + offset for block in blocks for offset in range(block.size)}
