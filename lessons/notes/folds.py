"""Find outlines that come again, and fold them if the trainer wants it."""

from collections.abc import Sequence
from dataclasses import replace

from .decisions import Decisions
from .pieces import EveningBlocks

MIN_ROWS = 3


def fold_repeats(evenings: Sequence[EveningBlocks], decisions: Decisions) -> list[EveningBlocks]:
    """Offer each list that an earlier list has word by word; an accepted one is shown once, with both line ranges."""
    first_of: dict[tuple[str, ...], tuple[int, int]] = {}
    found: list[EveningBlocks] = []
    for number, evening in enumerate(evenings):
        blocks = list(evening.blocks)
        for place, (block, piece) in enumerate(blocks):
            words = tuple(" ".join(row.split()).casefold() for row in piece.rows)
            if len(words) < MIN_ROWS:
                continue
            if words not in first_of:
                first_of[words] = (number, place)
                continue
            home, at = first_of[words]
            original = blocks[at][0] if home == number else found[home].blocks[at][0]
            others = ((original.first, original.last),)
            says = f"These lines repeat lines {original.first} to {original.last}. Show them once?"
            if decisions.offer("fold", piece.first, piece.last, says, default=False, others=others):
                folded = replace(original, folded=(*original.folded, (block.first, block.last)))
                target = blocks if home == number else found[home].blocks
                target[at] = (folded, target[at][1])
                blocks[place] = (replace(block, kind="fold", markdown=""), piece)
        found.append(replace(evening, blocks=blocks))
    return found
