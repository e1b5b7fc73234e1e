"""The result of `git describe`: the nearest tag reachable from a commit, and the number of commits since."""

from collections.abc import Collection, Set

from .history import History

MAX_CANDIDATES = 10  # as many as Git considers by default


def nearest_tags(history: History, commit_id: str, tagged: Collection[str]) -> tuple[int, list[str]]:
    """Return the number of commits since the nearest tagged commits, and these commits.

    After merges several may be equally near; git then decides by date. Empty if no tagged commit is reachable.
    """
    behind = history.ancestors(commit_id)
    candidates: list[str] = []
    left: Set[str] = behind
    # children first: whatever a candidate reaches is farther away
    for other in history.newest_last(tagged)[::-1]:
        if other in left:
            candidates.append(other)
            left = left - history.ancestors(other)
        if len(candidates) == MAX_CANDIDATES:
            break
    distances = {other: len(behind - history.ancestors(other)) for other in candidates}
    least = min(distances.values(), default=0)
    return least, [other for other in candidates if distances[other] == least]
