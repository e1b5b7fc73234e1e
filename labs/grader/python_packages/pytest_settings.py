"""The settings by which pytest collects files, classes and functions; pytest is not run."""

import posixpath
import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..formats.data import UnparsableError, read_data
from ..words import quoted
from .project import table_of
from .requirements import Read

MAX_PATTERNS = 100
# The files in which pytest looks for settings, in order; the first that has some counts
_PLACES: dict[str, tuple[tuple[str, ...], ...]] = {
    "pytest.toml": (("pytest",),),
    ".pytest.toml": (("pytest",),),
    "pytest.ini": (("pytest",),),
    ".pytest.ini": (("pytest",),),
    "pyproject.toml": (("tool", "pytest", "ini_options"), ("tool", "pytest")),
    "tox.ini": (("pytest",),),
    "setup.cfg": (("tool:pytest",),),
}
_EVEN_EMPTY = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini")
_KEYS = ("python_files", "python_classes", "python_functions", "testpaths", "norecursedirs")
_OTHER_SETTINGS = re.compile(r"(?:^|\s)(?:-c|-o|--config-file|--override-ini|--doctest\S*)(?=[\s=]|$)")


class SettingsError(Exception):
    """The settings of pytest are unknown; the message completes "Cannot tell …"."""


@dataclass(frozen=True)
class PytestSettings:
    """`path` is the file with the settings, empty for the defaults. `testpaths` are relative to the repository."""

    path: str = ""
    python_files: tuple[str, ...] = ("test_*.py", "*_test.py")
    python_classes: tuple[str, ...] = ("Test",)
    python_functions: tuple[str, ...] = ("test",)
    testpaths: tuple[str, ...] = ()
    norecursedirs: tuple[str, ...] = (
        "*.egg",
        ".*",
        "_darcs",
        "build",
        "CVS",
        "dist",
        "node_modules",
        "venv",
        "{arch}",
    )

    @property
    def is_own(self) -> bool:
        """Return True if the names to collect differ from pytest's defaults."""
        usual = PytestSettings()
        return (self.python_files, self.python_classes, self.python_functions) != (
            usual.python_files,
            usual.python_classes,
            usual.python_functions,
        )

    def is_test_file(self, path: str) -> bool:
        return path.endswith(".py") and any(_is_like(pattern, path) for pattern in self.python_files)

    def is_left_out(self, folders: Collection[str]) -> bool:
        return any(fnmatchcase(folder, pattern) for folder in folders for pattern in self.norecursedirs)

    def is_test_class(self, name: str) -> bool:
        return _is_named(self.python_classes, name)

    def is_test_function(self, name: str) -> bool:
        return _is_named(self.python_functions, name)

    def example(self, folder: str) -> tuple[str, str]:
        """Return a file and a function name that pytest collects."""
        pattern = next((one for one in self.python_files if not re.search(r"[?\[]", one)), "test_*.py")
        file = pattern.replace("*", "app").lstrip("/")
        home = next((path for path in self.testpaths if "*" not in path), posixpath.join(folder, "tests"))
        prefix = next(iter(self.python_functions), "test")
        name = prefix.replace("*", "adds") if "*" in prefix else f"{prefix.rstrip('_')}_adds"
        return posixpath.join(home, file), name


def pytest_settings(folder: str, files: Collection[str], read: Read) -> PytestSettings:
    """Return the settings of a folder or of the nearest parent folder with some. Raises SettingsError."""
    home = folder
    while True:
        for name in _PLACES:
            path = posixpath.join(home, name)
            found = _table(path, read) if path in files else None
            if found is not None:
                return _settings(path, found, folder if home == folder else None)
        if not home:
            return PytestSettings()
        home = posixpath.dirname(home)


def _table(path: str, read: Read) -> Mapping[str, object] | None:
    name, text = posixpath.basename(path), read(path)
    if text is None:
        raise SettingsError(f"which settings pytest uses: {quoted(path)} could not be read")
    try:
        data = table_of(read_data(text, "toml" if name.endswith(".toml") else "ini").plain())
    except UnparsableError as error:
        if name in ("tox.ini", "setup.cfg") and not re.search(r"^\[(?:tool:)?pytest\]", text, re.MULTILINE):
            return None
        why = f"{quoted(path)} could not be read: {error.message}"
        raise SettingsError(f"which settings pytest uses: {why}") from None
    if name == "setup.cfg" and "pytest" in data and "tool:pytest" not in data:
        raise SettingsError(f"which settings pytest uses: it ignores `[pytest]` in {quoted(path)}")
    for keys in _PLACES[name]:
        found: object = data
        for key in keys:
            found = table_of(found).get(key)
        if found or (found is not None and keys != ("tool", "pytest")):
            return table_of(found)
    return {} if name in _EVEN_EMPTY else None


def _settings(path: str, table: Mapping[str, object], folder: str | None) -> PytestSettings:
    # `folder` is None for settings of a parent folder, whose `testpaths` do not count
    if _OTHER_SETTINGS.search(" ".join(_words(path, "addopts", table.get("addopts", "")))):
        raise SettingsError(f"which tests pytest collects: `addopts` in {quoted(path)} changes its settings")
    values = {key: tuple(_words(path, key, table[key]))[:MAX_PATTERNS] for key in _KEYS if key in table}
    paths = values.pop("testpaths", ())
    if folder is not None:
        paths = tuple(posixpath.normpath(posixpath.join(folder, one)) for one in paths)
    return PytestSettings(path, testpaths=paths if folder is not None else (), **values)


def _words(path: str, key: str, value: object) -> Iterator[str]:
    # a string is split as in a shell, a list has one value per item
    if value is None:  # a key without a value
        return
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        yield from map(str, value)
    elif isinstance(value, str):
        try:
            yield from shlex.split(value, comments=False)
        except ValueError:
            why = f"{quoted(key)} in {quoted(path)} has an unclosed quote"
            raise SettingsError(f"which settings pytest uses: {why}") from None
    else:
        raise SettingsError(
            f"which settings pytest uses: {quoted(key)} in {quoted(path)} is not a list of strings"
        )


def _is_like(pattern: str, path: str) -> bool:
    if "/" not in pattern:
        return fnmatchcase(posixpath.basename(path), pattern)
    return fnmatchcase(f"/{path}", pattern if pattern.startswith("/") else f"*/{pattern}")


def _is_named(options: Collection[str], name: str) -> bool:
    # each option is a prefix or a pattern
    return any(
        name.startswith(one) or (re.search(r"[*?\[]", one) and fnmatchcase(name, one)) for one in options
    )
