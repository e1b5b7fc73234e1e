"""Compare two texts line by line, for display."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WORDS = {"-": "Removed", "+": "Added"}
CONTEXT = 3  # unchanged lines around a change
MAX_COMPARED = (
    1_500  # changed lines of a text; beyond, matching them takes quadratic time, and nobody reads it
)
MAX_SHOWN = 1_000  # lines of each side of such a change


@dataclass(frozen=True)
class DifferenceLine:
    """`sign` is -, +, a space for an unchanged line, or @ in place of omitted unchanged lines."""

    sign: str
    text: str

    @property
    def word(self) -> str:
        return WORDS.get(self.sign, "")


def differences(old: str, new: str) -> list[DifferenceLine]:
    """Return the changed lines with three lines of context; empty if the texts are equal.

    A change of many lines is shown as its old and its new text, and not to the end.
    """
    before, after = old.splitlines(), new.splitlines()
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    if start == len(before) == len(after):
        return []
    first = max(start - CONTEXT, 0)
    # texts that are equal up to here and from there on
    olds = before[first : len(before) - end + CONTEXT if end > CONTEXT else len(before)]
    news = after[first : len(after) - end + CONTEXT if end > CONTEXT else len(after)]
    if max(len(olds), len(news)) > MAX_COMPARED:
        return list(_whole(olds, news, first, start - first, min(end, CONTEXT)))
    lines = list(difflib.unified_diff(olds, news, lineterm="", n=CONTEXT))[2:]
    return [DifferenceLine(line[0], _place(line, first) if line[0] == "@" else line[1:]) for line in lines]


def _common(before: Sequence[str], after: Sequence[str]) -> int:
    count = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        count += 1
    return count


def _whole(
    olds: Sequence[str], news: Sequence[str], first: int, above: int, below: int
) -> Iterator[DifferenceLine]:
    yield DifferenceLine("@", f"Line {first + 1}")
    yield from (DifferenceLine(" ", line) for line in olds[:above])
    for sign, lines in (("-", olds), ("+", news)):
        changed = lines[above : len(lines) - below]
        yield from (DifferenceLine(sign, line) for line in changed[:MAX_SHOWN])
        if len(changed) > MAX_SHOWN:
            yield DifferenceLine("@", f"{len(changed) - MAX_SHOWN:,} more lines")
    yield from (DifferenceLine(" ", line) for line in news[len(news) - below :] if below)


def _place(line: str, first: int) -> str:
    # Describes `@@ -12,7 +12,8 @@` in words.
    return f"Line {int(line.split('+')[1].split(',')[0].split(' ')[0]) + first}"
