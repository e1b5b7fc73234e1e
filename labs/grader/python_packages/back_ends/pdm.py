"""pdm-backend: all packages, or all modules, in `package-dir`, or the files selected by `includes` and `excludes`."""

import posixpath

from ...words import quoted
from ..project import Project
from .tree import MAX_PATTERNS, Contents, Tree, join, texts


def contents(tree: Tree, project: Project) -> Contents:
    build = project.tool("pdm", "build")
    hook = str(build.get("custom-hook", "pdm_build.py"))
    if hook in tree.files or build.get("run-setuptools"):
        return Contents(unknown="which packages the wheel contains: the build runs code in the repository")
    includes, excludes = texts(build.get("includes")), texts(build.get("excludes"))
    sources = texts(build.get("source-includes")) or ["tests"]
    home = build.get("package-dir")
    home = _default_home(tree, includes, excludes) if home is None else posixpath.normpath(str(home) or ".")
    if not includes and not tree.is_folder(home or "."):
        return Contents(fault=f"PDM expects the folder {quoted(home)}, which does not exist")
    wanted = includes or _all_in(tree, home)
    weights = _weights(tree, [*wanted, *sources])
    left_out = _weights(tree, [*excludes, *sources])
    files = [path for path, weight in weights.items() if not _wins(left_out.get(path), weight)]
    prefix = f"{home}/" if home not in ("", ".") else ""
    return Contents({path.removeprefix(prefix): path for path in files if not path.endswith(".pyc")})


def _default_home(tree: Tree, includes: list[str], excludes: list[str]) -> str:
    in_src = any(posixpath.normpath(path).split("/")[0] == "src" for path in includes)
    if tree.is_folder("src") and not includes:
        return "src"
    return "src" if in_src and "src" not in excludes and "src/" not in excludes else ""


def _all_in(tree: Tree, home: str) -> list[str]:
    packages = [folder for folder in tree.folders_in(home) if _is_package(tree, folder)]
    return packages or [join(home, "*.py")]


def _is_package(tree: Tree, folder: str) -> bool:
    stubs = folder.endswith("-stubs") and join(folder, "__init__.pyi") in tree.files
    return tree.is_package(folder) or stubs


Weight = tuple[int, int]


def _weights(tree: Tree, patterns: list[str]) -> dict[str, Weight]:
    # the matching files, each with the precision of its best pattern
    found: dict[str, Weight] = {}
    for pattern in patterns[:MAX_PATTERNS]:
        path = posixpath.normpath(pattern)
        if path.startswith(("/", "..")):
            continue
        parts = path.split("/")
        signs = sum(2 if part == "**" else 1 for part in parts if any(sign in part for sign in "*?["))
        shown = (file for file in tree.glob(path) if "/." not in f"/{file}" or "/." in f"/{path}")
        for file in shown:  # wildcards do not match hidden names
            found[file] = max(found.get(file, (0, -99)), (len(parts), -signs))
    return found


def _wins(excluded: Weight | None, included: Weight) -> bool:
    return excluded is not None and included <= excluded
