"""Which files a wheel would hold, by the documented rules of each build back end; nothing is built."""

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
    """What the wheel of a project holds, why it is not built, or why that is not known."""
    name = project.backend or "setuptools.build_meta"
    if "backend-path" in project.build_system:
        return Contents(
            unknown=f"the back end {quoted(name)} is code of the repository, which is not run here"
        )
    maker = name.partition(".")[0]
    if maker not in _NAMES:
        return Contents(unknown=f"which packages the back end {quoted(name)} takes")
    if name not in _NAMES[maker]:
        return Contents(fault=f"{quoted(name)} is no back end, and {quoted(_NAMES[maker][0])} is")
    tree = Tree.of(project)
    if maker == "setuptools":
        return setuptools_.contents(tree, project, read_setup(project, read))
    return _RULES.get(maker, flit.contents)(tree, project)
