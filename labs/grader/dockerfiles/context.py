"""Files that an instruction takes from the build context, and whether they are the project's code."""

import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..formats.path_patterns import pattern_matches
from .instructions import Instruction
from .reading import Stage, substitute

MAX_LOOKED_UP = 20  # sources that are looked up among the files; past that, the names decide
_CODE = {
    *(
        "py",
        "pyi",
        "pyx",
        "ipynb",
        "js",
        "mjs",
        "cjs",
        "jsx",
        "ts",
        "tsx",
        "mts",
        "vue",
        "svelte",
        "go",
        "rs",
        "rb",
    ),
    *("java", "kt", "scala", "php", "cs", "c", "cc", "cpp", "h", "hpp", "r", "jl"),
}
_MANIFESTS = ("setup.py", "noxfile.py", "pdm_build.py", "hatch_build.py")
_LISTING = re.compile(
    r"\.?(?:[\w-]*requirements|constraints|pyproject|poetry|pip|uv|pdm|setup|environment|conda|package|npm|yarn|pnpm"
    r"|bun|go\.|cargo|gemfile|composer|pom|readme|licen[cs]e)",
    re.IGNORECASE,
)
_FILES = {
    "license",
    "readme",
    "makefile",
    "justfile",
    "procfile",
    "dockerfile",
    "gemfile",
    "pipfile",
    "changelog",
}
_FOLDERS = {
    *("requirements", "reqs", "deps", "dependencies", "wheels", "wheelhouse", "vendor", "patches", "prisma"),
    *("certs", "conf", "config", "docker", "data", "models", "assets", "static", "docs"),
}
_ANY = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Context:
    """The repository as a build context, whose root may be the top folder or the Dockerfile's folder."""

    files: Collection[str] = ()
    folder: str = ""

    def holds_code(self, source: str, *, look: bool = True) -> bool:
        """Return True if a source of COPY includes the project's code: by its files or, without any, by its name."""
        path = posixpath.normpath(source.strip() or ".").lstrip("/")
        if path in ("", ".", "*", "**") or path.startswith(".."):
            return True
        found = list(self._meant(path)) if look else []
        return any(map(_is_code, found)) if found else _looks_like_code(path)

    @property
    def homes(self) -> list[str]:
        # folders that may be the root of the build context
        return list(dict.fromkeys([self.folder, ""]))

    def inside(self, home: str) -> list[str]:
        prefix = f"{home}/" if home else ""
        return [path[len(prefix) :] for path in self.files if path.startswith(prefix)]

    def _meant(self, pattern: str) -> Iterator[str]:
        for home in self.homes:
            found = [path for path in self.inside(home) if means(pattern, path)]
            if found:
                yield from found
                return


def copied_sources(stage: Stage, one: Instruction, *, look: bool = True) -> list[str]:
    """Return the sources of COPY, ADD or a mount of RUN in the build context; `look` expands variables."""
    if one.name == "RUN":
        mounts = map(_mount, one.flag("mount"))
        return [
            fields.get("source", fields.get("src", "."))
            for fields in mounts
            if fields.get("type", "bind") == "bind" and "from" not in fields
        ]
    if one.name not in ("COPY", "ADD") or one.flag("from"):
        return []
    sources = [
        substitute(stage, one, source).text if look and "$" in source else source for source in one.sources
    ]
    return [source.strip("\"'") for source in sources if not re.match(r"\w+://|git@", source)]


def _mount(text: str) -> dict[str, str]:
    return {name: value for name, _, value in (part.partition("=") for part in text.split(","))}


def means(pattern: str, path: str) -> bool:
    """Return True if a source of COPY, a path or a pattern, matches a file or a folder above it."""
    pattern = posixpath.normpath(pattern.strip() or ".").lstrip("/")
    if pattern in ("", "."):
        return True
    if _ANY.search(pattern):
        return pattern_matches(pattern, path)
    return path == pattern or path.startswith(f"{pattern}/")


def _is_code(path: str) -> bool:
    name = posixpath.basename(path)
    return name.rpartition(".")[2].lower() in _CODE and name not in _MANIFESTS and "." in name


def _looks_like_code(path: str) -> bool:
    # a folder is code unless its name says otherwise
    name = posixpath.basename(path)
    stem, dot, ending = name.rpartition(".")
    if not _ANY.search(name):
        if dot and stem:
            return _is_code(path)
        return not (dot or name.lower() in _FILES or name.lower() in _FOLDERS)
    if dot and not _ANY.search(ending):
        return ending.lower() in _CODE and not _LISTING.match(name)
    return not _LISTING.match(name) and posixpath.dirname(path) not in _FOLDERS
