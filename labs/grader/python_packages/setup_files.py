"""setup.cfg and setup.py of setuptools, read without running them: only literal values are known."""

import ast
import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..formats.data import UnparsableError, read_data
from ..words import quoted
from .project import Project, table_of

_FINDERS = ("find_packages", "find_namespace_packages")


@dataclass(frozen=True)
class Find:
    """A call of `find_packages`, or `find:` in setup.cfg, with its arguments."""

    where: str = "."
    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    namespaces: bool = False


@dataclass
class SetupFile:
    """Arguments of `setup()` by name; setup.cfg adds to setup.py and wins.

    `unknown` are arguments that setup.py computes at run time, with the reason.
    """

    paths: list[str] = field(default_factory=list)
    values: dict[str, object] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    requires: list[tuple[str, str]] = field(default_factory=list)


def read_setup(project: Project, read: Callable[[str], str | None]) -> SetupFile:
    found = SetupFile()
    python, config = project.inside("setup.py"), project.inside("setup.cfg")
    for path, reader in ((python, _from_python), (config, _from_config)):
        text = read(path) if path in project.files else None
        if text is not None:
            reader(path, text, found)
            found.paths.append(path)
        elif path in project.files:
            found.unknown[""] = f"{quoted(path)} was not read"
    return found


def _from_python(path: str, text: str, found: SetupFile) -> None:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        found.unknown[""] = f"{quoted(path)} cannot be parsed as Python"
        return
    calls = [node for node in _nodes(tree) if isinstance(node, ast.Call) and _name_of(node.func) == "setup"]
    if len(calls) != 1:
        found.unknown[""] = f"{quoted(path)} calls `setup` {len(calls)} times"
        return
    literals = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for keyword in calls[0].keywords:
        name = keyword.arg or ""
        try:
            found.values[name] = _value(keyword.value, literals)
        except ValueError:
            shown = quoted(name) if name else "the arguments"
            found.unknown[name] = f"{quoted(path)} computes {shown} at run time"
    for key in ("install_requires", "extras_require"):
        value = found.values.get(key)
        texts = value if isinstance(value, list | tuple) else [value] if isinstance(value, str) else []
        if isinstance(value, dict):
            texts = [text for items in value.values() if isinstance(items, list | tuple) for text in items]
        found.requires += [(path, text) for text in texts if isinstance(text, str)]


def _nodes(tree: ast.AST) -> list[ast.AST]:
    try:
        return list(ast.walk(tree))
    except RecursionError:
        return []


def _name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _value(node: ast.expr, literals: dict[str, ast.expr]) -> Any:
    # a literal, a top-level name with one literal, or a call of a finder; raises ValueError
    if isinstance(node, ast.Name) and node.id in literals and not isinstance(literals[node.id], ast.Name):
        return _value(literals[node.id], {})
    if isinstance(node, ast.Call) and _name_of(node.func) in _FINDERS:
        names = ("where", "exclude", "include")
        given = dict(zip(names, node.args, strict=False)) | {
            one.arg or "": one.value for one in node.keywords
        }
        arguments = {name: ast.literal_eval(value) for name, value in given.items()}
        if not set(arguments) <= set(names):
            raise ValueError("an argument is not known")
        return Find(
            str(arguments.get("where", ".")),
            tuple(arguments.get("include", ("*",))),
            tuple(arguments.get("exclude", ())),
            _name_of(node.func) == "find_namespace_packages",
        )
    try:
        return ast.literal_eval(node)
    except (TypeError, RecursionError, MemoryError):
        raise ValueError("not literal") from None


def _from_config(path: str, text: str, found: SetupFile) -> None:
    try:
        data = table_of(read_data(text, "ini").plain())
    except UnparsableError:
        found.unknown[""] = f"{quoted(path)} is not valid INI"
        return
    options, metadata = table_of(data.get("options")), table_of(data.get("metadata"))
    for key in ("name", "version"):
        if key in metadata:
            found.values[key] = str(metadata[key])
    for key, value in options.items():
        name, given = key.replace("-", "_"), str(value or "")
        if name == "packages":
            found.values[name] = _config_packages(given, data)
        elif name == "py_modules":
            found.values[name] = _items(given)
        elif name == "package_dir":
            pairs = (item.partition("=") for item in _items(given))
            found.values[name] = {key.strip(): folder.strip() for key, _, folder in pairs}
        elif name == "install_requires" and not given.startswith("file:"):
            found.requires += [(path, item) for item in _lines(given)]
    for value in table_of(data.get("options.extras_require")).values():
        found.requires += [(path, item) for item in _lines(str(value or ""))]


def _config_packages(given: str, data: Any) -> Any:
    how = given.strip().rstrip(":").strip()
    if how not in ("find", "find_namespace") or not given.strip().endswith(":"):
        return _items(given)
    table = table_of(data.get("options.packages.find"))
    include, exclude = _items(str(table.get("include") or "")), _items(str(table.get("exclude") or ""))
    where = posixpath.normpath(str(table.get("where") or "."))
    return Find(where, tuple(include) or ("*",), tuple(exclude), how == "find_namespace")


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.replace(",", "\n").split("\n") if item.strip()]


def _lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.split("\n")]
    return [line for line in lines if line and not line.startswith("#")]
