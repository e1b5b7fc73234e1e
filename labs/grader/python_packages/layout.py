"""Where the code of a package and its tests lie."""

import ast
import posixpath
import re
from collections.abc import Callable, Iterator

from ..findings import Answer, Finding, Place, answer
from ..words import count, listed, quoted
from .project import Project

MOST_TEST_FILES = 200
_NO_PACKAGES = {"tests", "test", "docs", "doc", "examples", "scripts", "tools", "benchmarks", "notebooks"}
_FOREIGN = {".venv", "venv", "env", "site-packages", "node_modules", ".tox", ".git"}
Read = Callable[[str], str | None]


def package_found(project: Project, import_name: str | None = None) -> tuple[list[Finding], Place | None]:
    """The package under the name that it is imported by, in `src` or beside pyproject.toml; its place."""
    name = import_name or re.sub(r"[-.]+", "_", str(project.project.get("name", ""))).lower()
    homes = [project.inside(folder) for folder in ("src", ".")]
    for home in homes:
        for path in (posixpath.join(home, name, "__init__.py"), posixpath.join(home, f"{name}.py")):
            if posixpath.normpath(path) in project.files:
                return [], Place(posixpath.normpath(path))
    there = _packages(project)
    if import_name is None and len(there) == 1 and project.backend.startswith("setuptools"):
        return [], Place(there[0])
    return [_no_package(project, name, there)], None


def _packages(project: Project) -> list[str]:
    """The `__init__.py` of each package in `src`, else beside pyproject.toml."""
    for home in ("src", "."):
        base = project.inside(home)
        prefix = "" if base == "." else f"{base}/"
        found = [
            path
            for path in sorted(project.files)
            if re.fullmatch(rf"{re.escape(prefix)}\w+/__init__\.py", path)
            and posixpath.basename(posixpath.dirname(path)) not in _NO_PACKAGES
        ]
        if found:
            return found
    return []


def _no_package(project: Project, name: str, there: list[str]) -> Finding:
    folders = [posixpath.normpath(posixpath.join(project.inside(home), name)) for home in ("src", ".")]
    bare = next(
        (folder for folder in folders if any(path.startswith(f"{folder}/") for path in project.files)), None
    )
    if bare:
        says = f"The folder {quoted(bare)} has no `__init__.py`, so it is no package."
        return Finding(
            Place(project.path), says, quoted(f"{bare}/__init__.py"), "none", (f"{bare}/__init__.py",)
        )
    found = listed([quoted(posixpath.dirname(path)) for path in there]) or "no package"
    return Finding(
        project.place("project", "name"),
        f"There is no package {quoted(name)}.",
        f"{quoted(f'{folders[0]}/__init__.py')} or {quoted(f'{folders[1]}/__init__.py')}",
        found,
    )


def tests_found(folder: str, files: list[str], read: Read) -> Answer:
    """At least one file such as `tests/test_x.py` has a test function, and all of them are Python."""
    prefix = f"{folder}/" if folder else ""
    paths = [path for path in files if path.startswith(prefix) and _is_test_file(path[len(prefix) :])]
    counted: dict[str, int] = {}
    findings: list[Finding] = []
    for path in paths[:MOST_TEST_FILES]:
        tests = _tests_in(path, read(path))
        if isinstance(tests, Finding):
            findings.append(tests)
        else:
            counted[path] = tests
    if not findings and not sum(counted.values()):
        findings.append(_no_tests(prefix, counted))
    number = count(sum(counted.values()), "test function")
    seen = [Place(path) for path, tests in counted.items() if tests]
    return answer(findings, f"{number} in {count(len(seen), 'file')}.", seen)


def _is_test_file(path: str) -> bool:
    parts = path.split("/")
    return bool(re.fullmatch(r"test_.*\.py|.*_test\.py", parts[-1])) and _FOREIGN.isdisjoint(parts)


def _tests_in(path: str, text: str | None) -> int | Finding:
    """How many tests a file has. It is parsed and never run."""
    if text is None:
        return 0
    try:
        module = ast.parse(text)
    except SyntaxError as error:
        place = Place(path, error.lineno or 1, error.offset or 0)
        says = f"{quoted(path)} is no Python: {error.msg}."
        return Finding(place, says, "Python that can be read", str(error.msg))
    except (ValueError, RecursionError, MemoryError):
        says = f"{quoted(path)} cannot be read as Python."
        return Finding(Place(path), says, "Python that can be read", "text that is none")
    return sum(1 for _ in _functions(module))


def _functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in module.body:
        inside = node.body if isinstance(node, ast.ClassDef) and _is_test_class(node) else [node]
        for one in inside:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name.startswith("test"):
                yield one


def _is_test_class(node: ast.ClassDef) -> bool:
    bases = [base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases]
    return node.name.startswith("Test") or any(str(base).endswith("TestCase") for base in bases)


def _no_tests(prefix: str, counted: dict[str, int]) -> Finding:
    add = ("def test_adds():", "    assert add(2, 3) == 5")
    if counted:
        path = next(iter(counted))
        says = f"No function of {listed(map(quoted, counted))} is a test."
        return Finding(Place(path, 1), says, "functions whose name starts with `test`", "none", add)
    says = "There are no tests."
    return Finding(
        Place(f"{prefix}tests/test_app.py"), says, "`tests/test_*.py` with test functions", "none", add
    )
