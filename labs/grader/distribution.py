"""Build the engine as the package `labcheck`: a wheel, and `labcheck.pyz`, one file that needs only Python 3.11 and
Git.

`python -m labs.grader.distribution FOLDER` writes both. The same sources give the same bytes. This module is also the
build backend that pyproject.toml beside it names, so it imports nothing from the package.
"""

import base64
import hashlib
import io
import re
import sys
import zipfile
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path

NAME = "labcheck"
BUNDLED = {"packaging": ">=26", "ruamel.yaml": ">=0.19,<0.20"}  # what the engine imports: pure Python
_ROOT = Path(__file__).parent
_OWN = {"distribution.py", "pyproject.toml", "reference.py"}
_MAIN = """\
import sys

if sys.version_info < (3, 11):
    sys.exit("labcheck needs Python 3.11 or newer, and this is Python %d.%d." % sys.version_info[:2])
from labcheck.__main__ import main

sys.exit(main())
"""
Files = dict[str, bytes]


def version() -> str:
    # that of the engine, as in reports
    found = re.search(
        r'^ENGINE_VERSION = "([\d.]+)"$', (_ROOT / "engine.py").read_text("utf-8"), re.MULTILINE
    )
    if not found:
        raise ValueError("engine.py does not define ENGINE_VERSION")
    return found[1]


def wheel_name() -> str:
    return f"{NAME}-{version()}-py3-none-any.whl"


def wheel() -> bytes:
    """Return the wheel, with a command `labcheck`."""
    info = f"{NAME}-{version()}.dist-info"
    files = {
        **_package(),
        f"{info}/METADATA": _metadata(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: labcheck\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": b"[console_scripts]\nlabcheck = labcheck.__main__:main\n",
    }
    record = "".join(f"{name},{_digest(data)},{len(data)}\n" for name, data in sorted(files.items()))
    return _zipped({**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n".encode()})


def zipapp() -> bytes:
    # with its dependencies, taken from the distributions installed here
    files = {"__main__.py": _MAIN.encode(), **_package()}
    for name in BUNDLED:
        files |= _installed(name)
    return b"#!/usr/bin/env python3\n" + _zipped(files)


def write(folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    made = {folder / wheel_name(): wheel(), folder / f"{NAME}.pyz": zipapp()}
    for path, data in made.items():
        path.write_bytes(data)
    (folder / f"{NAME}.pyz").chmod(0o755)
    return list(made)


def build_wheel(
    wheel_directory: str, config_settings: object = None, metadata_directory: object = None
) -> str:
    # PEP 517 hook, by which `pip install` builds the folder of this file
    (Path(wheel_directory) / wheel_name()).write_bytes(wheel())
    return wheel_name()


def build_sdist(sdist_directory: str, config_settings: object = None) -> str:
    raise NotImplementedError("labcheck can be built only as a wheel")


def _package() -> Files:
    # every file by its name below `labcheck/`
    return {
        f"{NAME}/{path.relative_to(_ROOT).as_posix()}": path.read_bytes()
        for path in _ROOT.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name not in _OWN
    }


def _installed(name: str) -> Files:
    # modules and licences
    files = {
        str(file): Path(str(file.locate())).read_bytes()
        for file in distribution(name).files or []
        if file.suffix == ".py" or "licenses" in file.parts
    }
    if not files:
        raise FileNotFoundError(f"the distribution {name} lists no modules")
    # a folder without this file is a package on disk, but not inside a zip file
    return {f"{name.partition('.')[0]}/__init__.py": b"", **files}


def _metadata() -> bytes:
    requirements = "".join(f"Requires-Dist: {name}{versions}\n" for name, versions in BUNDLED.items())
    return (
        f"Metadata-Version: 2.1\nName: {NAME}\nVersion: {version()}\n"
        "Summary: Checks a Git repository against a lab, and a lab against its own scenarios.\n"
        f"Requires-Python: >=3.11\n{requirements}"
    ).encode()


def _digest(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
    return f"sha256={digest.decode()}"


def _zipped(files: Mapping[str, bytes]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name)  # dated 1980, so that the same sources give the same bytes
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return output.getvalue()


if __name__ == "__main__":
    print("\n".join(map(str, write(Path(sys.argv[1] if len(sys.argv) > 1 else "dist")))))
