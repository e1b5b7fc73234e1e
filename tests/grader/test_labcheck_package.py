"""The wheel and the single file: the same verdict without the project and without Django."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from labs.grader import distribution
from labs.grader.report import Outcome, Report
from labs.reports.labcheck_file import labcheck_file

pytestmark = pytest.mark.heavy

MODULES = tuple(f"{name.partition('.')[0]}/" for name in distribution.BUNDLED)
ROOT = Path(__file__).parents[2] / "labs/grader"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder with both files, and the wheel installed in an environment without packages."""
    folder = tmp_path_factory.mktemp("made")
    distribution.write(folder)
    venv.create(folder / "venv", with_pip=False)
    (packages,) = (folder / "venv").glob("lib/python*/site-packages")
    with zipfile.ZipFile(folder / distribution.wheel_name()) as archive:
        archive.extractall(packages)
    return folder


@pytest.fixture
def example(repo, tmp_path, lab):
    repo.commit("One", a="1")
    repo.git("tag", "v1")
    path = tmp_path / "lab.yaml"
    path.write_text(
        lab(
            "branch: {name: main}",
            "tag: {name: v2}",
            "data: {path: a.txt, format: yaml, value: b, exists: true}",
        )
        + "scenarios: [{name: one, steps: [{commit: One}], expect: {c1: passed}}]\n"
    )
    return path, repo


def verdict(report):
    """A report without what differs from run to run."""
    data = report.to_json()
    for result in data["results"]:
        result["seconds"] = 0
    return data


def run(*argv):
    return subprocess.run(
        [str(part) for part in argv],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )


def check_same(done, example):
    path, repo = example
    assert done.stderr == ""
    assert verdict(Report.from_json(json.loads(done.stdout))) == verdict(repo.grade(path.read_text()))
    assert done.returncode == 1


def test_the_single_file_gives_the_same_verdict(made, example):
    path, repo = example
    check_same(
        run(sys.executable, "-I", "-S", made / "labcheck.pyz", "grade", path, repo.path, "--json"), example
    )


def test_the_single_file_knows_no_django(made):
    code = f"import sys; sys.path.insert(0, {str(made / 'labcheck.pyz')!r}); import labcheck.engine, django"
    done = run(sys.executable, "-I", "-S", "-c", code)
    assert done.stderr.strip().endswith("No module named 'django'")


def test_the_wheel_gives_the_same_verdict_with_its_dependency_alone(made, example):
    path, repo = example
    python = made / "venv/bin/python"
    (packages,) = (made / "venv").glob("lib/python*/site-packages")
    done = run(python, "-I", "-c", "import labcheck.engine")
    assert "No module named" in done.stderr, "the environment is not empty"
    with zipfile.ZipFile(made / "labcheck.pyz") as archive:
        archive.extractall(packages, [name for name in archive.namelist() if name.startswith(MODULES)])
    check_same(run(python, "-I", "-m", "labcheck", "grade", path, repo.path, "--json"), example)


def test_every_command_works_in_the_single_file(made, example, tmp_path):
    pyz = (sys.executable, "-I", "-S", made / "labcheck.pyz")
    assert run(*pyz, "new", tmp_path / "new").returncode == 0
    tested = run(*pyz, "test", tmp_path / "new/lab.yaml")
    assert "2 scenarios proved 3 of 3 checks." in tested.stdout
    assert run(*pyz, "explain", "tag").stdout.startswith("`tag: {")
    assert run(*pyz, "grade", example[0], example[1].path, "--format", "github").stdout.startswith("::error ")


def test_code_is_not_run_if_bubblewrap_is_missing(made, repo, tmp_path, lab):
    repo.commit("One", a="1")
    path = tmp_path / "lab.yaml"
    path.write_text(lab("run: {command: [touch, /tmp/it-ran]}"))
    code = (
        f"import sys; sys.path.insert(0, {str(made / 'labcheck.pyz')!r})\n"
        "import labcheck.sandbox.command as command; command.found = lambda name: False\n"
        "from labcheck.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    done = run(sys.executable, "-I", "-S", "-c", code, "grade", path, repo.path, "--json")
    (result,) = Report.from_json(json.loads(done.stdout)).results
    assert result.outcome is Outcome.NOT_RUN
    programs = "bwrap, setpriv, prlimit, tar and sh"
    assert result.reason == f"Not run: code cannot be run in a sandbox here: {programs} not found."
    assert not Path("/tmp/it-ran").exists()


def test_the_same_sources_give_the_same_bytes(made):
    assert distribution.zipapp() == (made / "labcheck.pyz").read_bytes() == labcheck_file().data
    assert distribution.wheel() == (made / distribution.wheel_name()).read_bytes()


def test_every_module_of_the_engine_is_in_both(made):
    modules = {
        f"labcheck/{path.relative_to(ROOT).as_posix()}"
        for path in ROOT.rglob("*.py")
        if path.name not in ("distribution.py", "reference.py")
    }
    for name in ("labcheck.pyz", distribution.wheel_name()):
        names = set(zipfile.ZipFile(made / name).namelist())
        assert modules <= names
        assert not [other for other in names if other.endswith(".pyc") or "pyproject" in other]


def test_the_wheel_lists_its_files_with_their_digests(made):
    with zipfile.ZipFile(made / distribution.wheel_name()) as archive:
        record = archive.read(f"labcheck-{distribution.version()}.dist-info/RECORD").decode().splitlines()
        names = [line.rsplit(",", 2)[0] for line in record]
        assert names == sorted(archive.namelist(), key=lambda name: (name.endswith("/RECORD"), name))
        assert archive.testzip() is None


def test_what_is_bundled_is_all_that_the_engine_imports():
    code = (
        "import sys; before = set(sys.modules); import labs.grader.__main__\n"
        "found = {name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)\n"
        "print(sorted(found - {'labs', '__mp_main__'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT.parents[1], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str([module.rstrip("/") for module in MODULES])
