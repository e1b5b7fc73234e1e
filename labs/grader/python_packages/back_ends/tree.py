"""The files of a project as its build backend sees them, and the contents of its wheel."""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from ...formats.path_patterns import pattern_matches
from ..project import Project

MAX_PATTERNS, MAX_PATTERN = 50, 200
_MODULE = re.compile(r"([^/]+)\.(?:py|pyi|so|pyd)")


@dataclass(frozen=True)
class Contents:
    """Paths in a wheel, each with its path in the project, or why it cannot be built, or why that is unknown."""

    files: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    hint: str = ""
    unknown: str = ""

    def modules(self) -> dict[str, str]:
        """Return the importable top-level names, each with a file of the project."""
        found: dict[str, str] = {}
        for path in sorted(
            self.files, key=lambda path: (path.count("/"), not path.endswith("/__init__.py"), path)
        ):
            match = _MODULE.fullmatch(path.rpartition("/")[2])
            if match:
                found.setdefault(path.partition("/")[0] if "/" in path else match[1], self.files[path])
        return found


@dataclass(frozen=True)
class Tree:
    """Paths relative to the folder of pyproject.toml."""

    files: frozenset[str]

    @classmethod
    def of(cls, project: Project) -> "Tree":
        prefix = f"{project.folder}/" if project.folder else ""
        return cls(frozenset(path[len(prefix) :] for path in project.files if path.startswith(prefix)))

    @cached_property
    def folders(self) -> frozenset[str]:
        found: set[str] = set()
        for path in self.files:
            parent = posixpath.dirname(path)
            while parent and parent not in found:
                found.add(parent)
                parent = posixpath.dirname(parent)
        return frozenset(found)

    def is_folder(self, path: str) -> bool:
        return path in ("", ".") or path in self.folders

    def is_package(self, path: str) -> bool:
        return join(path, "__init__.py") in self.files

    def below(self, folder: str) -> list[str]:
        """Return all files in a folder, recursively."""
        return sorted(path for path in self.files if folder in ("", ".") or path.startswith(f"{folder}/"))

    def folders_in(self, folder: str) -> list[str]:
        home = "" if folder in ("", ".") else folder
        return sorted(path for path in self.folders if posixpath.dirname(path) == home)

    def files_in(self, folder: str) -> list[str]:
        home = "" if folder in ("", ".") else folder
        return sorted(path for path in self.files if posixpath.dirname(path) == home)

    def glob(self, pattern: str, within: str = "") -> Iterator[str]:
        """Yield files that match a pattern or are in a matching folder; paths are relative to `within`."""
        for path in self.below(within) if len(pattern) <= MAX_PATTERN else ():
            short = path[len(within) + 1 :] if within not in ("", ".") else path
            if pattern_matches(pattern, short):
                yield path


def join(folder: str, name: str) -> str:
    return name if folder in ("", ".") else posixpath.join(folder, name)


def texts(value: object) -> list[str]:
    # the strings of a list, or a single string
    if isinstance(value, str):
        return [value]
    return [text for text in value if isinstance(text, str)] if isinstance(value, list | tuple) else []


def ignores(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Return a predicate for paths that `.gitignore` patterns match; the last match decides."""
    rules = []
    for pattern in [one for one in patterns if len(one) <= MAX_PATTERN][:MAX_PATTERNS]:
        bare = pattern.removeprefix("!").rstrip("/")
        anchored = bare.lstrip("/") if "/" in bare else f"**/{bare}"
        rules.append((anchored, not pattern.startswith("!")))

    def is_meant(path: str) -> bool:
        return next((takes for rule, takes in reversed(rules) if pattern_matches(rule, path)), False)

    return is_meant
