"""The tables of a `pyproject.toml` and the lines of their keys."""

import posixpath
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ..findings import Finding, Place
from ..formats.data import UnparsableError, read_data
from ..words import quoted

MAX_HEADER = 300  # characters; a longer line is not tried as a header
_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?")


@dataclass(frozen=True)
class Project:
    """The tables of a pyproject.toml as plain data; `files` are all paths of the repository, `folder` is its own."""

    path: str
    text: str
    data: Mapping[str, object] = field(default_factory=dict)
    files: Collection[str] = ()

    @property
    def folder(self) -> str:
        return posixpath.dirname(self.path)

    @property
    def project(self) -> Mapping[str, object]:
        return table_of(self.data.get("project"))

    @property
    def build_system(self) -> Mapping[str, object]:
        return table_of(self.data.get("build-system"))

    @property
    def backend(self) -> str:
        return str(self.build_system.get("build-backend", ""))

    def tool(self, *keys: str) -> Mapping[str, object]:
        """Return a table below `[tool]`, empty if it does not exist."""
        found = table_of(self.data.get("tool"))
        for key in keys:
            found = table_of(found.get(key))
        return found

    def inside(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self.folder, path))

    def place(self, table: str = "", key: str = "", item: str = "") -> Place:
        """Return the position of a key, or of an item in its list; of the header if the key is not found."""
        line = _line_of(self.text.split("\n"), table, key, item)
        return Place(self.path, line)


def read_project(path: str, text: str, files: Collection[str]) -> tuple[Project, list[Finding]]:
    """Return the project, and a finding if its file is not valid TOML."""
    try:
        data = read_data(text, "toml").plain()
    except UnparsableError as error:
        place = Place(path, error.line or 1, error.column or 0)
        says = f"{quoted(path)} is not valid TOML: {error.message}."
        return Project(path, text, {}, files), [Finding(place, says, "valid TOML", error.message)]
    return Project(path, text, data if isinstance(data, dict) else {}, files), []


def table_of(data: object) -> Mapping[str, object]:
    return data if isinstance(data, dict) else {}


def _line_of(lines: list[str], table: str, key: str, item: str) -> int:
    current, header, found = "", 1, 0
    start = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]")
    for number, line in enumerate(lines, start=1):
        if len(line) < MAX_HEADER and (match := _HEADER.fullmatch(line)):
            current = match[1].replace('"', "").replace("'", "")
            if found:
                break
            header = number if current == table else header
        elif current == table and key and start.match(line):
            found = number
        if found and (not item or item in line):
            return number
    return found or header
