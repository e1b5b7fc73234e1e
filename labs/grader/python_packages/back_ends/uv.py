"""uv_build: the modules in `module-name`, or one named after the project, in `module-root`, by default `src`."""

from packaging.utils import canonicalize_name

from ...words import quoted
from ..project import Project
from .tree import Contents, Tree, join, texts


def contents(tree: Tree, project: Project) -> Contents:
    table = project.tool("uv", "build-backend")
    home = str(table.get("module-root", "src")).strip("/")
    own = str(canonicalize_name(str(project.project.get("name", ""))))
    stem = own.removesuffix("-stubs")
    default = stem.replace("-", "_") + ("-stubs" if stem != own else "")
    names = texts(table.get("module-name")) or [default]
    files: dict[str, str] = {}
    prefix = f"{home}/" if home not in ("", ".") else ""
    for name in names:
        folder = join(home, name.replace(".", "/"))
        ending = "__init__.pyi" if name.endswith("-stubs") else "__init__.py"
        if not table.get("namespace") and join(folder, ending) not in tree.files:
            return Contents(fault=f"uv expects {quoted(join(folder, ending))}, which does not exist")
        if not tree.is_folder(folder):
            return Contents(fault=f"uv expects the folder {quoted(folder)}, which does not exist")
        files |= {path.removeprefix(prefix): path for path in tree.below(folder)}
    return Contents(files)
