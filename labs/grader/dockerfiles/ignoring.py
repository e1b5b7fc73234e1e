"""Which files a `.dockerignore` leaves out of what is sent to Docker."""

import posixpath
import re
from collections.abc import Iterable


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
        if piece == "**":
            reached = set(range(min(reached, default=len(parts) + 1), len(parts) + 1))
        else:
            one = re.compile(_as_regex(piece))
            reached = {at + 1 for at in reached if at < len(parts) and one.fullmatch(parts[at])}
    return len(parts) in reached


def _as_regex(piece: str) -> str:
    """One name of a pattern: `*`, `?`, `[a-z]`, and `\\` before what is meant literally."""
    text, at = "", 0
    piece = re.sub(r"\*+", "*", piece)
    while at < len(piece):
        character, close = piece[at], piece.find("]", at + 2)
        if character == "*":
            text += ".*?"
        elif character == "?":
            text += "."
        elif character == "\\" and at + 1 < len(piece):
            at += 1
            text += re.escape(piece[at])
        elif character == "[" and close > 0:
            inside = piece[at + 1 : close]
            plain = re.sub(r"([^a-zA-Z0-9-])", r"\\\1", inside.removeprefix("^"))
            text += f"[{'^' * inside.startswith('^')}{plain}]"
            at = close
        else:
            text += re.escape(character)
        at += 1
    return text
