"""Which files a `.dockerignore` leaves out of what is sent to Docker."""

import posixpath
from collections.abc import Iterable, Iterator


def left_out(text: str, path: str) -> int | None:
    """The line (from 1) that leaves a path out, or None. The last line that matches decides; `!` takes it in again.

    A pattern matches a path or a folder above it, from the top folder on: `.env` is not `src/.env`, `**/.env` is both.
    """
    deciding: int | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        pattern = line.strip()
        if not pattern or line.startswith("#"):
            continue
        takes_in = pattern.startswith("!")
        cleaned = posixpath.normpath(pattern.removeprefix("!").strip()).lstrip("/")
        if any(_matches(cleaned, part) for part in _with_folders(path)):
            deciding = None if takes_in else number
    return deciding


def _with_folders(path: str) -> Iterable[str]:
    parts = path.strip("/").split("/")
    return ("/".join(parts[:end]) for end in range(1, len(parts) + 1))


def _matches(pattern: str, path: str) -> bool:
    """By folders, so that no pattern takes more steps than both lengths multiplied."""
    pieces, parts = pattern.split("/"), path.split("/")
    reached = {0}
    for piece in pieces:
        if not reached:
            return False
        if piece == "**":
            reached = set(range(min(reached), len(parts) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(parts) and _is_name(piece, parts[at])}
    return len(parts) in reached


def _is_name(piece: str, name: str) -> bool:
    """One name of a pattern: `*`, `?`, `[a-z]`, and `\\` before what is meant literally. Of any pattern each sign is
    looked at once for each letter of the name.
    """
    reached = {0}
    for sign, meant in _signs(piece):
        if not reached:
            return False
        if sign == "*":
            reached = set(range(min(reached), len(name) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(name) and _takes(sign, meant, name[at])}
    return len(name) in reached


def _signs(piece: str) -> Iterator[tuple[str, str]]:
    """`*`, `?`, `[` with what the brackets hold, or a letter as itself."""
    at = 0
    while at < len(piece):
        sign, meant = piece[at], piece[at]
        if sign == "\\" and at + 1 < len(piece):
            at += 1
            sign, meant = "", piece[at]
        elif sign == "[" and (close := piece.find("]", at + 2)) > 0:
            meant, at = piece[at + 1 : close], close
        elif sign not in "*?":
            sign = ""
        yield sign, meant
        at += 1


def _takes(sign: str, meant: str, letter: str) -> bool:
    if sign != "[":
        return sign == "?" or letter == meant
    inside = meant.removeprefix("^")
    ranges = ((a, z) for a, dash, z in zip(inside, inside[1:], inside[2:], strict=False) if dash == "-")
    return (letter in inside or any(a <= letter <= z for a, z in ranges)) != meant.startswith("^")
