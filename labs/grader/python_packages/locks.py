"""Lock files: the packages that they pin, and which have hashes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.utils import canonicalize_name

from ..formats.data import Format, UnparsableError, read_data
from .project import table_of

LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock", "conda-lock.yml")
_OWN = ("virtual", "editable", "directory", "path", "workspace")


@dataclass(frozen=True)
class Lock:
    """Names in a lock file, True if they have hashes. `fault` says why it is not valid."""

    path: str
    names: Mapping[str, bool]
    fault: str = ""
    too_large: bool = False


def read_lock(path: str, text: str) -> Lock:
    name = path.rpartition("/")[2]
    format: Format = "json" if name == "Pipfile.lock" else "yaml" if name.endswith(".yml") else "toml"
    try:
        data = table_of(read_data(text, format).plain())
    except UnparsableError as error:
        return Lock(path, {}, error.message)
    found = _of_pipenv(data) if format == "json" else _of_packages(data)
    return Lock(path, {str(canonicalize_name(name)): hashed for name, hashed in found})


def _of_pipenv(data: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    for section, packages in data.items():
        if section != "_meta":
            for name, each in table_of(packages).items():
                yield name, bool(table_of(each).get("hashes"))


def _of_packages(data: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    # uv, Poetry, PDM, conda-lock and PEP 751, without the project itself
    packages = data.get("package", data.get("packages"))
    for each in packages if isinstance(packages, list) else ():
        package = table_of(each)
        source = table_of(package.get("source"))
        if "name" not in package or any(key in source for key in _OWN) or source.get("type") in _OWN:
            continue
        files = [package.get(key) for key in ("files", "wheels", "sdist", "archive", "hash")]
        yield str(package["name"]), "hash" in str(files) or bool(table_of(package.get("hash")))
