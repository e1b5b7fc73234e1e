"""Pinned dependencies: to exact versions, with hashes, or below an upper bound."""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from ..findings import Answer, Finding, LookedAt, Place, answer
from ..words import count, cut, listed, nearest, quoted
from .declared import read_declared
from .locks import LOCKS, Lock, read_lock
from .project import Project
from .requirements import Line, Read, Wanted, parse_requirement, read_files

Pin = Literal["exact", "hash", "upper"]
_REQUIREMENTS = re.compile(r"[\w.-]*requirements[\w.-]*\.txt|requirements/[\w.-]+\.txt", re.IGNORECASE)
_INPUTS = re.compile(r"[\w.-]*requirements[\w.-]*\.in|requirements/[\w.-]+\.in", re.IGNORECASE)
_LOOKED_FOR = (
    *(
        "`requirements*.txt`",
        "`pyproject.toml`",
        "`Pipfile`",
        "`environment.yml`",
        "`setup.cfg`",
        "`setup.py`",
    ),
    "lock files",
)
_EXPECTED = {
    "exact": "`==` and a full version",
    "hash": "`==` and a full version, with `--hash=sha256:…`",
    "upper": "an upper bound, such as `<4`, `~=3.1` or `==3.1`",
}


@dataclass
class _Sources:
    """Dependencies, their files, and the files that could not be read."""

    wanted: list[Wanted] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    missing: list[Line] = field(default_factory=list)
    unknown: str = ""


def pinned(project: Project, how: Pin, read: Read) -> Answer:
    """All requirements files pin their versions or, without any, a lock file or the declared dependencies do."""
    sources = _of_files(project, read)
    lock = None
    if how == "upper" or not _versions(sources.wanted):
        lock = _lock(project, read) if how != "upper" else None
        more = read_declared(project, read)
        sources.wanted += more.wanted
        sources.files += more.files
        sources.unknown = more.unknown
    if lock and lock.too_large:
        return Answer(unknown=f"which versions {quoted(lock.path)} pins: the file is too large")
    if lock and lock.names:
        return _locked(lock, _versions(sources.wanted), how)
    if not _versions(sources.wanted):
        return _nothing(project, sources, lock)
    return _judged(sources, how)


def _of_files(project: Project, read: Read) -> _Sources:
    prefix = f"{project.folder}/" if project.folder else ""
    inside = [path for path in sorted(project.files) if path.startswith(prefix)]
    paths = [path for path in inside if _REQUIREMENTS.fullmatch(path[len(prefix) :])]
    paths = paths or [path for path in inside if _INPUTS.fullmatch(path[len(prefix) :])]
    dynamic = project.tool("setuptools", "dynamic", "dependencies").get("file", [])
    named = [dynamic] if isinstance(dynamic, str) else dynamic if isinstance(dynamic, list) else []
    paths += [path for name in named if (path := project.inside(str(name))) not in paths]
    found = read_files(paths, read)
    return _Sources(list(map(parse_requirement, found.lines)), paths, found.unread, found.missing)


def _versions(found: Iterable[Wanted]) -> list[Wanted]:
    # without the repository's own code and mere constraints
    return [one for one in found if not one.own and not one.constraint]


def _lock(project: Project, read: Read) -> Lock | None:
    paths = [project.inside(name) for name in LOCKS]
    beside = [path for path in paths if path in project.files]
    if not beside:
        return None
    text = read(beside[0])
    return Lock(beside[0], {}, too_large=True) if text is None else read_lock(beside[0], text)


def _locked(lock: Lock, versions: list[Wanted], how: Pin) -> Answer:
    missing = [one for one in versions if one.name and one.name not in lock.names]
    findings = [
        Finding(
            one.place,
            f"{quoted(cut(one.text, 60))} is not in {quoted(lock.path)}.",
            f"an up-to-date lock file that contains {quoted(one.name)}",
            f"{count(len(lock.names), 'package')} without it",
        )
        for one in missing
    ]
    bare = [name for name, hashed in lock.names.items() if not hashed] if how == "hash" else []
    if bare:
        says = f"{quoted(lock.path)} has no hash for {listed(map(quoted, bare))}."
        findings.append(Finding(Place(lock.path), says, "a hash for each package", f"{len(bare)} without"))
    return answer(
        findings,
        f"{quoted(lock.path)} pins {count(len(lock.names), 'package')}.",
        [Place(lock.path)],
        looked_at=LookedAt(len(lock.names), "package", f"in {quoted(lock.path)}"),
    )


def _nothing(project: Project, sources: _Sources, lock: Lock | None) -> Answer:
    if lock and lock.fault:
        return Answer(unknown=f"which versions {quoted(lock.path)} pins: {lock.fault}")
    if sources.missing:
        return Answer(tuple(_missing(one, project) for one in sources.missing))
    if sources.unread:
        return Answer(unknown=f"whether the versions are pinned: {listed(sources.unread)} could not be read")
    if sources.unknown:
        return Answer(unknown=sources.unknown)
    there = [*sources.files, *([lock.path] if lock else [])]
    says = (
        f"No dependency was found in {listed(map(quoted, there))}"
        if there
        else "No file with dependencies was found"
    )
    place = Place(there[0] if there else project.inside("requirements.txt"))
    expected = "a file that lists dependencies with their versions, such as `requirements.txt`"
    says = f"{says}, so no version is pinned. Checked: {listed(_LOOKED_FOR, 7)}."
    return Answer((Finding(place, says, expected, "none", ("<package>==<version>",)),))


def _missing(named: Line, project: Project) -> Finding:
    # a file named by `-r` or `-c` that is not in the repository
    here = posixpath.dirname(named.place.path)
    texts = [path for path in project.files if path.endswith((".txt", ".in")) and path != named.place.path]
    near = nearest(named.text, [posixpath.relpath(path, here or ".") for path in texts])
    how = "-c" if named.constraint else "-r"
    line = quoted(f"{how} {named.text}")
    says = f"{line} in {quoted(named.place.path)} refers to a file that is not in the repository."
    says += f" Did you mean {quoted(near)}?" if near else ""
    return Finding(named.place, says, f"the file {quoted(named.text)} in the repository", "none")


def _judged(sources: _Sources, how: Pin) -> Answer:
    held = {one.name for one in sources.wanted if one.constraint and one.exact}
    bound = {one.name for one in sources.wanted if one.constraint and one.bounded}
    versions = _versions(sources.wanted)
    findings = [finding for one in versions if (finding := _loose(one, how, held, bound))]
    where = listed(map(quoted, dict.fromkeys(one.place.path for one in versions)))
    if sources.unknown and not findings:
        return Answer(unknown=sources.unknown)
    return answer(
        findings,
        f"{count(len(versions), 'version is', 'versions are')} pinned in {where}.",
        [one.place for one in versions],
        looked_at=LookedAt(len(versions), "dependency", f"in {where}", unread=tuple(sources.unread)),
    )


def _bounded(one: Wanted) -> str:
    # the next major version is the upper bound
    lower = re.search(r">=\s*(\d+)(\.[\d.]+)?", one.text)
    if lower is None:
        return f"{one.name}>=<version>,<<next major version>"
    return f"{one.name}>={lower[1]}{lower[2] or ''},<{int(lower[1]) + 1}"


def _loose(one: Wanted, how: Pin, held: set[str], bound: set[str]) -> Finding | None:
    shown = quoted(cut(one.text, 60))
    if one.fault:
        says = f"The requirement {shown} is not valid."
        if "pip has no" in one.fault:
            says = f"The requirement {shown} is not valid: {one.fault}."
        return Finding(one.place, says, "a name with a version, such as `flask==3.1.0`", shown)
    exact = one.exact or one.name in held
    holds = (exact or one.bounded or one.name in bound) if how == "upper" else exact
    if holds and (how != "hash" or one.hashed):
        return None
    without = " has no upper bound" if how == "upper" else " has no hash" if holds else " is not pinned"
    reason = f": {one.moves}" if one.moves else ""
    example = f"{one.name or '<package>'}==<version>"
    add = {
        "exact": example,
        "hash": f"{example} --hash=sha256:<hash>",
        "upper": _bounded(one),
    }[how]
    expected = "`@` and a full commit ID" if one.moves and "://" in one.text else _EXPECTED[how]
    return Finding(one.place, f"{shown}{without}{reason}.", expected, shown, (add,) if not one.moves else ())
