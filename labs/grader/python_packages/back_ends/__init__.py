"""Files that a wheel would contain, by the documented rules of each build backend; nothing is built."""

from collections.abc import Callable

from ...words import quoted
from ..project import Project
from ..requirements import Read
from ..setup_files import read_setup
from . import flit, hatchling, pdm, poetry, uv
from . import setuptools as setuptools_
from .tree import Contents, Tree

__all__ = ["Contents", "contents_of"]


_NAMES = {
    "setuptools": ("setuptools.build_meta", "setuptools.build_meta:__legacy__"),
    "poetry": ("poetry.core.masonry.api", "poetry.masonry.api"),
    "flit_core": ("flit_core.buildapi",),
    "flit": ("flit.buildapi",),
    "hatchling": ("hatchling.build",),
    "pdm": ("pdm.backend", "pdm.pep517.api"),
    "uv_build": ("uv_build",),
}


_RULES: dict[str, Callable[[Tree, Project], Contents]] = {
    "poetry": poetry.contents,
    "hatchling": hatchling.contents,
    "pdm": pdm.contents,
    "uv_build": uv.contents,
}


def contents_of(project: Project, read: Read) -> Contents:
    """Return the files in a project's wheel, why it cannot be built, or why its files are unknown."""
    name = project.backend or "setuptools.build_meta"
    if "backend-path" in project.build_system:
        return Contents(
            unknown=f"which packages the wheel contains: the build backend {quoted(name)} is code in the repository"
        )
    maker = name.partition(".")[0]
    if maker not in _NAMES:
        return Contents(unknown=f"which packages the build backend {quoted(name)} includes")
    if name not in _NAMES[maker]:
        return Contents(
            fault=f"{quoted(name)} is not a build backend",
            hint=f" Did you mean {quoted(_NAMES[maker][0])}?",
        )
    tree = Tree.of(project)
    if maker == "setuptools":
        return setuptools_.contents(tree, project, read_setup(project, read))
    return _RULES.get(maker, flit.contents)(tree, project)
