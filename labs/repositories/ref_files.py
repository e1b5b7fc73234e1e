"""Read branches and tags of a practice repository from its files, which saves two git processes per push."""

import os
import re
from contextlib import suppress
from pathlib import Path

from labs.grader.git.processes import RepositoryError

UPDATE_REF = "portal-update-ref"  # a file in the repository
KINDS = ("refs/heads", "refs/tags")
MAX_PACKED_BYTES = 16 << 20
_OBJECT_ID = re.compile(rb"[0-9a-f]{40}")


def read_refs(path: Path) -> dict[str, str]:
    """Return the learner's branches and tags with their object IDs, sorted by name. Raises RepositoryError."""
    found = read_own_ids(path)
    return {name.decode("utf-8", "backslashreplace"): found[name].decode() for name in sorted(found)}


def read_own_ids(path: Path) -> dict[bytes, bytes]:
    """Return the same as bytes, which may be any that Git allows. Raises RepositoryError."""
    found = read_ids(path)
    found.pop(os.fsencode(read_update_ref(path)), None)
    return found


def read_update_ref(path: Path) -> str:
    """Return the full name of the branch that the course keeps in a learner's repository, "" if there is none."""
    try:
        return (path / UPDATE_REF).read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


def read_ids(path: Path) -> dict[bytes, bytes]:
    """Return the object ID of each branch and tag by full name, as bytes, with the course's branch.

    Raises RepositoryError.
    """
    # Loose refs before packed ones, as git reads them: a ref packed meanwhile is still found in one of the two.
    loose = _read_loose(path)
    found = {**read_packed(path, (b"refs/heads/", b"refs/tags/")), **loose}
    for name, object_id in found.items():
        if not _OBJECT_ID.fullmatch(object_id):
            raise RepositoryError(f"{os.fsdecode(name)} of {path} is broken.")
    return found


def _read_loose(path: Path) -> dict[bytes, bytes]:
    found = {}
    for kind in KINDS:
        for parent, _, names in os.walk(path / kind):
            for file in (Path(parent, name) for name in names if not name.endswith(".lock")):
                with suppress(FileNotFoundError):  # packed or deleted since it was listed
                    found[os.fsencode(file.relative_to(path))] = file.read_bytes().rstrip(b"\n")
    return found


def read_packed(path: Path, prefixes: tuple[bytes, ...]) -> dict[bytes, bytes]:
    """Return the object IDs of the packed refs whose full names begin so. Raises RepositoryError."""
    try:
        with (path / "packed-refs").open("rb") as opened:
            lines = opened.read(MAX_PACKED_BYTES + 1)
    except FileNotFoundError:
        return {}
    if len(lines) > MAX_PACKED_BYTES:
        raise RepositoryError(f"{path} has more packed refs than the limit.")
    pairs = (line.split(b" ", 1) for line in lines.split(b"\n") if line[:1] not in (b"", b"#", b"^"))
    return {pair[-1]: pair[0] for pair in pairs if pair[-1].startswith(prefixes)}
