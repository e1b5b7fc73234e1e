"""setuptools: packages listed in setup.py, setup.cfg and `[tool.setuptools]`, or discovered in `src` or the folder."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from ...words import listed, quoted
from ..project import Project, table_of
from ..setup_files import Find, SetupFile
from .tree import Contents, Tree, join, texts

_NO_PACKAGES = (
    *(
        "ci",
        "bin",
        "debian",
        "doc",
        "docs",
        "documentation",
        "manpages",
        "news",
        "newsfragments",
        "changelog",
    ),
    *("test", "tests", "unit_test", "unit_tests", "example", "examples", "scripts", "tools", "util", "utils"),
    *(
        "python",
        "build",
        "dist",
        "venv",
        "env",
        "requirements",
        "tasks",
        "fabfile",
        "site_scons",
        "benchmark",
    ),
    *("benchmarks", "exercise", "exercises", "htmlcov", "[._]*"),
)
_NO_MODULES = (
    *("setup", "conftest", "test", "tests", "example", "examples", "build", "toxfile", "noxfile", "pavement"),
    *(
        "dodo",
        "tasks",
        "fabfile",
        "[Ss][Cc]onstruct",
        "conanfile",
        "manage",
        "benchmark",
        "benchmarks",
        "exercise",
    ),
    *("exercises", "[._]*"),
)
_NEVER = ("ez_setup", "*__pycache__")
_DECIDES = ("", "packages", "py_modules", "package_dir", "ext_modules")


@dataclass
class _Named:
    """Packages and modules listed for the wheel; None if not listed, so that setuptools discovers them."""

    packages: list[str] | None = None
    modules: list[str] | None = None
    # `package_dir`: a package, or "" for all, and its folder
    homes: dict[str, str] = field(default_factory=dict)


def contents(tree: Tree, project: Project, setup: SetupFile) -> Contents:
    table = project.tool("setuptools")
    for key in _DECIDES:
        if key in setup.unknown and key.replace("_", "-") not in table:
            return Contents(unknown=f"which packages the wheel contains: {setup.unknown[key]}")
    named = _named(tree, table, setup)
    is_explicit = bool(setup.values.get("ext_modules") or table.get("ext-modules"))
    if named.packages is None and named.modules is None and not is_explicit:
        fault = _discover(tree, named)
        if fault:
            return Contents(fault=fault)
    home = named.homes.get("", "")
    if home and not tree.is_folder(home):
        return Contents(fault=f"the package folder {quoted(home)} does not exist")
    files: dict[str, str] = {}
    for package in named.packages or ():
        folder = _folder_of(package, named.homes)
        if not tree.is_folder(folder):
            return Contents(fault=f"the package {quoted(package)} has no folder {quoted(folder)}")
        path = package.replace(".", "/")
        files |= {
            join(path, posixpath.basename(file)): file
            for file in tree.files_in(folder)
            if file.endswith((".py", ".pyi")) or posixpath.basename(file) == "py.typed"
        }
    for module in named.modules or ():
        above, _, last = module.rpartition(".")
        folder = _folder_of(above, named.homes)
        if not tree.is_folder(folder):
            return Contents(fault=f"the module {quoted(module)} has no folder {quoted(folder)}")
        file = join(folder, f"{last}.py")
        if file in tree.files:
            files[f"{module.replace('.', '/')}.py"] = file
    return Contents(files)


def _named(tree: Tree, table: Mapping[str, Any], setup: SetupFile) -> _Named:
    found = _Named()
    values = setup.values
    homes = table.get("package-dir", values.get("package_dir"))
    found.homes = {str(key): str(value).strip("/") for key, value in table_of(homes).items()}
    if isinstance(values.get("py_modules"), list | tuple):
        found.modules = texts(values["py_modules"])
    given = values.get("packages")
    if isinstance(given, Find):
        in_config = any(path.endswith("setup.cfg") for path in setup.paths)
        found.packages = _find(tree, [given], found.homes if in_config else None)
    elif isinstance(given, list | tuple):
        found.packages = texts(given)
    if "py-modules" in table:
        found.modules = texts(table["py-modules"])
    packages = table.get("packages")
    if isinstance(packages, list):
        found.packages = texts(packages)
    elif isinstance(packages, dict):
        options = table_of(packages.get("find"))
        include, exclude = (
            tuple(texts(options.get("include")) or ("*",)),
            tuple(texts(options.get("exclude"))),
        )
        is_open = options.get("namespaces", True) is not False
        finds = [Find(where, include, exclude, is_open) for where in texts(options.get("where")) or ["."]]
        found.packages = _find(tree, finds, found.homes)
    return found


def _find(tree: Tree, finds: list[Find], homes: dict[str, str] | None) -> list[str]:
    # packages found in other folders are recorded in `homes`
    packages: list[str] = []
    places = list(dict.fromkeys(posixpath.normpath(find.where) for find in finds))
    if homes is not None and len(places) == 1 and places[0] != ".":
        homes.setdefault("", places[0])
    for find in finds:
        where = posixpath.normpath(find.where)
        found = list(_walk(tree, where, find))
        packages += found
        if homes is not None and where != "." and homes.get("") != where:
            homes.update({name: join(where, name) for name in found if "." not in name})
    return packages


def _walk(tree: Tree, where: str, find: Find, folder: str = "", depth: int = 0) -> Iterator[str]:
    for path in tree.folders_in(folder or where):
        name = posixpath.basename(path)
        package = path[len(where) + 1 :] if where not in ("", ".") else path
        package = package.replace("/", ".")
        if "." in name or depth > 50 or not (find.namespaces or tree.is_package(path)):
            continue
        if _fits(package, find.include) and not _fits(package, (*_NEVER, *find.exclude)):
            yield package
        if f"{package}*" not in find.exclude and f"{package}.*" not in find.exclude:
            yield from _walk(tree, where, find, path, depth + 1)


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _discover(tree: Tree, named: _Named) -> str:
    # returns why setuptools discovers nothing
    alone = {package: folder for package, folder in named.homes.items() if package}
    if alone:
        named.packages = []
        for package, folder in alone.items():
            inner = _walk(tree, folder, Find(folder, namespaces=True))
            named.packages += [package, *(f"{package}.{name}" for name in inner)]
        return ""
    home = named.homes.get("", "src")
    if tree.is_folder(home):
        named.homes.setdefault("", home)
        named.packages = list(_walk(tree, home, Find(home, namespaces=True)))
        named.modules = list(_modules(tree, home, ()))
        return ""
    excluded = tuple(pattern for name in _NO_PACKAGES for pattern in (name, f"{name}.*"))
    every = list(_walk(tree, ".", Find(".", ("*",), excluded, True)))
    named.packages = [name for name in every if _is_flat(name)]
    tops = [name for name in named.packages if "." not in name and not name.endswith("-stubs")]
    if not tops:
        named.modules = list(_modules(tree, ".", _NO_MODULES))
        tops = named.modules
    if len(tops) > 1:
        return (
            f"setuptools finds {listed(map(quoted, tops), 5)} next to `pyproject.toml` and cannot choose: "
            "name the packages in `[tool.setuptools]`"
        )
    return ""


def _is_flat(package: str) -> bool:
    first, *rest = package.split(".")
    return (first.isidentifier() or first.endswith("-stubs")) and all(name.isidentifier() for name in rest)


def _modules(tree: Tree, home: str, excluded: tuple[str, ...]) -> Iterator[str]:
    for path in tree.files_in(home):
        name, ending = posixpath.splitext(posixpath.basename(path))
        if ending == ".py" and name.isidentifier() and not _fits(name, excluded):
            yield name


def _folder_of(package: str, homes: Mapping[str, str]) -> str:
    # by the nearest parent package in `package_dir`
    parts, rest = package.split(".") if package else [], list[str]()
    while parts:
        if ".".join(parts) in homes:
            return "/".join([homes[".".join(parts)], *rest]).removeprefix("./")
        rest.insert(0, parts.pop())
    home = homes.get("", "")
    return posixpath.normpath(join(home, "/".join(rest))) if home or rest else "."
