"""Faults of a `pyproject.toml` by the packaging standards, each with its line."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from ..findings import Finding
from ..parameters import did_you_mean
from ..words import cut, listed, quoted
from .project import Project, table_of
from .project_types import BUILD_SYSTEM_TYPES, PROJECT_TYPES, FieldType

MAX_FAULTS = 20
KEYS = (
    "name",
    "version",
    "description",
    "readme",
    "requires-python",
    "license",
    "license-files",
    "authors",
    "maintainers",
    "keywords",
    "classifiers",
    "urls",
    "scripts",
    "gui-scripts",
    "entry-points",
    "dependencies",
    "optional-dependencies",
    "dynamic",
    "import-names",
    "import-namespaces",
)


def faults(project: Project, described_by: str = "") -> list[Finding]:
    """Return what installers and indexes reject. `described_by` is a neighbouring file that describes the package."""
    has_table = "project" in project.data
    readers = [_keys, _types, _fields, _dynamic, _dependencies, _named_files] if has_table else [_no_project]
    if not has_table and project.backend.startswith("poetry.") and project.tool("poetry"):
        readers = [_poetry_fields]
    elif not has_table and described_by and (project.backend or "setuptools").startswith("setuptools"):
        readers = []
    found = chain.from_iterable(read(project) for read in (_build_system, *readers))
    return list(islice(found, MAX_FAULTS))


def _build_system(project: Project) -> Iterator[Finding]:
    table = table_of(project.data.get("build-system"))
    add = ("[build-system]", 'requires = ["setuptools>=77"]', 'build-backend = "setuptools.build_meta"')
    if not table:
        says = "The file has no `[build-system]`, so it does not say what builds the package."
        yield Finding(
            project.place(), says, "`[build-system]` with `requires` and `build-backend`", "none", add
        )
    if table and "requires" not in table:
        says = "`[build-system]` has no `requires`."
        yield Finding(project.place("build-system"), says, "`requires`", "none", (add[1],))
    yield from _wrong_types(project, "build-system", table, BUILD_SYSTEM_TYPES)
    if "requires" in table and "build-backend" not in table and not _requires_setuptools(table["requires"]):
        says = (
            "`[build-system]` has no `build-backend`, so setuptools is used, but `requires` does not list it."
        )
        yield Finding(project.place("build-system"), says, "`build-backend`", "none", (add[2],))


def _requires_setuptools(requires: object) -> bool:
    # pip uses setuptools if there is no build backend
    names = (
        [one for one in requires if isinstance(one, str)] if isinstance(requires, list) else ["setuptools"]
    )
    return any(re.match(r"\s*setuptools\b(?![-_.])", one, re.IGNORECASE) for one in names)


def _types(project: Project) -> Iterator[Finding]:
    if not isinstance(project.data.get("project"), dict):
        yield Finding(
            project.place(), "`project` is not a table.", "`[project]`", "a different type", ("[project]",)
        )
    yield from _wrong_types(project, "project", project.project, PROJECT_TYPES)


def _wrong_types(
    project: Project, table: str, data: Mapping[str, Any], types: Mapping[str, FieldType]
) -> Iterator[Finding]:
    for key, kind in types.items():
        if key in data and not kind.accepts(data[key]):
            place = project.place(table, key)
            place = place if place != project.place(table) else project.place(f"{table}.{key}")
            says = f"{quoted(key)} in `[{table}]` is not {kind.words}."
            yield Finding(place, says, kind.words, quoted(cut(str(data[key]), 60)), (kind.example,))


def _dynamic(project: Project) -> Iterator[Finding]:
    # keys in `dynamic` must be standard and have no value in `[project]`
    data, dynamic = project.project, project.project.get("dynamic")
    for key in dynamic if isinstance(dynamic, list) else ():
        place = project.place("project", "dynamic")
        if key == "name" or (isinstance(key, str) and key not in KEYS):
            says = f"`dynamic` lists {quoted(key)}, which a build backend cannot provide."
            yield Finding(place, says, "standard keys other than `name`", quoted(key))
        elif isinstance(key, str) and key in data:
            says = f"{quoted(key)} has a value in `[project]`, but `dynamic` lists it too."
            yield Finding(project.place("project", key), says, "only one of them", "both")


def _no_project(project: Project) -> Iterator[Finding]:
    other = "`[tool.poetry]`" if "poetry" in table_of(project.data.get("tool")) else "none"
    add = (
        "[project]",
        'name = "my-package"',
        'version = "0.1.0"',
        'requires-python = ">=3.11"',
        "dependencies = []",
    )
    says = "The file has no `[project]`, so it does not describe the package."
    yield Finding(project.place(), says, "`[project]` with a name and a version", other, add)


def _poetry_fields(project: Project) -> Iterator[Finding]:
    # Poetry also reads name and version from its own table
    table = project.tool("poetry")
    if table.get("package-mode") is False:
        says = "The file does not describe a package: `package-mode` is false."
        yield Finding(
            project.place("tool.poetry", "package-mode"), says, "a package", "`package-mode = false`"
        )
        return
    for key, (what, read) in _READERS.items():
        shown = quoted(str(table.get(key)))
        if key in table and not _can_be_read(table[key], read):
            yield Finding(
                project.place("tool.poetry", key),
                f"{shown} is not a valid {_noun(what)}.",
                f"a {what}",
                shown,
            )
        elif key not in table and key != "requires-python":
            add = 'name = "my-package"' if key == "name" else 'version = "0.1.0"'
            says = f"The package has no {key}."
            yield Finding(project.place("tool.poetry"), says, quoted(key), "none", (add,))


def _keys(project: Project) -> Iterator[Finding]:
    unknown = [key for key in project.project if key not in KEYS]
    for key in unknown[:MAX_FAULTS]:
        says = f"`[project]` has the unknown key {quoted(key)}. {did_you_mean(key, list(KEYS))}"
        yield Finding(project.place("project", key), says, "a standard key", quoted(key))


def _fields(project: Project) -> Iterator[Finding]:
    data = project.project
    given = data.get("dynamic")
    dynamic = given if isinstance(given, list) else []
    if "name" not in data:
        yield Finding(
            project.place("project"), "The package has no name.", "`name`", "none", ('name = "my-package"',)
        )
    if "version" not in data and "version" not in dynamic:
        says = "The package has no version."
        yield Finding(
            project.place("project"), says, "`version`, or `dynamic`", "none", ('version = "0.1.0"',)
        )
    for key, (what, read) in _READERS.items():
        if key in data and not _can_be_read(data[key], read):
            shown = quoted(str(data[key]))
            says = f"{shown} is not a valid {_noun(what)}."
            add = (_EXAMPLES[key],) if key in _EXAMPLES else ()
            yield Finding(project.place("project", key), says, f"a {what}", shown, add)


def _name(text: str) -> None:
    canonicalize_name(text, validate=True)


_EXAMPLES = {
    "name": 'name = "my-package"',
    "version": 'version = "0.1.0"',
    "requires-python": 'requires-python = ">=3.11"',
}
_READERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "name": ("name with letters, digits, `-`, `_` and `.`", _name),
    "version": ("version such as `1.2.0`", Version),
    "requires-python": ("version range such as `>=3.11`", SpecifierSet),
}


def _can_be_read(data: object, read: Callable[[str], object]) -> bool:
    try:
        return isinstance(data, str) and len(data) < 1000 and read(data) is not False
    except (InvalidName, InvalidVersion, InvalidSpecifier, InvalidRequirement, InvalidLicenseExpression):
        return False


def _dependencies(project: Project) -> Iterator[Finding]:
    optional = table_of(project.project.get("optional-dependencies"))
    lists = [("project", "dependencies", project.project.get("dependencies", []))]
    lists += [("project.optional-dependencies", name, items) for name, items in optional.items()]
    for table, key, items in lists:
        if not isinstance(items, list):
            says = f"{quoted(key)} is not a list."
            yield Finding(
                project.place(table, key), says, 'a list such as `["flask>=3"]`', quoted(str(items))
            )
            continue
        for item in items:
            if not _can_be_read(item, Requirement):
                shown = quoted(cut(str(item), 60))
                says = f"The dependency {shown} is not valid."
                expected = 'a name with a version range, such as `"flask>=3,<4"`'
                yield Finding(project.place(table, key, str(item)), says, expected, shown)


def _named_files(project: Project) -> Iterator[Finding]:
    # the files of readme and license must exist
    data = project.project
    named = {"readme": data.get("readme"), "license": table_of(data.get("license"))}
    for key, value in named.items():
        file = value if isinstance(value, str) else table_of(value).get("file")
        if isinstance(file, str) and project.inside(file) not in project.files:
            near = [path for path in project.files if path.lower().startswith(key[:6]) and "/" not in path]
            says = f"{quoted(key)} refers to {quoted(file)}, which does not exist."
            yield Finding(
                project.place("project", key),
                says,
                quoted(file),
                listed(map(quoted, near)) or "none",
                (f'{key} = "{near[0]}"',) if near and isinstance(value, str) else (),
            )
    license = data.get("license")
    if isinstance(license, str) and not _can_be_read(license, canonicalize_license_expression):
        shown = quoted(license)
        says = f"{shown} is not an SPDX license."
        yield Finding(project.place("project", "license"), says, "an SPDX expression such as `MIT`", shown)


def _noun(what: str) -> str:
    return re.split(" such as | with ", what, maxsplit=1)[0]
