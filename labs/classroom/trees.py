"""Find repositories among the files: starters with their tests, starters by their names, and solutions."""

import re
from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

from labs.classroom.model import Files

OLD_TESTS = ".github/classroom/autograding.json"
WORKFLOWS = (".github/workflows/classroom.yml", ".github/workflows/classroom.yaml")
CLASSMOJI_TESTS = (".github/classmoji/tests.json", ".classmoji/tests.json")
MARKERS = (OLD_TESTS, *WORKFLOWS, *CLASSMOJI_TESTS, ".classroom50.yaml")
_DOWNLOADED = re.compile(r"-(?:main|master|[0-9a-f]{40})$")  # GitHub's ZIP of a branch or commit
_SOLUTION = re.compile(r"(?:^solutions?[-_]|[-_]solutions?$)", re.IGNORECASE)


def name_of(root: str) -> str:
    """Return the name of a repository's folder, without the name of a branch."""
    return _DOWNLOADED.sub("", PurePosixPath(root).name)


def solved_name(root: str) -> str:
    """Return the name of the repository that a folder solves; "" if it is not a solution."""
    name = name_of(root)
    return _SOLUTION.sub("", name) if _SOLUTION.search(name) else ""


def marked_roots(files: Files) -> list[str]:
    """Return the folders that have tests of GitHub Classroom or classmoji, the outermost first."""
    roots = {
        path.removesuffix(marker).rstrip("/")
        for path in files
        for marker in MARKERS
        if path.endswith(f"/{marker}")
    }
    return _outermost(roots)


def named_roots(files: Files, names: Iterable[str]) -> list[str]:
    """Return the folders with one of these names, or that solve one of them."""
    wanted = set(names)
    folders = {str(parent) for path in files for parent in PurePosixPath(path).parents if str(parent) != "."}
    found = {
        folder
        for folder in folders
        if name_of(folder).casefold() in wanted or (solved_name(folder).casefold() or "-") in wanted
    }
    return _outermost(found)


def _outermost(roots: Iterable[str]) -> list[str]:
    found: list[str] = []
    for root in sorted(roots, key=lambda each: (each.count("/"), each)):
        if not is_inside(root, found):
            found.append(root)
    return found


def is_inside(path: str, roots: Iterable[str]) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in roots)


def files_below(files: Files, root: str) -> dict[str, bytes]:
    """Return the files of a folder by their paths in it."""
    start = f"{root}/"
    return {path.removeprefix(start): data for path, data in files.items() if path.startswith(start)}


def without_classroom(files: Files, personal: Collection[str]) -> dict[str, bytes]:
    """Return the files for learners, without the grading files of other systems and personal files."""
    return {path: data for path, data in files.items() if path not in MARKERS and path not in personal}
