"""Are the versions of the dependencies held: exactly, with hashes, or below an upper bound?"""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from packaging.requirements import InvalidRequirement, Requirement

from ..findings import Answer, Finding, LookedAt, Place, answer
from ..words import count, cut, listed, quoted
from .project import Project, dependencies

Pin = Literal["exact", "hash", "upper"]
LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock")
_REQUIREMENTS = re.compile(r"requirements[\w.-]*\.txt")
_EXPECTED = {
    "exact": "`==` and a whole version",
    "hash": "`==` and a whole version, with `--hash=sha256:…`",
    "upper": "an upper bound, such as `<4`, `~=3.1` or `==3.1`",
}


@dataclass(frozen=True)
class Line:
    """One requirement as it is written, and the hashes behind it."""

    text: str
    place: Place
    hashed: bool = False


def pinned(project: Project, how: Pin, read: Callable[[str], str | None]) -> Answer:
    """All lines of the requirements files, or the dependencies of pyproject.toml, which a lock file may pin."""
    beside = [path for path in sorted(project.files) if posixpath.dirname(path) == project.folder]
    files = [path for path in beside if _REQUIREMENTS.fullmatch(posixpath.basename(path))]
    locks = [path for path in beside if posixpath.basename(path) in LOCKS]
    lines = [line for path in files for line in requirement_lines(path, read(path) or "")]
    if not files and locks and how != "upper":
        return answer((), f"{quoted(locks[0])} pins every version.", [Place(locks[0])])
    if not files or how == "upper":
        lines += [Line(text, place) for text, place in dependencies(project)]
    findings = [finding for line in lines if (finding := _loose(line, how))]
    where = listed(map(quoted, files or [project.path]))
    return answer(
        findings,
        f"{count(len(lines), 'version')} in {where} pinned.",
        [line.place for line in lines],
        looked_at=LookedAt(len(lines), "dependency", f"in {where}"),
    )


def requirement_lines(path: str, text: str) -> Iterator[Line]:
    """The requirements of a file for pip; options such as `-r` and `-e` are none."""
    lines, at = text.split("\n"), 0
    while at < len(lines):
        start, parts = at, [lines[at]]
        while parts[-1].endswith("\\") and at + 1 < len(lines):
            at += 1
            parts[-1] = parts[-1][:-1]
            parts.append(lines[at])
        at += 1
        whole = re.sub(r"(^|\s)#.*", "", " ".join(part.strip() for part in parts)).strip()
        if whole and not whole.startswith("-"):
            requirement, *hashes = re.split(r"\s--hash[=\s]", whole)
            yield Line(requirement.strip(), Place(path, start + 1), bool(hashes))


def _loose(line: Line, how: Pin) -> Finding | None:
    try:
        requirement = Requirement(line.text) if len(line.text) < 1000 else None
    except InvalidRequirement:
        requirement = None
    shown = quoted(cut(line.text, 60))
    if requirement is None:
        says = f"The requirement {shown} cannot be read."
        return Finding(line.place, says, "a name with a version, such as `flask==3.1.0`", shown)
    if _holds(requirement, how) and (how != "hash" or line.hashed):
        return None
    without = " has no hash" if how == "hash" and _holds(requirement, how) else " is not pinned"
    if how == "upper":
        without = " has no upper bound"
    example = f"{requirement.name}=={{version}}".format(version="<version>")
    add = {
        "exact": example,
        "hash": f"{example} --hash=sha256:<hash>",
        "upper": f"{requirement.name}>=<version>,<<next major version>",
    }[how]
    return Finding(line.place, f"{shown}{without}.", _EXPECTED[how], shown, (add,))


def _holds(requirement: Requirement, how: Pin) -> bool:
    if requirement.url:
        return (
            how == "upper"
            or "sha256=" in requirement.url
            or bool(re.search(r"@[0-9a-f]{40}", requirement.url))
        )
    operators = [(one.operator, one.version) for one in requirement.specifier]
    if how == "upper":
        return any(operator in ("<", "<=", "==", "===", "~=") for operator, _ in operators)
    return any(operator in ("==", "===") and not version.endswith("*") for operator, version in operators)
