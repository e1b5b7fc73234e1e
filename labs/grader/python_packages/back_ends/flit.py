"""flit_core: one module or package with the name in `[tool.flit.module]` or of the project."""

from ...words import listed, quoted
from ..project import Project
from .tree import Contents, Tree, join


def contents(tree: Tree, project: Project) -> Contents:
    name = str(project.tool("flit", "module").get("name") or "")
    if not name:
        own = str(project.project.get("name", ""))
        stem = own.removesuffix("-stubs")
        name = stem.replace("-", "_") + ("-stubs" if stem != own else "")
    path = name.replace(".", "/")
    places = [join(home, found) for home in ("", "src") for found in (path, f"{path}.py")]
    there = [
        place for place in places if (place in tree.files if place.endswith(".py") else tree.is_folder(place))
    ]
    if len(there) != 1:
        said = listed(map(quoted, there)) if there else "none"
        return Contents(
            fault=f"Flit expects one module {quoted(name)}, next to `pyproject.toml` or in `src`, but finds {said}"
        )
    place = there[0]
    home = "src/" if place.startswith("src/") and place != path else ""
    files = [place] if place in tree.files else tree.below(place)
    return Contents({file.removeprefix(home): file for file in files})
