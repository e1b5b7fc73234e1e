"""Where the code of a package and its tests lie."""

import ast
import posixpath
import re
from collections.abc import Iterator

from ..findings import Answer, Finding, Place, answer
from ..words import count, listed, quoted
from .back_ends import Contents, contents_of
from .project import Project
from .requirements import Read

MAX_TEST_FILES = 200
_FOREIGN = {".venv", "venv", "env", "site-packages", "node_modules", ".tox", ".git"}


def package_found(project: Project, read: Read, import_name: str | None = None) -> Answer:
    """What the wheel of a project lets one import: anything, or `import_name`, by the rules of its back end."""
    contents = contents_of(project, read)
    if contents.unknown:
        return Answer(unknown=contents.unknown)
    modules = contents.modules()
    place = _place_in(contents, import_name) if import_name else next(iter(modules.values()), "")
    if contents.fault or not place:
        return Answer((_no_package(project, contents, import_name),))
    names = [import_name] if import_name else list(modules)
    said = f"{quoted(project.path)} is valid, and {listed(map(quoted, names), 5)} can be imported from its wheel."
    return answer([], said, [project.place("project", "name"), Place(project.inside(place))])


def _place_in(contents: Contents, import_name: str) -> str:
    """A file of the project that a dotted name is imported from."""
    path = import_name.replace(".", "/")
    likely = (f"{path}/__init__.py", f"{path}.py")
    below = (name for name in sorted(contents.files) if name.startswith(f"{path}/") and name.endswith(".py"))
    found = next((name for name in likely if name in contents.files), next(below, ""))
    return contents.files.get(found, "")


def _no_package(project: Project, contents: Contents, import_name: str | None) -> Finding:
    own = re.sub(r"[-.]+", "_", str(project.project.get("name", ""))).lower()
    name = import_name or own
    folders = [
        posixpath.normpath(posixpath.join(project.inside(home), name.replace(".", "/")))
        for home in ("src", ".")
    ]
    bare = next((folder for folder in folders if _is_bare(project, folder)), None)
    found = listed(map(quoted, contents.modules()), 5) or "no package"
    if bare:
        says = f"The folder {quoted(bare)} has no `__init__.py`, so it is no package."
        add = (f"{bare}/__init__.py",)
        return Finding(Place(project.path), says, quoted(add[0]), "none", add)
    why = f": {contents.fault}." if contents.fault else "."
    return Finding(
        project.place("project", "name"),
        f"There is no package {quoted(name)}{why}",
        f"{quoted(f'{folders[0]}/__init__.py')} or {quoted(f'{folders[1]}/__init__.py')}",
        found,
        add=(f"{folders[0]}/__init__.py",),
    )


def _is_bare(project: Project, folder: str) -> bool:
    """A folder with Python in it that has no `__init__.py`."""
    if f"{folder}/__init__.py" in project.files:
        return False
    return any(path.startswith(f"{folder}/") and path.endswith(".py") for path in project.files)


def tests_found(folder: str, files: list[str], read: Read) -> Answer:
    """At least one file such as `tests/test_x.py` has a test function, and all of them are Python."""
    prefix = f"{folder}/" if folder else ""
    paths = [path for path in files if path.startswith(prefix) and _is_test_file(path[len(prefix) :])]
    counted: dict[str, int] = {}
    findings: list[Finding] = []
    for path in paths[:MAX_TEST_FILES]:
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
