"""Find what submissions of two learners share, apart from the starter and common parts. No Django."""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from labs.likeness.winnowing import fingerprints

MIN_PRINTS = 20  # shared fingerprints: fewer come about by chance
MIN_SHARE = 0.3
MIN_COMMON = 5  # works: what so many of them have, and a fifth of all, comes from the task
COMMON_PART = 5
MAX_PAIRS = 200
MAX_FILE_PAIRS = 10  # of two works, side by side
MIN_FILE_PRINTS = 3
MAX_LINES = 400  # of a file whose shared lines are named


@dataclass
class Work:
    """One learner's state: its commits and files, without those of the starter."""

    key: int
    commits: frozenset[str] = frozenset()
    files: Mapping[str, str] = field(default_factory=dict)  # object ID of a file to its path
    prints: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Pair:
    """Two works. `share` is the part of the smaller one's fingerprints that the other one has, from 0 to 1."""

    first: int
    second: int
    commits: int
    files: int
    share: float


def find_pairs(works: Collection[Work]) -> list[Pair]:
    """Return the pairs that share commits, whole files or much text: the MAX_PAIRS that share most, most first."""
    most = max(MIN_COMMON, len(works) // COMMON_PART)
    commits = _count_shared(
        ((work.key, work.commits) for work in works), len(works)
    )  # no task gives one's commits
    files = _count_shared(((work.key, work.files) for work in works), most)
    prints = _count_shared(((work.key, work.prints) for work in works), most)
    sizes = {work.key: len(work.prints) for work in works}
    found = []
    for one, two in {*commits, *files, *prints}:
        shared = prints[one, two]
        share = shared / max(1, min(sizes[one], sizes[two])) if shared >= MIN_PRINTS else 0.0
        if commits[one, two] or files[one, two] or share >= MIN_SHARE:
            found.append(Pair(one, two, commits[one, two], files[one, two], round(share, 3)))
    found.sort(key=lambda pair: (-pair.share, -pair.commits, -pair.files, pair.first, pair.second))
    return found[:MAX_PAIRS]


def _count_shared(parts: Iterable[tuple[int, Iterable[Hashable]]], most: int) -> Counter[tuple[int, int]]:
    # By what they have in common, so that works without anything in common cost nothing.
    holders: dict[Hashable, list[int]] = defaultdict(list)
    for key, has in parts:
        for each in has:
            holders[each].append(key)
    counts: Counter[tuple[int, int]] = Counter()
    for keys in holders.values():
        if 2 <= len(keys) <= most:
            counts.update(combinations(sorted(keys), 2))
    return counts


@dataclass(frozen=True)
class FilePair:
    """Two files, and the numbers of the lines that they share, from 1."""

    first: str
    second: str
    first_lines: list[int]
    second_lines: list[int]


def match_files(
    first: Mapping[str, str], second: Mapping[str, str], given: Collection[int]
) -> list[FilePair]:
    """Return the files of two works that share text beyond the starter, most first. Each file is in one pair.

    The works are texts by path; `given` are fingerprints of the starter.
    """
    left = {path: fingerprints(text, path) for path, text in first.items()}
    right = {path: fingerprints(text, path) for path, text in second.items()}
    starter = set(given)
    own = {path: prints.keys() - starter for path, prints in left.items()}
    shared = {
        (one, two): common
        for one in left
        for two in right
        if len(common := own[one] & right[two].keys()) >= MIN_FILE_PRINTS
    }
    found: list[FilePair] = []
    used: set[tuple[int, str]] = set()
    for one, two in sorted(shared, key=lambda pair: (-len(shared[pair]), pair)):
        if len(found) < MAX_FILE_PAIRS and not used & {(1, one), (2, two)}:
            used |= {(1, one), (2, two)}
            common = shared[one, two]
            found.append(FilePair(one, two, _lines_of(left[one], common), _lines_of(right[two], common)))
    return found


def _lines_of(prints: Mapping[int, list[int]], common: Collection[int]) -> list[int]:
    lines = {line for value in common for line in prints[value]}
    return sorted(line for line in lines if line <= MAX_LINES)
