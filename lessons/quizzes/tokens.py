"""Random names for the entries of a question, so that a page does not reveal their source order."""

from collections.abc import Collection, Sequence
from random import Random

from .question import Shown


def draw(rng: Random, count: int) -> list[str]:
    """Return one token of 12 hexadecimal digits for each entry, in source order, all different.

    Entries are displayed in token order, so the random order needs no storage of its own.
    """
    tokens: dict[str, None] = {}
    while len(tokens) < count:
        tokens[f"{rng.getrandbits(48):012x}"] = None
    return list(tokens)


def in_display_order(
    tokens: Sequence[str], texts: Sequence[str], pinned: Collection[int] = ()
) -> tuple[Shown, ...]:
    """Return the entries in display order; those at `pinned` positions stay there."""
    entries = [Shown(token, text) for token, text in zip(tokens, texts, strict=True)]
    shuffled = iter(sorted(each for place, each in enumerate(entries) if place not in pinned))
    return tuple(each if place in pinned else next(shuffled) for place, each in enumerate(entries))
