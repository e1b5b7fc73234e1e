"""`Any` in a public interface has its reason beside it, or is the signature of a library's method."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("labs", "lessons", "portal")
FILES = [
    path
    for app in OURS
    for path in sorted((ROOT / app).rglob("*.py"))
    if not {"migrations", "inside"} & set(path.parts)
]


def names_any(annotation: ast.expr | None) -> bool:
    return annotation is not None and re.search(r"\bAny\b", ast.unparse(annotation)) is not None


def border(node: ast.stmt) -> str:
    """Return the name of a public function or attribute whose annotation names Any, "" for any other."""
    if isinstance(node, ast.FunctionDef):
        given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        found, name = [*(argument.annotation for argument in given), node.returns], node.name
    elif isinstance(node, ast.AnnAssign):
        found, name = [node.annotation], ast.unparse(node.target)
    else:
        return ""
    return name if not name.startswith("_") and any(map(names_any, found)) else ""


def borders(body: list[ast.stmt], within: str = "") -> Iterator[tuple[str, str, ast.stmt]]:
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from borders(node.body, node.name)
        elif name := border(node):
            yield within, name, node


def has_reason(node: ast.stmt, lines: list[str]) -> bool:
    start = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
    end = node.body[0].lineno if isinstance(node, ast.FunctionDef) else node.end_lineno
    return any("# Any: " in line for line in lines[max(start - 2, 0) : end])


def is_of_a_library(path: Path, within: str, name: str) -> bool:
    if not within:
        return False
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    bases = inspect.getmro(getattr(importlib.import_module(module), within))[1:]
    return any(name in vars(base) for base in bases if base.__module__.split(".")[0] not in OURS)


def without_reason(path: Path) -> list[str]:
    text = path.read_text()
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}: {name}"
        for within, name, node in borders(ast.parse(text).body)
        if not has_reason(node, text.splitlines()) and not is_of_a_library(path, within, name)
    ]


def test_any_in_a_public_interface_has_a_reason():
    assert [line for path in FILES for line in without_reason(path)] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(a: Any) -> int: ...", "f"),
        ("def f(*, a: 'dict[str, Any]'): ...", "f"),
        ("a: list[Any] = []", "a"),
        ("def _f(a: Any) -> int: ...", ""),
        ("def f(a: AnyQuestion) -> int: ...", ""),
    ],
)
def test_a_public_interface_is_found(text, expected):
    [node] = ast.parse(text).body
    assert border(node) == expected


def test_a_reason_is_beside_or_above_the_annotation():
    lines = ["# Any: JSON", "def f(", "    a: Any,", ") -> None:", "    return None"]
    [node] = ast.parse("\n".join(lines)).body
    assert has_reason(node, lines)
    assert not has_reason(node, ["", *lines[1:]])


def test_each_ignored_type_has_a_reason():
    bare = re.compile(r"# type: ignore(?!\[[\w, -]+\]  # \w)")
    paths = [path for app in OURS for path in sorted((ROOT / app).rglob("*.py"))]
    assert [
        f"{path.relative_to(ROOT)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if bare.search(line)
    ] == []
