"""Parts of sentences, and names from a stranger's repository made safe to show."""

import re
from collections.abc import Collection, Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from difflib import get_close_matches
from itertools import islice

MAX_NAMES, MAX_NAME = 500, 200  # limits of `nearest`: comparisons are slow
_ESCAPED_BYTE = re.compile(r"\\udc([89a-f][0-9a-f])")


def visible(text: str, *, keep: str = "") -> str:
    r"""Return the text with each control, format or undecodable character escaped, as in `\x1b`.

    Characters in `keep` stay. Terminal escapes, bidirectional overrides and NUL cannot pass.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else _written_out(c) for c in text)


def _written_out(character: str) -> str:
    return _ESCAPED_BYTE.sub(r"\\x\1", character.encode("unicode_escape").decode("ascii"))


def decoded(data: bytes) -> str:
    """Return a name or path as text; invalid UTF-8 survives and is escaped when shown."""
    return data.decode("utf-8", "surrogateescape")


def cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def quoted(text: str) -> str:
    """Return a name, path or short text as it appears inside a sentence."""
    return f"`{cut(visible(text), 100)}`"


def count(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def shown_points(points: Decimal) -> str:
    """Return points with at most one decimal and a comma for thousands, as on the portal's pages."""
    return f"{points.quantize(Decimal('0.1'), ROUND_HALF_UP) + 0:,}".removesuffix(".0")


def size(number: int) -> str:
    """Return a number of bytes in words, with 1,024 bytes to the KB: `12 bytes`, `340 KB`, `1.5 MB`."""
    if number < 1 << 10:
        return count(number, "byte")
    unit, shift = next(
        (unit, shift) for unit, shift in (("GB", 30), ("MB", 20), ("KB", 10)) if number >= 1 << shift
    )
    return f"{number / (1 << shift):.1f}".removesuffix(".0") + f" {unit}"


def listed(items: Iterable[str], limit: int = 3) -> str:
    """Return `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`."""
    return _joined(items, limit, " and ")


def named(noun: str, names: Collection[str], limit: int = 3) -> str:
    """Return “the event `push`”, “the events `push` and `release`”, “no event”."""
    plural = noun if len(names) == 1 else f"{noun}s"
    return f"the {plural} {listed(map(quoted, names), limit)}" if names else f"no {noun}"


def either(items: Iterable[str], limit: int = 20) -> str:
    """Return `a`, `a or b`, `a, b or c`, `a, b, c or 4 more`."""
    return _joined(items, limit, " or ")


def _joined(items: Iterable[str], limit: int, last: str) -> str:
    shown = list(items)
    if len(shown) > limit:
        shown = [*shown[:limit], f"{len(shown) - limit:,} more"]
    return last.join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def alike(name: str, names: Iterable[str]) -> str | None:
    """Return the one of `names` that differs only in case, punctuation or a leading v: `V1.0` for `v1-0` or `1.0`."""
    return next((other for other in names if _bare(other) == _bare(name)), None)


def _bare(name: str) -> str:
    return re.sub(r"\W|_", "", name.casefold()).removeprefix("v")


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the one of the first 500 `names` that was most likely meant, allowing for a typo."""
    by_folded = {other.casefold(): other for other in islice(names, MAX_NAMES) if len(other) <= MAX_NAME}
    found = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.75)
    return by_folded[found[0]] if found else None


def excerpt(lines: Sequence[str], line: int, limit: int = 4) -> tuple[tuple[int, str], ...]:
    """Return up to `limit` numbered lines, starting one above `line` (both count from 1)."""
    first = max(1, line - 1)
    return tuple((first + i, text) for i, text in enumerate(lines[first - 1 : first - 1 + limit]))
