"""poetry-core: `packages` of `[tool.poetry]`, or a package or module named after the project, also in `src`."""

from collections.abc import Iterator
from typing import Any

from packaging.utils import canonicalize_name

from ...words import quoted
from ..project import Project, table_of
from .tree import MAX_PATTERNS, Contents, Tree, join, texts


def contents(tree: Tree, project: Project) -> Contents:
    table = project.tool("poetry")
    if table.get("package-mode") is False:
        return Contents(fault="`package-mode = false` disables packaging")
    if "build" in table:
        return Contents(
            unknown="which packages the wheel contains: `[tool.poetry.build]` runs a script in the repository"
        )
    wanted = table.get("packages")
    named = [table_of(item) for item in wanted] if isinstance(wanted, list) else []
    of_wheel = [item for item in named if "wheel" in texts(item.get("format", ["sdist", "wheel"]))]
    items = of_wheel or _by_name(tree, project)
    if isinstance(items, str):
        return Contents(fault=items)
    files: dict[str, str] = {}
    for item in items[:MAX_PATTERNS]:
        found = dict(_of_item(tree, item))
        pattern, source = str(item.get("include", "")), str(item.get("from", ""))
        if not any(path.endswith((".py", ".pyi")) for path in found):
            return Contents(fault=f"Poetry finds no Python files in {quoted(join(source, pattern))}")
        files |= found
    also = table.get("include")
    for item in also if isinstance(also, list) else ():
        if isinstance(item, dict) and "wheel" in texts(item.get("format", [])):
            files |= {path: path for path in tree.glob(str(item.get("path", "")))}
    left_out = {path for pattern in texts(table.get("exclude"))[:MAX_PATTERNS] for path in tree.glob(pattern)}
    return Contents({path: file for path, file in files.items() if file not in left_out})


def _by_name(tree: Tree, project: Project) -> list[Any] | str:
    own = project.project.get("name") or project.tool("poetry").get("name") or ""
    name = str(canonicalize_name(str(own))).replace("-", "_")
    for home in ("", "src"):
        folder, module = join(home, name), join(home, f"{name}.py")
        if tree.is_folder(folder) and module in tree.files:
            return f"both {quoted(folder)} and {quoted(module)} exist, but Poetry expects only one"
        if tree.is_folder(folder) or module in tree.files:
            there = name if tree.is_folder(folder) else f"{name}.py"
            return [{"include": there, "from": home} if home else {"include": there}]
    return f"Poetry expects the package or module {quoted(name)}, next to `pyproject.toml` or in `src`, but finds none"


def _of_item(tree: Tree, item: Any) -> Iterator[tuple[str, str]]:
    source, target = str(item.get("from", "")).strip("/"), str(item.get("to", "")).strip("/")
    prefix = len(source) + 1 if source not in ("", ".") else 0
    for path in tree.glob(str(item.get("include", "")), source):
        yield join(target, path[prefix:]), path
