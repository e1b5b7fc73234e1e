"""The files of a wheel are found without building it; the backends themselves are the oracle."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from labs.grader.python_packages.back_ends import contents_of
from labs.grader.python_packages.project import read_project
from labs.grader.report import Outcome
from tests.grader.package_trees import BACK_ENDS, TREES

SETUP = "from setuptools import setup\nimport os\n"


def read(files):
    project, broken = read_project("pyproject.toml", files["pyproject.toml"], files)
    assert not broken
    return contents_of(project, files.get)


def test_packages_are_found_by_the_rules_of_each_backend():
    for files, names in TREES:
        found = read(files)
        assert not found.unknown, files
        assert (None if found.fault else sorted(found.modules())) == names, files


@pytest.mark.heavy
def test_the_backends_build_what_is_predicted():
    program = Path(__file__).with_name("package_trees.py")
    done = subprocess.run([sys.executable, program], capture_output=True, check=True, timeout=280)
    built = json.loads(done.stdout)
    assert len(built) >= 40
    for (files, names), theirs in zip(TREES, built, strict=True):
        assert theirs == names, files


@pytest.mark.parametrize(
    ("system", "files", "unknown"),
    [
        ('build-backend = "maturin"', {}, "which packages the build backend `maturin` includes"),
        ('build-backend = "mesonpy"', {}, "which packages the build backend `mesonpy` includes"),
        (
            'build-backend = "own"\nbackend-path = ["."]',
            {"own.py": ""},
            "which packages the wheel contains: the build backend `own` is code in the repository",
        ),
        (
            'build-backend = "setuptools.build_meta"',
            {"setup.py": SETUP + "setup(packages=os.listdir('src'))\n"},
            "which packages the wheel contains: `setup.py` computes `packages` at run time",
        ),
        (
            'build-backend = "setuptools.build_meta"',
            {"setup.py": SETUP + "setup(**options)\n"},
            "which packages the wheel contains: `setup.py` computes the arguments at run time",
        ),
        (
            'build-backend = "setuptools.build_meta"',
            {"setup.py": "print("},
            "which packages the wheel contains: `setup.py` cannot be parsed as Python",
        ),
        (
            'build-backend = "pdm.backend"',
            {"pdm_build.py": ""},
            "which packages the wheel contains: the build runs code in the repository",
        ),
        (
            'build-backend = "hatchling.build"\n[tool.hatch.build.hooks.custom]\npath = "x.py"',
            {},
            "which packages the wheel contains: `[tool.hatch.build.hooks.custom]` runs code in the repository",
        ),
    ],
)
def test_the_check_is_not_run_if_only_running_could_tell(system, files, unknown):
    text = f'[project]\nname = "a"\nversion = "1"\n[build-system]\nrequires = []\n{system}\n'
    assert read({"pyproject.toml": text, "a/__init__.py": "", **files}).unknown == unknown


def test_the_check_answers_for_each_backend(repo):
    pyproject, names = TREES[0][0]["pyproject.toml"], {}
    for back_end, module in BACK_ENDS.items():
        repo.put("src/my_pkg/__init__.py", "")
        repo.put("pyproject.toml", pyproject.replace("setuptools.build_meta", module))
        repo.commit()
        names[back_end] = repo.ask("python_package: {imports: my_pkg}").outcome
    assert set(names.values()) == {Outcome.PASSED}, names


def test_an_unknown_build_backend_is_followed_by_a_suggestion(repo):
    pyproject = TREES[0][0]["pyproject.toml"]
    repo.put("src/my_pkg/__init__.py", "")
    repo.put("pyproject.toml", pyproject.replace("setuptools.build_meta", "setuptools.build_mets"))
    repo.commit()
    assert repo.ask("python_package: {imports: my_pkg}").why == (
        "The project has no package `my_pkg`: `setuptools.build_mets` is not a build backend. "
        "Did you mean `setuptools.build_meta`?"
    )


def test_a_project_that_poetry_or_setup_cfg_describes_is_valid(repo):
    poetry = '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n[tool.poetry]\n'
    repo.put("my_pkg/__init__.py", "")
    repo.put("pyproject.toml", f'{poetry}name = "my-pkg"\nversion = "1.0"\n')
    repo.commit()
    result = repo.ask("python_package: {}")
    assert result.why == "`pyproject.toml` is valid, and `my_pkg` can be imported from its wheel."
    repo.put("pyproject.toml", f'{poetry}name = "my-pkg"\n')
    repo.commit()
    assert repo.ask("python_package: {}").why == "The package has no version."
    repo.put(
        "pyproject.toml",
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
    )
    repo.put("setup.cfg", "[metadata]\nname = my-pkg\nversion = 1.0\n")
    repo.commit()
    assert repo.ask("python_package: {}").outcome is Outcome.PASSED
    repo.put("setup.py", f"{SETUP}setup(packages=os.listdir('.'))\n")
    repo.put("setup.cfg", "[metadata]\nname = my-pkg\nversion = 1.0\n")
    repo.commit()
    result = repo.ask("python_package: {}")
    assert (result.outcome, result.reason) == (
        Outcome.NOT_RUN,
        "Cannot tell which packages the wheel contains: `setup.py` computes `packages` at run time.",
    )
