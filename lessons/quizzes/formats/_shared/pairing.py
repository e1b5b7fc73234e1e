"""Pairs of texts -> a matching, or the ordering that some systems can only hold as one."""

from ...kinds.matching import Matching
from ...kinds.ordering import Ordering
from .html_text import words_of
from .intake import Item

HEADERS = ("Item", "Match")  # where the file has none


def add_pairs(
    item: Item,
    pairs: list[tuple[str, str]],
    *,
    headers: tuple[str, str] = HEADERS,
    is_ordered: bool = False,
) -> None:
    """Add a matching, or the ordering that was written as one. Rights without a left are reported."""
    extra = [right for left, right in pairs if not left]
    pairs = [(left, right) for left, right in pairs if left]
    if extra:
        shown = ", ".join(f"“{words_of(right)[:40]}”" for right in extra)
        item.lose(f"Choices that match nothing were left out: {shown}.")
    if is_ordered and [left for left, _ in pairs] == [str(place) for place in range(1, len(pairs) + 1)]:
        item.add(Ordering, items=tuple(right for _, right in pairs))
    else:
        item.add(Matching, headers=headers, pairs=tuple(pairs))
