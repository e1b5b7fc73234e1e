"""Which files a `.dockerignore` leaves out of the build context."""

import posixpath

from ..formats.path_patterns import pattern_matches


def left_out(text: str, path: str) -> int | None:
    """The line (from 1) that leaves a path out, or None. The last line that matches decides; `!` takes it in again.

    A pattern matches a path or a folder above it, from the top folder on: `.env` is not `src/.env`, `**/.env` is both.
    """
    deciding: int | None = None
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        pattern = line.strip()
        if not pattern or line.startswith("#"):
            continue
        takes_in = pattern.startswith("!")
        if pattern_matches(pattern.removeprefix("!").strip(), path):
            deciding = None if takes_in else number
    return deciding


def ignore_files(path: str) -> list[str]:
    """Where Docker may look for the rules of a Dockerfile: beside it under its own name, which wins, and in the
    root of the build context: the folder of the Dockerfile, or the top folder.
    """
    beside = posixpath.join(posixpath.dirname(path), ".dockerignore")
    return list(dict.fromkeys([f"{path}.dockerignore", beside, ".dockerignore"]))
