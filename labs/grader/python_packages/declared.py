"""Declared dependencies outside requirements files: in pyproject.toml (standard and Poetry), setup.cfg, setup.py, for
Pipenv and conda.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from ..findings import Place
from ..formats.data import UnparsableError, read_data
from .project import Project, table_of
from .requirements import (
    MAX_LENGTH,
    Line,
    Read,
    Wanted,
    of_address,
    of_path,
    of_revision,
    of_specifier,
    parse_requirement,
)
from .setup_files import SetupFile, read_setup

MAX_LINES_BETWEEN = 200
_CARET = re.compile(r"[\^~]=?\s*\d[\w.*+!-]*")
_BARE = re.compile(r"v?\d[\w.+!-]*")
_CONDA = re.compile(r"(?:[\w./-]+::)?([\w.-]+)\s*(?:\[version=['\"]?([^'\"\]]*)['\"]?.*\]|([=<>!~ ].*)?)")


@dataclass
class Declared:
    """Declared dependencies, the files that were read, and why something is unknown."""

    wanted: list[Wanted] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    unknown: str = ""


def read_declared(project: Project, read: Read) -> Declared:
    found = Declared()
    if project.data:
        found.files.append(project.path)
        found.wanted += _standard(project)
        found.wanted += _poetry(project)
    for name, reader in (("Pipfile", _pipfile), ("environment.yml", _conda), ("environment.yaml", _conda)):
        path = project.inside(name)
        text = read(path) if path in project.files else None
        if text is not None:
            found.files.append(path)
            try:
                found.wanted += reader(path, text)
            except UnparsableError as error:
                found.wanted.append(Wanted("", name, Place(path, error.line or 1), fault=error.message))
    _add_setup(project, read_setup(project, read), read, found)
    return found


class _Finder:
    """Locate texts in a file, each after the one before."""

    def __init__(self, path: str, text: str, start: int = 1) -> None:
        self.path, self.lines, self.at = path, text.split("\n"), max(start, 1)

    def place(self, needle: str) -> Place:
        near = range(self.at, min(self.at + MAX_LINES_BETWEEN, len(self.lines) + 1))
        self.at = next((number for number in near if needle in self.lines[number - 1]), self.at)
        return Place(self.path, self.at)


def _standard(project: Project) -> Iterator[Wanted]:
    # `[project]` and `[dependency-groups]`, with the URLs of Poetry's table and uv's `sources`; extras are optional, so
    # they count only if nothing else is listed
    lists = [("project", "dependencies", project.project.get("dependencies"))]
    groups = table_of(project.data.get("dependency-groups"))
    lists += [("dependency-groups", key, items) for key, items in groups.items()]
    if not any(items for _, _, items in lists):
        extras = table_of(project.project.get("optional-dependencies"))
        lists = [("project.optional-dependencies", key, items) for key, items in extras.items()]
    sources = {**project.tool("poetry", "dependencies"), **project.tool("uv", "sources")}
    by_name = {str(canonicalize_name(name)): source for name, source in sources.items()}
    for table, key, items in lists:
        finder = _Finder(project.path, project.text, project.place(table, key).line)
        for text in items if isinstance(items, list) else ():
            if isinstance(text, str):
                one = parse_requirement(Line(text, finder.place(text)))
                source = by_name.get(one.name)
                yield _of_table(one.name, source, one) if isinstance(source, dict) else one


def _poetry(project: Project) -> Iterator[Wanted]:
    poetry = project.tool("poetry")
    tables = {f"tool.poetry.{key}": poetry.get(key) for key in ("dependencies", "dev-dependencies")}
    for group, table in table_of(poetry.get("group")).items():
        tables[f"tool.poetry.group.{group}.dependencies"] = table_of(table).get("dependencies")
    listed = {one.name for one in _standard(project)} if poetry else set()
    for name, table in tables.items():
        finder = _Finder(project.path, project.text, project.place(name).line)
        for key, value in table_of(table).items():
            named = str(canonicalize_name(key))
            enriches = named in listed and isinstance(value, dict) and "version" not in value
            if key != "python" and not enriches:
                yield from _of_tool(key, value, finder.place(key))


def _pipfile(path: str, text: str) -> Iterator[Wanted]:
    data = table_of(read_data(text, "toml").plain())
    finder = _Finder(path, text)
    for section, packages in data.items():
        if section not in ("source", "requires", "scripts", "pipenv"):
            for key, value in table_of(packages).items():
                yield from _of_tool(key, value, finder.place(key), bare_is_exact=False)


def _of_tool(name: str, value: object, place: Place, *, bare_is_exact: bool = True) -> Iterator[Wanted]:
    # Poetry and Pipenv allow a string, a table, or a list of tables for several markers
    for one in value if isinstance(value, list) else [value]:
        text = f"{name} = {_shown(one)}"
        blank = Wanted(str(canonicalize_name(name)), text, place)
        if isinstance(one, dict):
            yield _of_table(name, one, blank, bare_is_exact=bare_is_exact)
        else:
            yield of_versions(str(one), blank, bare_is_exact=bare_is_exact)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'{key} = "{item}"' for key, item in value.items()) + "}"
    return f'"{value}"'


def _of_table(name: str, value: Mapping[str, Any], blank: Wanted, *, bare_is_exact: bool = True) -> Wanted:
    for system in ("git", "hg"):
        if system in value:
            revision = next((str(value[key]) for key in ("rev", "ref", "tag", "branch") if key in value), "")
            return of_revision(system, revision, blank)
    if value.get("workspace") or "path" in value or "file" in value:
        path = str(value.get("path") or value.get("file") or ".")
        return of_address(name, path, blank) if "://" in path else of_path(blank.name, path, blank)
    if "url" in value:
        return of_address(name, str(value["url"]), blank)
    if "version" not in value and blank.exact | blank.bounded:
        return blank
    return of_versions(str(value.get("version", "*")), blank, bare_is_exact=bare_is_exact)


def of_versions(text: str, blank: Wanted, *, bare_is_exact: bool = True) -> Wanted:
    # `^1.2`, `~1.2`, `1.*`, `>=1,<2`, `1.2 || ^3`, and in Poetry a plain `1.2.3`
    if len(text) > MAX_LENGTH:
        return replace(blank, fault="its versions are too long")
    ways = [_way(part.strip(), bare_is_exact) for part in text.split("||")]
    if any(way is None for way in ways):
        return replace(blank, fault="its versions are not valid")
    found = [way for way in ways if way]
    exact = len(found) == 1 and found[0][0]
    return replace(blank, exact=exact, bounded=all(bounded for _, bounded in found))


def _way(text: str, bare_is_exact: bool) -> tuple[bool, bool] | None:
    # if one alternative is exact, and if it has an upper bound
    if text in ("", "*"):
        return False, False
    parts = [part.strip() for part in re.split(r"\s*,\s*|\s+(?=[<>=!~^])", text) if part.strip()]
    exact = bounded = False
    for part in parts:
        if _CARET.fullmatch(part):
            bounded = True
        elif _BARE.fullmatch(part):
            exact, bounded = exact or bare_is_exact, True
        elif re.fullmatch(r"v?\d[\d.]*\.\*", part):
            bounded = True
        else:
            try:
                one = of_specifier("x", SpecifierSet(part.replace("= ", "=")), Wanted("x", part, Place("")))
            except InvalidSpecifier:
                return None
            exact, bounded = exact or one.exact, bounded or one.bounded
    return exact, bounded


def _conda(path: str, text: str) -> Iterator[Wanted]:
    # `conda env export` writes `name=1.2.3` and `name=1.2=build`, which are pinned; `name=1.2` allows any 1.2
    listed = table_of(read_data(text, "yaml").plain()).get("dependencies")
    finder = _Finder(path, text)
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict):
            for line in item.get("pip") or ():
                if isinstance(line, str) and not line.startswith("-"):
                    yield parse_requirement(Line(line, finder.place(line)))
        elif isinstance(item, str):
            one = _of_conda(item.strip(), finder.place(item))
            if one.name not in ("python", "pip"):
                yield one


def _of_conda(text: str, place: Place) -> Wanted:
    match = _CONDA.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if match is None:
        return Wanted("", text, place, fault="it is not a name, with or without versions")
    blank = Wanted(str(canonicalize_name(match[1])), text, place)
    versions = (match[2] or match[3] or "").strip()
    single = re.fullmatch(r"={0,2}\s*(\d[\w.!+]*)(?:[= ][\w.*]+)?", versions)
    if single:
        whole = versions.startswith("==") or single[1].count(".") >= 2 or "=" in versions[1:].lstrip("=")
        return replace(blank, exact=whole, bounded=True)
    bounded = bool(re.search(r"(?:^|[,|\s])(?:<|==?|~=)|\.\*", versions)) or bool(re.match(r"\d", versions))
    return replace(blank, bounded=bounded)


def _add_setup(project: Project, setup: SetupFile, read: Read, found: Declared) -> None:
    found.files += [path for path in setup.paths if path not in found.files]
    if reason := setup.unknown.get("install_requires"):
        found.unknown = f"which dependencies the project has: {reason}"
    for path, text in setup.requires:
        finder = _Finder(path, read(path) or "")
        found.wanted.append(parse_requirement(Line(text, finder.place(text))))
