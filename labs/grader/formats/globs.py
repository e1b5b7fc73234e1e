"""Match path patterns as in `.gitignore`: `*.csv` in any folder, `data/*.csv`, `src/**/*.py`, `data/`."""

import re
from collections.abc import Callable

from ..words import decoded

_SIGNS = re.compile(r"\*\*/|/\*\*$|\*|\?")
_MEANINGS = {"**/": "(?:.*/)?", "/**": "/.+", "*": "[^/]*", "?": "[^/]"}


def is_glob(path: str) -> bool:
    """True if a path may match several files: it has `*` or `?`, or names a folder."""
    return bool(_SIGNS.search(path)) or path.endswith("/")


def path_matcher(pattern: str) -> Callable[[bytes], bool]:
    """Return a function that is True for matching paths of a tree. A path without wildcards matches only itself."""
    if not is_glob(pattern):
        return pattern.encode().__eq__
    anywhere = "" if "/" in pattern.rstrip("/") else "(?:.*/)?"
    below = ".+" if pattern.endswith("/") else ""
    compiled = re.compile(anywhere + _translated(pattern) + below, re.DOTALL)
    return lambda path: bool(compiled.fullmatch(decoded(path)))


def _translated(pattern: str) -> str:
    found, end = "", 0
    for sign in _SIGNS.finditer(pattern):
        found += re.escape(pattern[end : sign.start()]) + _MEANINGS[sign[0]]
        end = sign.end()
    return found + re.escape(pattern[end:])
