"""Random names for the entries of a question, so that a page never tells their order in the source."""

from collections.abc import Collection, Sequence
from random import Random

from .question import Shown


def draw(rng: Random, count: int) -> list[str]:
    """One token of 12 hexadecimal digits an entry, in source order, all different.

    Entries are shown in the order of their tokens: the order is as random as they are, and needs no storing.
    """
    tokens: dict[str, None] = {}
    while len(tokens) < count:
        tokens[f"{rng.getrandbits(48):012x}"] = None
    return list(tokens)


def shown(tokens: Sequence[str], texts: Sequence[str], pinned: Collection[int] = ()) -> tuple[Shown, ...]:
    """The entries in the order in which a page shows them; those at `pinned` places stay there."""
    entries = [Shown(token, text) for token, text in zip(tokens, texts, strict=True)]
    shuffled = iter(sorted(each for place, each in enumerate(entries) if place not in pinned))
    return tuple(each if place in pinned else next(shuffled) for place, each in enumerate(entries))


def index_of(tokens: Sequence[str], token: str) -> int | None:
    """The place in the source of the entry with this token; None when there is none."""
    return tokens.index(token) if token in tokens else None
