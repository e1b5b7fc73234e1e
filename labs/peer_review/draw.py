"""Draw who reviews which work: from a seed, so that the same works and the same seed give the same draw."""

import random
from collections.abc import Collection
from typing import NamedTuple


class Work(NamedTuple):
    """A work and the people who made it. Each of them reviews works of others."""

    key: int
    owners: frozenset[int]


class Pair(NamedTuple):
    """A person who reviews a work."""

    reviewer: int
    work: int


def draw_reviews(works: Collection[Work], each: int, seed: int) -> list[Pair]:
    """Give each owner `each` works of others, or all works of others if there are fewer.

    Works by one person each get the same number of reviewers. Those of teams differ as little as repeated moves of
    one review can reach. The order of `works` does not matter.
    """
    circle = sorted(works)
    source = random.Random(seed)  # noqa: S311 - a draw that can be repeated, not a secret
    source.shuffle(circle)
    count = min(each, len(circle) - 1)
    pairs = []
    for place, work in enumerate(circle):
        owners = sorted(work.owners)
        source.shuffle(owners)
        for number, owner in enumerate(owners):
            steps = ((number * count + turn) % (len(circle) - 1) + 1 for turn in range(count))
            pairs += [Pair(owner, circle[(place + step) % len(circle)].key) for step in steps]
    return _even_out(pairs, circle)


def _even_out(pairs: list[Pair], works: list[Work]) -> list[Pair]:
    # move reviews from the work with most to those with fewest, until no single move helps
    owners = {work.key: work.owners for work in works}
    load = {work.key: 0 for work in works}
    for pair in pairs:
        load[pair.work] += 1
    taken = set(pairs)
    moved = True
    while moved:
        moved = False
        for place, (reviewer, work) in enumerate(pairs):
            if load[work] <= min(load.values()) + 1:
                continue
            free = (key for key in load if reviewer not in owners[key] and Pair(reviewer, key) not in taken)
            least = min(free, key=lambda key: load[key], default=None)
            if least is not None and load[least] + 1 < load[work]:
                taken.remove(pairs[place])
                pairs[place] = Pair(reviewer, least)
                taken.add(pairs[place])
                load[work], load[least], moved = load[work] - 1, load[least] + 1, True
    return pairs
