"""Build the package in the folder with its declared backend, then import it from the wheel alone."""

import importlib
import os
import subprocess
import sys
import tomllib
import zipfile

NOT_IMPORTED = 9  # exit status: the build succeeded, but the import failed


def backend():
    with open("pyproject.toml", "rb") as file:
        system = tomllib.load(file).get("build-system", {})
    sys.path[:0] = [os.path.abspath(path) for path in system.get("backend-path", [])]
    name, _, attribute = system.get("build-backend", "setuptools.build_meta:__legacy__").partition(":")
    found = importlib.import_module(name)
    for part in attribute.split(".") if attribute else []:
        found = getattr(found, part)
    return found


def main():
    module = sys.argv[1]  # read now, because setuptools overwrites it
    os.makedirs("/tmp/wheel")
    wheel = backend().build_wheel("/tmp/wheel")
    with zipfile.ZipFile("/tmp/wheel/" + wheel) as archive:
        archive.extractall("/tmp/installed")
    print("built", wheel, flush=True)
    code = "import sys; sys.path.insert(0, '/tmp/installed'); __import__(sys.argv[1])"
    failed = subprocess.call([sys.executable, "-I", "-c", code, module], cwd="/tmp")
    sys.exit(NOT_IMPORTED if failed else 0)


main()
