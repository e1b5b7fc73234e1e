"""Markdown and Obsidian comments, which readers of the notes did not see."""

from collections.abc import Sequence

from .scan import Scan

MAX_COMMENT = 60  # lines
PAIRS = {"<!--": "-->", "%%": "%%"}


def comment_end(scan: Scan, at: int) -> int:
    """Return the position after a comment that fills its lines, 0 if there is none."""
    bare = scan.bare[at]
    opening = next((sign for sign in PAIRS if bare.startswith(sign)), "")
    if not opening:
        return 0
    rest = bare[len(opening) :]
    for end in range(at, min(at + MAX_COMMENT, scan.size)):
        scan.looks -= 1
        if scan.looks < 0:
            return 0
        if PAIRS[opening] in rest:
            return end + 1 if rest.endswith(PAIRS[opening]) and rest.count(PAIRS[opening]) == 1 else 0
        rest = scan.get(end + 1)
    return 0


def bare_comment(texts: Sequence[str]) -> str:
    """Return the words of a comment."""
    words = " ".join(" ".join(text.split()) for text in texts)
    for opening, closing in PAIRS.items():
        words = words.removeprefix(opening).removesuffix(closing)
    return words.strip()
