"""Find the headings that are topics, and the depth of the sections below them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .habits import LABEL, TOPIC
from .regions import Region
from .rows import Row
from .signs import NEXT, clean

Item = Row | Region
DEPTH_OF_LABEL = 4
NOT_BY_INDENT = ("number", "framed", "badge")


@dataclass
class Heading:
    """`level` 1 is a topic, 2 and 3 are sections, more is a label. `is_bare`: nothing is below it."""

    row: Row
    sign: str
    form: str
    level: int = 2
    is_bare: bool = False


def set_levels(items: Sequence[Item], headings: dict[int, Heading]) -> None:
    """Set `level` and `is_bare` of headings, which are keyed by their position in `items`."""
    topics = _find_topics(items, headings)
    top = _top_markdown_level(headings)
    above: list[tuple[int, int]] = []  # rank and level of open sections
    base = 1
    for at, heading in sorted(headings.items()):
        if at in topics:
            heading.level, above, base = 1, [], 1
        elif heading.sign == "markdown":
            heading.level = base = max(2, 1 + heading.row.heading - top)
            above = []
        else:
            rank = _rank(heading)
            while above and above[-1][0] >= rank:
                above.pop()
            heading.level = DEPTH_OF_LABEL if heading.form == LABEL else base + 1 + len(above)
            above.append((rank, heading.level))
    _mark_bare(items, headings)
    _adopt_sections(headings)


def _rank(heading: Heading) -> int:
    # Numbers such as 1.2.1 nest without indentation.
    dots = heading.row.mark.strip(".").count(".") if heading.sign == "number" else 0
    return heading.row.indent * 10 + dots


def _top_markdown_level(headings: dict[int, Heading]) -> int:
    return min((heading.row.heading for heading in headings.values() if heading.row.heading), default=1)


def _find_topics(items: Sequence[Item], headings: dict[int, Heading]) -> set[int]:
    found = _strong_topics(headings) or _weak_topics(items, headings)
    first = min((at for at, heading in headings.items() if heading.form != LABEL), default=-1)
    if found and first < min(found):
        found.add(first)  # what comes before the first topic is one as well
    if len(found) == 1 and first in found:
        found |= _topics_below_title(headings, first)
    return found


def _strong_topics(headings: dict[int, Heading]) -> set[int]:
    top = _top_markdown_level(headings)
    marked = {at for at, heading in headings.items() if heading.row.heading == top}
    if marked:
        return marked
    framed = {at for at, heading in headings.items() if heading.sign == "framed"}
    strong = [
        at for at, heading in headings.items() if heading.form == TOPIC and heading.sign not in NOT_BY_INDENT
    ]
    endings = [
        at
        for at, heading in headings.items()
        if heading.sign == "colon" and NEXT.match(clean(heading.row.text))
    ]
    if not strong:
        return framed | {at for at, heading in headings.items() if heading.sign == "badge"}
    base = Counter(headings[at].row.indent for at in strong).most_common(1)[0][0]
    return framed | {at for at in [*strong, *endings] if headings[at].row.indent <= base}


def _weak_topics(items: Sequence[Item], headings: dict[int, Heading]) -> set[int]:
    """Without clear signs: numbers, else what stands alone on its line, else whatever may be a heading."""
    kept = {at: heading for at, heading in headings.items() if heading.form != LABEL}
    numbers = {at for at, heading in kept.items() if heading.sign == "number"}
    free = {
        at
        for at, heading in kept.items()
        if heading.sign in ("asked", "standalone") or _stands_free(items, at, heading.row)
    }
    for marked in (numbers, free if len(free) > 1 else set[int](), set(kept)):
        if marked:
            least = min(_rank(headings[at]) for at in marked)
            return {at for at in marked if _rank(headings[at]) == least}
    return set()


def _stands_free(items: Sequence[Item], at: int, row: Row) -> bool:
    after = items[at + 1] if at + 1 < len(items) else None
    is_open_below = isinstance(after, Region) or (after is not None and after.gap > 0)
    return (row.gap > 0 or at == 0) and is_open_below and not row.mark


def _topics_below_title(headings: dict[int, Heading], first: int) -> set[int]:
    # One Markdown heading of the first level is a title; those below it are the topics.
    levels = {heading.row.heading for at, heading in headings.items() if at != first and heading.row.heading}
    if headings[first].sign != "markdown" or not levels:
        return set()
    found = {at for at, heading in headings.items() if heading.row.heading == min(levels)}
    return found if len(found) > 1 else set()


def _mark_bare(items: Sequence[Item], headings: dict[int, Heading]) -> None:
    for at, heading in headings.items():
        after = headings.get(at + 1)
        heading.is_bare = at + 1 >= len(items) or (after is not None and after.level <= heading.level)


def _adopt_sections(headings: dict[int, Heading]) -> None:
    """Give a question with nothing below it the topic that follows as its first section."""
    order = sorted(headings)
    for place, at in enumerate(order[:-1]):
        heading, after = headings[at], headings.get(at + 1)
        if not (heading.sign in ("question", "asked") and heading.level == 1 and heading.is_bare and after):
            continue
        heading.is_bare = False
        for other in order[place + 1 :]:
            if other != at + 1 and headings[other].level == 1:
                break
            headings[other].level += 1
