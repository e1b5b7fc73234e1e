"""Match path patterns with `**`, `*`, `?` and `[a-z]` in at most (pattern length × path length) steps."""

import posixpath
from collections.abc import Iterable, Iterator


def pattern_matches(pattern: str, path: str) -> bool:
    """True if a pattern matches a path or a folder above it. It is anchored at the top folder."""
    cleaned = posixpath.normpath(pattern).lstrip("/")
    return any(_matches(cleaned, part) for part in _with_folders(path))


def _with_folders(path: str) -> Iterable[str]:
    parts = path.strip("/").split("/")
    return ("/".join(parts[:end]) for end in range(1, len(parts) + 1))


def _matches(pattern: str, path: str) -> bool:
    # each token is compared once with each letter of the path, so that no pattern takes long
    reached = {0}
    for sign, meant in _signs(pattern):
        if not reached:
            return False
        first = min(reached)
        if sign == "**/":  # any folders
            reached |= {at + 1 for at in range(first, len(path)) if path[at] == "/"}
        elif sign == "**":
            reached = set(range(first, len(path) + 1))
        elif sign == "*":
            reached = _within_folder(reached, path)
        else:
            reached = {at + 1 for at in reached if at < len(path) and _takes(sign, meant, path[at])}
    return len(path) in reached


def _within_folder(reached: set[int], path: str) -> set[int]:
    found: set[int] = set()
    for at in sorted(reached):
        while at not in found and at <= len(path):
            found.add(at)
            if path[at : at + 1] == "/":
                break
            at += 1
    return found


def _signs(pattern: str) -> Iterator[tuple[str, str]]:
    # `**/`, `**`, `*`, `?`, `[...]`, or a literal letter
    at = 0
    while at < len(pattern):
        sign, meant = pattern[at], pattern[at]
        if pattern.startswith("**", at):
            sign = "**/" if pattern.startswith("**/", at) else "**"
            at += len(sign) - 1
        elif sign == "\\" and at + 1 < len(pattern):
            at += 1
            sign, meant = "", pattern[at]
        elif sign == "[" and (close := pattern.find("]", at + 2)) > 0:
            meant, at = pattern[at + 1 : close], close
        elif sign not in "*?":
            sign = ""
        yield sign, meant
        at += 1


def _takes(sign: str, meant: str, letter: str) -> bool:
    if sign == "":
        return letter == meant
    if letter == "/":
        return False
    if sign == "?":
        return True
    inside = meant.removeprefix("^")
    ranges = ((a, z) for a, dash, z in zip(inside, inside[1:], inside[2:], strict=False) if dash == "-")
    return (letter in inside or any(a <= letter <= z for a, z in ranges)) != meant.startswith("^")
