"""The location of a package's code and tests."""

import ast
import posixpath
import re
from dataclasses import replace

from ..findings import Answer, Finding, Place, answer
from ..formats.path_patterns import pattern_matches
from ..words import count, listed, quoted
from .back_ends import Contents, contents_of
from .collected_tests import Collected, collect_tests
from .project import Project
from .pytest_settings import PytestSettings, SettingsError, pytest_settings
from .requirements import Read

MAX_TEST_FILES = 200
_FOREIGN = {".venv", "venv", "env", "site-packages", "node_modules", ".tox", ".git"}


def package_found(project: Project, read: Read, import_name: str | None = None) -> Answer:
    """The wheel provides `import_name`, or any module, by the rules of the build backend."""
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
    # a file that provides a dotted name
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
        says = f"The folder {quoted(bare)} has no `__init__.py`, so it is not a package."
        add = (f"{bare}/__init__.py",)
        return Finding(Place(project.path), says, quoted(add[0]), "none", add)
    why = f": {contents.fault}" if contents.fault else ""
    return Finding(
        project.place("project", "name"),
        f"The project has no package {quoted(name)}{why}.{contents.hint}",
        f"{quoted(f'{folders[0]}/__init__.py')} or {quoted(f'{folders[1]}/__init__.py')}",
        found,
        add=(f"{folders[0]}/__init__.py",),
    )


def _is_bare(project: Project, folder: str) -> bool:
    # a folder with Python files but no `__init__.py`
    if f"{folder}/__init__.py" in project.files:
        return False
    return any(path.startswith(f"{folder}/") and path.endswith(".py") for path in project.files)


def tests_found(folder: str, files: list[str], read: Read) -> Answer:
    """Pytest collects at least one test with the project's settings, and all test files are valid Python."""
    try:
        settings = pytest_settings(folder, files, read)
    except SettingsError as error:
        return Answer(unknown=str(error))
    paths = _test_files(folder, files, settings)
    counted: dict[str, Collected] = {}
    findings: list[Finding] = []
    for path in paths[:MAX_TEST_FILES]:
        tests = _tests_in(path, read(path), settings)
        if isinstance(tests, Finding):
            findings.append(tests)
        else:
            counted[path] = tests
    total = sum(tests.number for tests in counted.values())
    if not findings and not total:
        findings.append(_constructed(counted) or _no_tests(folder, list(counted), files, settings))
    seen = [Place(path) for path, tests in counted.items() if tests.number]
    return answer(findings, f"{count(total, 'test function')} in {count(len(seen), 'file')}.", seen)


def _test_files(folder: str, files: list[str], settings: PytestSettings) -> list[str]:
    # in `testpaths`, or in the whole folder if none of them exists; a file listed there counts by itself
    inside = [path for path in files if not folder or path.startswith(f"{folder}/")]
    roots = {
        path: root
        for root in settings.testpaths
        for path in inside
        if root == "." or pattern_matches(root, path)
    }
    found: list[str] = []
    for path, root in (roots or dict.fromkeys(inside, folder)).items():
        base = root if path.startswith(f"{root}/") else folder
        folders = posixpath.relpath(path, base or ".").split("/")[:-1]
        named = path == root and path.endswith(".py")
        is_test = (named or settings.is_test_file(path)) and not settings.is_left_out(folders)
        found += [path] if is_test and _FOREIGN.isdisjoint(folders) else []
    return sorted(found)


def _tests_in(path: str, text: str | None, settings: PytestSettings) -> Collected | Finding:
    # the file is parsed and never run
    if text is None:
        return Collected()
    try:
        module = ast.parse(text)
    except SyntaxError as error:
        place = Place(path, error.lineno or 1, error.offset or 0)
        says = f"{quoted(path)} is not valid Python: {error.msg}."
        return Finding(place, says, "valid Python", str(error.msg))
    except (ValueError, RecursionError, MemoryError):
        says = f"{quoted(path)} cannot be parsed as Python."
        return Finding(Place(path), says, "valid Python", "a file that cannot be parsed")
    return collect_tests(module, settings)


def _constructed(counted: dict[str, Collected]) -> Finding | None:
    # a class whose tests pytest skips
    for path, tests in counted.items():
        for node in tests.constructed:
            says = f"Pytest does not collect `{node.name}` in {quoted(path)}, because the class has a constructor."
            return Finding(
                Place(path, node.lineno),
                says,
                "a class without `__init__` that uses `setup_method` or fixtures",
                f"`class {node.name}`",
            )
    return None


def _no_tests(folder: str, counted: list[str], files: list[str], settings: PytestSettings) -> Finding:
    file, function = settings.example(folder)
    add = (f"def {function}():", "    assert add(2, 3) == 5")
    by = f" according to {quoted(settings.path)}" if settings.is_own else ""
    names = " or ".join(quoted(one) for one in settings.python_functions)
    wanted = (
        f"functions whose names start with {names}"
        if names
        else "test functions (`python_functions` is empty)"
    )
    if counted:
        says = f"No function in {listed(map(quoted, counted))} is a test{by}."
        return Finding(Place(counted[0], 1), says, wanted, "none", add)
    says = f"There are no tests{by}."
    if settings.testpaths and _test_files(folder, files, replace(settings, testpaths=())):
        where = listed(map(quoted, settings.testpaths))
        says = f"There are no tests in {where}, the `testpaths` in {quoted(settings.path)}."
    pattern = posixpath.join(posixpath.dirname(file), next(iter(settings.python_files), "*.py"))
    return Finding(Place(file), says, f"{quoted(pattern)} with test functions", "none", add)
