"""Count the tests that pytest would collect from a module. The module is parsed and never run."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .pytest_settings import PytestSettings

MAX_NESTING = 20
_DATA_CLASSES = ("dataclass", "define", "frozen", "attrs", "attr.s", "attributes")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Collected:
    """The number of tests, and the classes that pytest skips because they have a constructor."""

    number: int = 0
    constructed: list[ast.ClassDef] = field(default_factory=list)


def collect_tests(module: ast.Module, settings: PytestSettings) -> Collected:
    found = Collected()
    nodes = list(_statements(module.body))
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    _collect(nodes, classes, settings, found, 0)
    return found


def _statements(body: list[ast.stmt], depth: int = 0) -> Iterator[ast.stmt]:
    # including those in `if`, `try` and `with`
    for node in body:
        yield node
        if depth < MAX_NESTING and isinstance(node, ast.If | ast.Try | ast.With):
            yield from _statements([*node.body, *getattr(node, "orelse", [])], depth + 1)


def _collect(
    nodes: list[ast.stmt],
    classes: Mapping[str, ast.ClassDef],
    settings: PytestSettings,
    found: Collected,
    depth: int,
) -> None:
    for node in nodes:
        if isinstance(node, _Function):
            found.number += settings.is_test_function(node.name) and not _is_fixture(node)
        elif isinstance(node, ast.ClassDef) and depth < MAX_NESTING:
            _collect_class(node, classes, settings, found, depth)


def _collect_class(
    node: ast.ClassDef,
    classes: Mapping[str, ast.ClassDef],
    settings: PytestSettings,
    found: Collected,
    depth: int,
) -> None:
    family = list(_family(node, classes))
    inside = [inner for one in family for inner in _statements(one.body)]
    if _is_off(node):
        return
    if any(_last_name(base).endswith("TestCase") for one in family for base in one.bases):
        found.number += sum(isinstance(one, _Function) and one.name.startswith("test") for one in inside)
    elif settings.is_test_class(node.name):
        if any(_has_constructor(one) for one in family):
            found.constructed.append(node)
        else:
            _collect(inside, classes, settings, found, depth + 1)


def _family(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> Iterator[ast.ClassDef]:
    # a class and its base classes in the module
    seen: dict[str, ast.ClassDef] = {}
    waiting = [node]
    while waiting and len(seen) < MAX_NESTING:
        one = waiting.pop(0)
        if one.name not in seen:
            seen[one.name] = one
            yield one
            waiting += [classes[name] for base in one.bases if (name := _last_name(base)) in classes]


def _has_constructor(node: ast.ClassDef) -> bool:
    written = any(
        isinstance(one, _Function) and one.name in ("__init__", "__new__") for one in _statements(node.body)
    )
    made = any(_last_name(one) in _DATA_CLASSES for one in node.decorator_list)
    return written or made or any(_last_name(base) == "NamedTuple" for base in node.bases)


def _is_off(node: ast.ClassDef) -> bool:
    # `__test__ = False`
    for one in node.body:
        if isinstance(one, ast.Assign) and any(_last_name(target) == "__test__" for target in one.targets):
            return isinstance(one.value, ast.Constant) and not one.value.value
    return False


def _is_fixture(node: _Function) -> bool:
    return any(_last_name(one) == "fixture" for one in node.decorator_list)


def _last_name(node: ast.expr) -> str:
    # the name after the last dot of `a.b`, `a.b(…)` or `a.b[…]`
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.attr if isinstance(node, ast.Attribute) else str(getattr(node, "id", ""))
