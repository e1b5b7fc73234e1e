"""Fingerprints of a text by winnowing (Schleimer, Wilkerson and Aiken, SIGMOD 2003). No Django.

Two texts with a common run of RUN + WINDOW - 1 tokens share at least one fingerprint. Names and strings in programs
count as one token each, so that renaming hides nothing; blanks and comments do not count.
"""

import keyword
import re
from collections import defaultdict
from collections.abc import Iterator
from zlib import crc32

RUN = 12  # tokens of one fingerprint
WINDOW = 8  # fingerprints of which the smallest is kept
MAX_LINE = 2_000  # characters; the rest of a longer line is left out
PROGRAMS = (".py", ".js", ".ts", ".java", ".go", ".c", ".h", ".cpp", ".rs", ".rb", ".r", ".sh", ".sql")
_OTHER_KEYWORDS = (
    "case catch const do done elif enum export extends false fi final func function interface let match new null "
    "package select self static struct switch then this throw true type var void"
)
KEYWORDS = frozenset([*keyword.kwlist, *_OTHER_KEYWORDS.split(" ")])
_COMMENT = re.compile(r"(^|\s)(#|//).*")
_TOKEN = re.compile(r"\"[^\"]*\"|'[^']*'|[^\W\d]\w*|\d[\w.]*|[^\w\s]")

Prints = dict[int, list[int]]  # fingerprint to the lines on which its tokens are, counted from 1


def fingerprints(text: str, path: str) -> Prints:
    """Return the fingerprints of a file, each with the lines that it covers."""
    hides_names = path.lower().endswith(PROGRAMS)
    tokens = list(_tokens(text, hides_names=hides_names))
    words = [token for token, _ in tokens]
    hashes = [
        crc32(" ".join(words[start : start + RUN]).encode("utf-8", "surrogatepass"))
        for start in range(len(words) - RUN + 1)
    ]
    found: dict[int, set[int]] = defaultdict(set)
    for start in _winnow(hashes):
        found[hashes[start]].update(line for _, line in tokens[start : start + RUN])
    return {value: sorted(lines) for value, lines in found.items()}


def _tokens(text: str, *, hides_names: bool) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(text.splitlines(), start=1):
        for token in _TOKEN.findall(_COMMENT.sub("", line[:MAX_LINE])):
            yield _class_of(token) if hides_names else token.casefold(), number


def _class_of(token: str) -> str:
    if token[0] in "\"'":
        return "S"  # a text may have a name in it
    return "N" if (token[0].isalpha() or token[0] == "_") and token not in KEYWORDS else token


def _winnow(hashes: list[int]) -> Iterator[int]:
    # The last of the smallest hashes in each window, without repeating it.
    kept = -1
    ranked = [(value, -place) for place, value in enumerate(hashes)]
    for start in range(max(1, len(ranked) - WINDOW + 1) if ranked else 0):
        smallest = -min(ranked[start : start + WINDOW])[1]
        if smallest != kept:
            kept = smallest
            yield smallest
