"""What `git describe` says of a commit: the nearest tag behind it, and how many commits lie between."""

from collections.abc import Collection, Set

from .history import History

MAX_CANDIDATES = 10  # as many as git looks at


def nearest_tags(history: History, commit_id: str, tagged: Collection[str]) -> tuple[int, list[str]]:
    """The tagged commits that the fewest commits separate from this one, and how many those are.

    Several are equally near after merges, where git goes by dates; none where no tagged commit lies behind.
    """
    behind = history.ancestors(commit_id)
    candidates: list[str] = []
    left: Set[str] = behind
    for other in history.newest_last(tagged)[
        ::-1
    ]:  # children first: what a candidate has behind it is farther away
        if other in left:
            candidates.append(other)
            left = left - history.ancestors(other)
        if len(candidates) == MAX_CANDIDATES:
            break
    distances = {other: len(behind - history.ancestors(other)) for other in candidates}
    least = min(distances.values(), default=0)
    return least, [other for other in candidates if distances[other] == least]
