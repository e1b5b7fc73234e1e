"""The types of the keys in `[project]` and `[build-system]`, by the pyproject.toml specification."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeGuard

PERSON = ("name", "email")
_OWN_ENTRY_POINTS = ("console_scripts", "gui_scripts")  # they are `scripts` and `gui-scripts`


@dataclass(frozen=True)
class FieldType:
    """The type of a key: in words, as an example line, and as a predicate for values."""

    words: str
    example: str
    accepts: Callable[[object], bool]


def _is_text(data: object) -> bool:
    return isinstance(data, str)


def _is_list(data: object) -> bool:
    return isinstance(data, list) and all(map(_is_text, data))


def _is_table(data: object) -> TypeGuard[dict[str, object]]:
    return isinstance(data, dict) and all(map(_is_text, data.values()))


def _is_table_of_lists(data: object) -> bool:
    return isinstance(data, dict)  # each list is reported by itself


def _are_people(data: object) -> bool:
    return isinstance(data, list) and all(_is_table(one) and set(one) <= set(PERSON) for one in data)


def _are_entry_points(data: object) -> bool:
    return (
        isinstance(data, dict)
        and all(map(_is_table, data.values()))
        and not any(name in data for name in _OWN_ENTRY_POINTS)
    )


def _is_readme(data: object) -> bool:
    if not isinstance(data, dict):
        return _is_text(data)
    has_one = ("file" in data) != ("text" in data)
    return _is_table(data) and has_one and "content-type" in data


def _is_license(data: object) -> bool:
    return _is_text(data) or (_is_table(data) and data.keys() in ({"file"}, {"text"}))


_TEXT, _LIST, _TABLE = "a string in quotes", "a list of strings", "a table of strings"
_PEOPLE = "a list of tables with `name` and `email`"
PROJECT_TYPES = {
    "description": FieldType(_TEXT, 'description = "Reviews models"', _is_text),
    "readme": FieldType(
        "a file name or a table with `content-type` and either `file` or `text`",
        'readme = "README.md"',
        _is_readme,
    ),
    "license": FieldType(
        "an SPDX expression or a table with either `file` or `text`", 'license = "MIT"', _is_license
    ),
    "license-files": FieldType(_LIST, 'license-files = ["LICENSE"]', _is_list),
    "authors": FieldType(_PEOPLE, 'authors = [{name = "Your name"}]', _are_people),
    "maintainers": FieldType(_PEOPLE, 'maintainers = [{name = "Your name"}]', _are_people),
    "keywords": FieldType(_LIST, 'keywords = ["models"]', _is_list),
    "classifiers": FieldType(_LIST, 'classifiers = ["Programming Language :: Python :: 3"]', _is_list),
    "urls": FieldType(_TABLE, 'urls = {Homepage = "https://example.org"}', _is_table),
    "scripts": FieldType(_TABLE, 'scripts = {app = "package.module:main"}', _is_table),
    "gui-scripts": FieldType(_TABLE, 'gui-scripts = {app = "package.module:main"}', _is_table),
    "entry-points": FieldType(
        "a table for each group, without `console_scripts` and `gui_scripts`",
        'entry-points = {"group.name" = {app = "package.module:main"}}',
        _are_entry_points,
    ),
    "optional-dependencies": FieldType(
        "a table of lists", 'optional-dependencies = {test = ["pytest"]}', _is_table_of_lists
    ),
    "dynamic": FieldType(_LIST, 'dynamic = ["version"]', _is_list),
    "import-names": FieldType(_LIST, 'import-names = ["package"]', _is_list),
    "import-namespaces": FieldType(_LIST, 'import-namespaces = ["package"]', _is_list),
}
BUILD_SYSTEM_TYPES = {
    "requires": FieldType(_LIST, 'requires = ["setuptools>=77"]', _is_list),
    "build-backend": FieldType(_TEXT, 'build-backend = "setuptools.build_meta"', _is_text),
    "backend-path": FieldType(_LIST, 'backend-path = ["."]', _is_list),
}
