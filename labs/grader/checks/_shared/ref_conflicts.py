"""Refs that cannot exist at the same time, such as the branches `fix` and `fix/typo`, and fixes that rename one."""

from collections.abc import Iterable

from ...words import listed, quoted
from .shell import STASHED, Line, commands, paragraphs, start_on

MAX_RENAMED = 5


def conflicts(name: str, other: str) -> bool:
    # Git stores refs as paths, so a ref cannot also be a folder
    return name.startswith(f"{other}/") or other.startswith(f"{name}/")


def with_branches_renamed(branches: Iterable[str], name: str, fix: str) -> str:
    """Prepend commands that rename conflicting branches to `fix`, which creates the branch `name`."""
    others = [other for other in branches if conflicts(name, other)]
    if not others:
        return fix
    lines: list[Line] = []
    for other in others[:MAX_RENAMED]:
        new = _new_name(other)
        away: list[Line] = [["git", "branch", "-m", new], ["git", "push", "-u", "origin", new]]
        lines += [*start_on(other), *away, ["git", "push", "origin", "--delete", other]]
    return paragraphs(_told("branch", name, others), commands(*lines), fix, STASHED)


def with_tags_renamed(tags: Iterable[str], name: str, *make: Line) -> str:
    """Return commands that rename conflicting tags, then `make`, which creates the tag `name`."""
    others = [other for other in tags if conflicts(name, other)]
    lines: list[Line] = [["git", "fetch", "--tags", "origin"]]
    for other in others:
        new = _new_name(other)
        lines += [["git", "tag", new, other], ["git", "push", "origin", f"refs/tags/{new}"]]
        lines += [["git", "tag", "-d", other], ["git", "push", "origin", "--delete", f"refs/tags/{other}"]]
    return paragraphs(_told("tag", name, others) if others else "", commands(*lines, *make))


def _new_name(name: str) -> str:
    return f"old-{name.replace('/', '-')}"


def _told(noun: str, name: str, others: list[str]) -> str:
    exist, them = ("exist", "them") if others[1:] else ("exists", "it")
    names = listed(map(quoted, others))
    return f"Git cannot create the {noun} {quoted(name)} while {names} {exist}. Rename {them} first:"
