"""hatchling: `packages`, `only-include`, `include`, `sources` of the wheel, or a package named after the project."""

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from packaging.utils import canonicalize_name

from ...words import listed, quoted
from ..project import Project, table_of
from .tree import Contents, Tree, ignores, join, texts


def contents(tree: Tree, project: Project) -> Contents:
    build = project.tool("hatch", "build")
    wheel = table_of(table_of(build.get("targets")).get("wheel"))
    options = {**{key: value for key, value in build.items() if key not in ("targets", "hooks")}, **wheel}
    hooks = {**table_of(build.get("hooks")), **table_of(wheel.get("hooks"))}
    if "custom" in hooks:
        return Contents(
            unknown="which packages the wheel contains: `[tool.hatch.build.hooks.custom]` runs code in the repository"
        )
    chosen = {key: texts(options.get(key)) for key in ("include", "packages", "only-include")}
    forced = table_of(options.get("force-include"))
    if not any(chosen.values()):
        default = _default(tree, project)
        if isinstance(default, str) and not forced and not options.get("bypass-selection"):
            return Contents(fault=default)
        chosen |= {} if isinstance(default, str) else default
    files = _selected(tree, chosen, texts(options.get("exclude")), bool(options.get("only-packages")))
    sources = _sources(options.get("sources"), chosen["packages"])
    found = {_moved(path, sources): path for path in files}
    for source, target in forced.items():
        place = posixpath.normpath(str(source))
        if place in tree.files:
            found[_moved(str(target).strip("/"), sources)] = place
        for path in tree.below(place) if tree.is_folder(place) else ():
            found[_moved(join(str(target).strip("/"), path[len(place) + 1 :]), sources)] = path
    return Contents(found)


def _default(tree: Tree, project: Project) -> dict[str, list[str]] | str:
    raw = str(project.project.get("name", ""))
    names = [re.sub(r"[^\w.]+", "_", name) for name in (raw, str(canonicalize_name(raw)))]
    for name in names:
        if tree.is_package(name):
            return {"packages": [name]}
        if tree.is_package(join("src", name)):
            return {"packages": [join("src", name)]}
        if f"{name}.py" in tree.files:
            return {"only-include": [f"{name}.py"]}
        above = [folder for folder in tree.folders_in("") if tree.is_package(join(folder, name))]
        if len(above) == 1 and not above[0].startswith("."):
            return {"packages": above}
    said = listed(map(quoted, dict.fromkeys(names)))
    return f"Hatchling expects the package {said}, next to `pyproject.toml` or in `src`, but finds none"


def _selected(
    tree: Tree, chosen: Mapping[str, list[str]], exclude: list[str], only_packages: bool
) -> list[str]:
    only = list(map(_relative, chosen["only-include"] or chosen["packages"]))
    files = [path for place in only for path in ([place] if place in tree.files else tree.below(place))]
    if not only:
        is_included = ignores(chosen["include"])
        files = [path for path in tree.below("") if chosen["include"] and is_included(path)]
    is_excluded = ignores(["*.py[cdo]", "/dist", *exclude])
    return [
        path
        for path in files
        if (path in only or not is_excluded(path))
        and not (only_packages and path not in only and not tree.is_package(posixpath.dirname(path)))
    ]


def _sources(given: Any, packages: list[str]) -> dict[str, str]:
    # path prefixes, and their replacements in the wheel
    found: dict[str, str] = {}
    pairs = given.items() if isinstance(given, dict) else [(source, "") for source in texts(given)]
    for source, target in pairs:
        bare = posixpath.normpath(str(target)) if target else "."
        found[f"{posixpath.normpath(source)}/" if source else ""] = "" if bare == "." else f"{bare}/"
    for package in packages:
        path = _relative(package)
        if posixpath.dirname(path) and f"{path}/" not in found:
            found[f"{posixpath.dirname(path)}/"] = ""
    return dict(sorted(found.items()))


def _relative(path: str) -> str:
    return posixpath.normpath(path).strip("/")


def _moved(path: str, sources: Mapping[str, str]) -> str:
    for source, target in sources.items():
        if not source or path.startswith(source):
            return target + path[len(source) :]
    return path
