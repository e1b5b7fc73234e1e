"""Files that a `.dockerignore` excludes from the build context."""

import posixpath

from ..formats.path_patterns import pattern_matches


def excluding_line(text: str, path: str) -> int | None:
    """Return the line (from 1) that excludes a path, None if it is included. The last match decides; `!` includes.

    A pattern matches a path or a folder above it, from the top folder: `.env` is not `src/.env`, `**/.env` is both.
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
    """Return the paths at which Docker may find the ignore rules of a Dockerfile.

    A file next to it with its own name wins, then comes the root of the build context: its folder or the top folder.
    """
    beside = posixpath.join(posixpath.dirname(path), ".dockerignore")
    return list(dict.fromkeys([f"{path}.dockerignore", beside, ".dockerignore"]))
