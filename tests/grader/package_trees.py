"""Sample projects for each build backend, and the names that can be imported from its wheel.

Run as a program, it lets the backends themselves build each tree, and prints the contents of their wheels.
"""

import contextlib
import importlib
import json
import os
import sys
import tempfile
import zipfile
from pathlib import Path

BACK_ENDS = {
    "setuptools": "setuptools.build_meta",
    "poetry": "poetry.core.masonry.api",
    "flit": "flit_core.buildapi",
    "hatchling": "hatchling.build",
    "pdm": "pdm.backend",
    "uv": "uv_build",
}
FAILS = None  # no wheel is built
PROJECT = '[project]\nname = "{}"\nversion = "1.0"\ndescription = "A"\n'
SETUP = "from setuptools import find_packages, find_namespace_packages, setup\n"


def tree(back_end, rest, paths, names, *, name="my-pkg", project=PROJECT, **texts):
    """A project: the content of `paths` does not matter, `texts` are setup_py and setup_cfg."""
    requires = "" if back_end == "setuptools" else BACK_ENDS[back_end].split(".")[0]
    system = f'[build-system]\nrequires = ["{requires or "setuptools"}"]\nbuild-backend = "{BACK_ENDS[back_end]}"\n'
    files = {path: "" if path.endswith(".py") else "x\n" for path in paths.split()}
    files |= {key.replace("_", ".", 1): text for key, text in texts.items()}
    head = project.format(name) if project else ""
    return {"pyproject.toml": f"{head}{rest}\n{system}", **files}, names


PKG, SRC = "my_pkg/__init__.py my_pkg/a.py", "src/my_pkg/__init__.py src/my_pkg/a.py"
FIND = "[tool.setuptools.packages.find]\n"
HATCH = "[tool.hatch.build.targets.wheel]\n"
PDM = "[tool.pdm.build]\n"
PACKAGES = "[tool.poetry]\npackages = ["
UV = "[tool.uv.build-backend]\n"
POETRY = (
    '[tool.poetry]\nname = "my-pkg"\nversion = "1.0"\ndescription = "A"\nauthors = ["A <a@example.org>"]\n'
)
TREES = [
    # setuptools: discovery
    tree("setuptools", "", PKG, ["my_pkg"]),
    tree("setuptools", "", SRC, ["my_pkg"]),
    tree("setuptools", "", "other/__init__.py", ["other"]),
    tree("setuptools", "", "my_pkg.py", ["my_pkg"]),
    tree("setuptools", "", "my_pkg.py other.py", FAILS),
    tree("setuptools", "", "my_pkg/a.py", ["my_pkg"]),
    tree("setuptools", "", "src/my_pkg/a.py", ["my_pkg"]),
    tree("setuptools", "", "src/a/__init__.py src/b/__init__.py src/c.py", ["a", "b", "c"]),
    tree("setuptools", "", "src/my_pkg.py", ["my_pkg"]),
    tree("setuptools", "", "src/my-pkg/a.py", ["my-pkg"]),
    tree("setuptools", "", f"{PKG} data/a.csv", FAILS),
    tree("setuptools", "", f"{PKG} tests/__init__.py docs/a.py scripts/x.py", ["my_pkg"]),
    tree("setuptools", "", f"{PKG} tests/test_a.py conftest.py noxfile.py", ["my_pkg"]),
    tree("setuptools", "", "app.py tests/test_a.py", ["app"]),
    tree("setuptools", "", "README.md", []),
    tree("setuptools", "", "my-pkg/__init__.py", []),
    tree("setuptools", "", f"{PKG} manage.py other.py", ["my_pkg"]),
    tree("setuptools", "", "my_pkg/sub/__init__.py", ["my_pkg"]),
    # setuptools: its tables in pyproject.toml
    tree("setuptools", FIND + 'where = ["lib"]', "lib/a/__init__.py b/__init__.py", ["a"]),
    tree("setuptools", FIND + 'where = ["lib", "more"]', "lib/a/__init__.py more/b/__init__.py", ["a", "b"]),
    tree("setuptools", FIND + 'include = ["my_*"]', f"{PKG} other/__init__.py", ["my_pkg"]),
    tree("setuptools", FIND + 'exclude = ["other*"]', f"{PKG} other/__init__.py other/x/__init__.py", ["my_pkg"]),
    tree("setuptools", FIND + "namespaces = false", "a/x.py b/__init__.py", ["b"]),
    tree("setuptools", FIND, "a/x.py b/__init__.py tests/__init__.py", ["a", "b", "tests"]),
    tree("setuptools", FIND + 'where = ["src"]\ninclude = ["a*"]', "src/a/__init__.py src/b/__init__.py", ["a"]),
    tree("setuptools", '[tool.setuptools]\npackages = ["a", "a.b"]', "a/__init__.py a/b/x.py c/__init__.py", ["a"]),
    tree("setuptools", '[tool.setuptools]\npackages = ["a"]', "b/__init__.py", FAILS),
    tree("setuptools", "[tool.setuptools]\npackages = []", PKG, []),
    tree("setuptools", '[tool.setuptools]\npy-modules = ["one", "two"]', "one.py two.py three.py", ["one", "two"]),
    tree("setuptools", '[tool.setuptools]\npy-modules = ["one"]', f"one.py {PKG}", ["one"]),
    tree("setuptools", "[tool.setuptools]\npy-modules = []", PKG, []),
    tree("setuptools", '[tool.setuptools]\npackage-dir = {"" = "lib"}', "lib/a/__init__.py b/__init__.py", ["a"]),
    tree("setuptools", '[tool.setuptools]\npackage-dir = {a = "code"}', "code/__init__.py code/b/x.py", ["a"]),
    tree(
        "setuptools",
        '[tool.setuptools]\npackages = ["a"]\npackage-dir = {a = "code/of"}',
        "code/of/__init__.py",
        ["a"],
    ),
    # setuptools: setup.cfg and setup.py
    tree("setuptools", "", PKG + " x/__init__.py", ["my_pkg"], setup_cfg="[options]\npackages = my_pkg\n"),
    tree(
        "setuptools",
        "",
        "lib/a/__init__.py b/__init__.py",
        ["a"],
        setup_cfg="[options]\npackages = find:\npackage_dir =\n    =lib\n[options.packages.find]\nwhere = lib\n",
    ),
    tree(
        "setuptools",
        "",
        "lib/a/x.py lib/b/y.py",
        ["a"],
        setup_cfg="[options]\npackages = find_namespace:\n[options.packages.find]\nwhere = lib\nexclude =\n    b*\n",
    ),
    tree("setuptools", "", "one.py two.py", ["one"], setup_cfg="[options]\npy_modules = one\n"),
    tree("setuptools", "", "a/__init__.py b/x.py", ["a"], setup_py=SETUP + "setup(packages=find_packages())\n"),
    tree("setuptools", "", "a/__init__.py b/__init__.py", ["a"], setup_py=SETUP + "setup(packages=['a'])\n"),
    tree("setuptools", "", PKG, ["my_pkg"], setup_py=SETUP + "setup()\n"),
    tree(
        "setuptools",
        "",
        "src/a/__init__.py b/__init__.py",
        ["a"],
        setup_py=SETUP + "setup(packages=find_packages('src'), package_dir={'': 'src'})\n",
    ),
    tree(
        "setuptools",
        "",
        "a/x.py b/y.py",
        ["a"],
        setup_py=SETUP + "setup(packages=find_namespace_packages(include=['a*']))\n",
    ),
    tree("setuptools", "", "one.py two.py", ["two"], setup_py=SETUP + "setup(py_modules=['two'])\n"),
    tree("setuptools", FIND + 'where = ["lib"]', PKG, FAILS),
    tree("setuptools", '[tool.setuptools]\npy-modules = ["a.x"]', PKG, FAILS),
    # Poetry
    tree("poetry", "", PKG, ["my_pkg"]),
    tree("poetry", "", SRC, ["my_pkg"]),
    tree("poetry", "", "my_pkg.py", ["my_pkg"]),
    tree("poetry", "", "src/my_pkg.py", ["my_pkg"]),
    tree("poetry", "", "my_pkg/a.py", ["my_pkg"]),
    tree("poetry", "", "other/__init__.py", FAILS),
    tree("poetry", "", f"{PKG} my_pkg.py", FAILS),
    tree("poetry", "", "my_pkg/a.txt", FAILS),
    tree("poetry", PACKAGES + '{include = "a"}, {include = "b"}]', "a/__init__.py b/x.py c/y.py", ["a", "b"]),
    tree("poetry", PACKAGES + '{include = "a", from = "lib"}]', f"lib/a/__init__.py {PKG}", ["a"]),
    tree("poetry", PACKAGES + '{include = "a", to = "b"}]', "a/__init__.py", ["b"]),
    tree("poetry", PACKAGES + '{include = "a.py"}]', "a.py", ["a"]),
    tree("poetry", PACKAGES + '{include = "a/**/*.py"}]', "a/__init__.py a/b/c.py a/x.txt", ["a"]),
    tree("poetry", PACKAGES + '{include = "a"}, {include = "b", format = "sdist"}]', "a/x.py b/y.py", ["a"]),
    tree("poetry", PACKAGES + '{include = "missing"}]', PKG, FAILS),
    tree("poetry", PACKAGES + '{include = "a", format = "sdist"}]', f"a/x.py {PKG}", ["my_pkg"]),
    tree("poetry", POETRY, PKG, ["my_pkg"], project=""),
    tree("poetry", POETRY + 'packages = [{include = "a"}]', "a/__init__.py", ["a"], project=""),
    # flit
    tree("flit", "", PKG, ["my_pkg"]),
    tree("flit", "", SRC, ["my_pkg"]),
    tree("flit", "", "my_pkg.py", ["my_pkg"]),
    tree("flit", "", "src/my_pkg.py", ["my_pkg"]),
    tree("flit", "", "other/__init__.py", FAILS),
    tree("flit", "", f"{PKG} {SRC}", FAILS),
    tree("flit", '[tool.flit.module]\nname = "other"', f"other/__init__.py {PKG}", ["other"]),
    tree("flit", '[tool.flit.module]\nname = "ns.a"', "ns/a/__init__.py", ["ns"]),
    tree("flit", "", "My_Pkg/__init__.py", ["My_Pkg"], name="My-Pkg"),
    # hatchling
    tree("hatchling", "", PKG, ["my_pkg"]),
    tree("hatchling", "", SRC, ["my_pkg"]),
    tree("hatchling", "", "my_pkg.py", ["my_pkg"]),
    tree("hatchling", "", "ns/my_pkg/__init__.py", ["ns"]),
    tree("hatchling", "", "my_pkg/a.py", FAILS),
    tree("hatchling", "", "other/__init__.py", FAILS),
    tree("hatchling", HATCH + 'packages = ["src/a", "b"]', "src/a/__init__.py b/x.py c/__init__.py", ["a", "b"]),
    tree("hatchling", '[tool.hatch.build]\npackages = ["a"]', "a/__init__.py c/__init__.py", ["a"]),
    tree("hatchling", HATCH + 'only-include = ["a", "one.py"]', "a/__init__.py one.py c.py", ["a", "one"]),
    tree("hatchling", HATCH + 'only-include = ["lib/a"]', "lib/a/__init__.py", ["lib"]),
    tree("hatchling", HATCH + 'only-include = ["lib/a"]\nsources = ["lib"]', "lib/a/__init__.py", ["a"]),
    tree("hatchling", HATCH + 'only-include = ["lib"]\nsources = {lib = "b"}', "lib/x.py", ["b"]),
    tree("hatchling", HATCH + 'include = ["/a", "*.md"]', "a/__init__.py b/x.py c/d.md", ["a"]),
    tree("hatchling", HATCH + 'include = ["*.py"]\nexclude = ["/tests"]', "a/__init__.py tests/x.py", ["a"]),
    tree("hatchling", HATCH + 'exclude = ["a.py"]', PKG, ["my_pkg"]),
    tree("hatchling", HATCH + 'force-include = {"x/b.py" = "c.py"}\npackages = ["a"]', "a/x.py x/b.py", ["a", "c"]),
    tree("hatchling", HATCH + 'packages = ["/a"]', "a/x.py", ["a"]),
    # PDM
    tree("pdm", "", PKG, ["my_pkg"]),
    tree("pdm", "", SRC, ["my_pkg"]),
    tree("pdm", "", "a/__init__.py b/__init__.py c/x.py tests/__init__.py", ["a", "b"]),
    tree("pdm", "", "one.py two.py", ["one", "two"]),
    tree("pdm", "", "a/x.py", []),
    tree("pdm", "", f"src/one.py {PKG}", ["one"]),
    tree("pdm", PDM + 'package-dir = "lib"', "lib/a/__init__.py b/__init__.py", ["a"]),
    tree("pdm", PDM + 'includes = ["a/", "one.py"]', "a/x.py one.py two.py b/__init__.py", ["a", "one"]),
    tree("pdm", PDM + 'excludes = ["b"]', "a/__init__.py b/__init__.py", ["a"]),
    tree("pdm", PDM + 'includes = ["src/a"]', "src/a/x.py src/b/__init__.py", ["a"]),
    tree("pdm", PDM + 'includes = ["a/**/*.py"]', "a/x.py a/b/y.py c/__init__.py", ["a"]),
    tree("pdm", PDM + 'package-dir = "lib"', PKG, FAILS),
    tree("pdm", PDM + 'includes = ["**/x.py"]', "a/x.py .b/x.py", ["a"]),
    # uv
    tree("uv", "", SRC, ["my_pkg"]),
    tree("uv", "", PKG, FAILS),
    tree("uv", "", "src/my_pkg/a.py", FAILS),
    tree("uv", UV + 'module-root = ""', PKG, ["my_pkg"]),
    tree("uv", UV + 'module-root = "lib"', "lib/my_pkg/__init__.py", ["my_pkg"]),
    tree("uv", UV + 'module-name = "other"', "src/other/__init__.py", ["other"]),
    tree("uv", UV + 'module-name = ["a", "b"]', "src/a/__init__.py src/b/__init__.py src/c/__init__.py", ["a", "b"]),
    tree("uv", UV + 'module-name = "ns.a"', "src/ns/a/__init__.py", ["ns"]),
    tree("uv", UV + 'namespace = true\nmodule-name = "ns"', "src/ns/a/__init__.py", ["ns"]),
    tree("uv", "", "src/my_pkg/__init__.py", ["my_pkg"], name="My.Pkg"),
]  # fmt: skip


def built_by_back_ends(folder: Path) -> list[list[str] | None]:
    """Build each tree in a separate process, because backends keep global state."""
    results = []
    for number, (files, _) in enumerate(TREES):
        place = folder / str(number)
        for path, text in files.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_text(text)
        results.append(_in_child(place))
    return results


def _in_child(place: Path) -> list[str] | None:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException):
            os.write(writing, json.dumps(_names(place)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else None


def _names(place: Path) -> list[str]:
    os.chdir(place)
    module = (place / "pyproject.toml").read_text().rsplit('build-backend = "', 1)[1].split('"')[0]
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    os.environ["PATH"] = (
        f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # uv_build looks for its program
    )
    out = place / ".out"
    out.mkdir()
    wheel = importlib.import_module(module).build_wheel(str(out))
    with zipfile.ZipFile(out / wheel) as archive:
        paths = [path for path in archive.namelist() if path.endswith((".py", ".pyi"))]
    return sorted({path.split("/")[0].removesuffix(".py") for path in paths})


if __name__ == "__main__":
    for name in ("setuptools.build_meta", "poetry.core.masonry.api", "hatchling.build", "pdm.backend"):
        importlib.import_module(name)
    with tempfile.TemporaryDirectory() as scratch:
        json.dump(built_by_back_ends(Path(scratch)), sys.stdout)
