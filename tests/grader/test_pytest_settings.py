"""The tests that are found by a project's pytest settings; a heavy test compares them with pytest itself."""

import os
import subprocess
import sys

import pytest

from labs.grader.python_packages import layout

INI, TOML = "[pytest]\n", "[tool.pytest.ini_options]\n"
CHECK, TEST = "def check_a(): pass\n", "def test_a(): pass\n"
# The files of a project, and how many tests pytest collects.
PROJECTS = [
    ({"test_a.py": TEST}, 1),
    ({"check_a.py": TEST}, 0),
    ({"pyproject.toml": TOML + 'python_files = ["check_*.py"]\n', "check_a.py": TEST}, 1),
    ({"pyproject.toml": TOML + 'python_files = "check_*.py other.py"\n', "other.py": TEST}, 1),
    ({"pyproject.toml": TOML + 'python_files = ["check_*.py"]\n', "test_a.py": TEST}, 0),
    ({"pyproject.toml": '[tool.pytest]\npython_files = ["check_*.py"]\n', "check_a.py": TEST}, 1),
    ({"pytest.toml": '[pytest]\npython_files = ["check_*.py"]\n', "check_a.py": TEST}, 1),
    ({"pytest.ini": INI + "python_files = check_*.py\n", "check_a.py": TEST}, 1),
    ({".pytest.ini": INI + "python_files = check_*.py\n", "check_a.py": TEST}, 1),
    ({"pytest.ini": INI + "python_files =\n    a_*.py\n    check_*.py\n", "check_a.py": TEST}, 1),
    ({"setup.cfg": "[tool:pytest]\npython_files = check_*.py\n", "check_a.py": TEST}, 1),
    ({"tox.ini": INI + "python_files = check_*.py\n", "check_a.py": TEST}, 1),
    ({"pytest.ini": "", "tox.ini": INI + "python_files = check_*.py\n", "check_a.py": TEST}, 0),
    ({"pytest.ini": INI, "pyproject.toml": TOML + 'python_files = ["check_*.py"]\n', "check_a.py": TEST}, 0),
    (
        {
            "pyproject.toml": TOML,
            "setup.cfg": "[tool:pytest]\npython_files = check_*.py\n",
            "check_a.py": TEST,
        },
        0,
    ),
    ({"pytest.ini": INI + "python_files = *.py\n", "a.py": TEST}, 1),
    ({"pytest.ini": INI + "python_files = deep/*.py\n", "deep/a.py": TEST, "b.py": TEST}, 1),
    ({"pytest.ini": INI + "python_functions = check\n", "test_a.py": CHECK + TEST}, 1),
    (
        {
            "pytest.ini": INI + "python_functions = *_check check_?\n",
            "test_a.py": CHECK + "def a_check(): pass\n",
        },
        2,
    ),
    (
        {
            "pytest.ini": INI + "python_classes = Check\n",
            "test_a.py": "class CheckA:\n    def test_a(self): pass\n",
        },
        1,
    ),
    (
        {
            "pytest.ini": INI + "python_classes = *Suite\n",
            "test_a.py": "class ASuite:\n    def test_a(self): pass\n",
        },
        1,
    ),
    (
        {
            "pytest.ini": INI + "python_classes = Check\n",
            "test_a.py": "class TestA:\n    def test_a(self): pass\n",
        },
        0,
    ),
    ({"pytest.ini": INI + "testpaths = specs\n", "specs/test_a.py": TEST, "test_b.py": TEST}, 1),
    ({"pytest.ini": INI + "testpaths = specs\n", "specs/a.py": TEST, "test_b.py": TEST}, 0),
    ({"pytest.ini": INI + "testpaths = nowhere\n", "test_b.py": TEST}, 1),
    ({"pytest.ini": INI + "testpaths = specs.py\n", "specs.py": TEST}, 1),
    ({"pytest.ini": INI + "testpaths = */specs\n", "x/specs/test_a.py": TEST, "test_b.py": TEST}, 1),
    ({"pytest.ini": INI + "norecursedirs = old\n", "old/test_a.py": TEST, "b/test_b.py": TEST}, 1),
    ({"build/test_a.py": TEST, "dist/test_b.py": TEST, ".x/test_c.py": TEST}, 0),
    ({"test_a.py": "class TestA:\n    def __init__(self): pass\n    def test_a(self): pass\n"}, 0),
    ({"test_a.py": "class TestA:\n    def __new__(cls): pass\n    def test_a(self): pass\n"}, 0),
    (
        {
            "test_a.py": "class B:\n    def __init__(self): pass\nclass TestA(B):\n    def test_a(self): pass\n"
        },
        0,
    ),
    (
        {
            "test_a.py": "from dataclasses import dataclass\n@dataclass\nclass TestA:\n"
            "    a: int = 1\n    def test_a(self): pass\n"
        },
        0,
    ),
    ({"test_a.py": "class TestA:\n    __test__ = False\n    def test_a(self): pass\n"}, 0),
    ({"test_a.py": "class Mixin:\n    def test_a(self): pass\nclass TestA(Mixin):\n    pass\n"}, 1),
    ({"test_a.py": "class TestA:\n    class TestB:\n        def test_a(self): pass\n"}, 1),
    (
        {
            "pytest.ini": INI + "python_functions = check\n",
            "test_a.py": "import unittest\nclass A(unittest.TestCase):\n    def test_a(self): pass\n",
        },
        1,
    ),
    ({"test_a.py": "import pytest\n@pytest.fixture\ndef test_a(): pass\n"}, 0),
    ({"test_a.py": "if True:\n    def test_a(): pass\n"}, 1),
]


def number_found(files):
    answer = layout.tests_found("", sorted(files), files.get)
    assert not answer.unknown, files
    return 0 if answer.findings else int(answer.holds.split()[0])


def test_tests_are_found_by_the_settings_of_pytest():
    assert [number_found(files) for files, _ in PROJECTS] == [number for _, number in PROJECTS]


@pytest.mark.heavy
def test_pytest_itself_collects_as_many(tmp_path):
    alone = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    for number, (files, expected) in enumerate(PROJECTS):
        home = tmp_path / str(number)
        for path, text in files.items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_text(text)
        command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
        done = subprocess.run(command, cwd=home, env=alone, capture_output=True, text=True, timeout=60)
        collected = [line for line in done.stdout.splitlines() if "::" in line and "Warning" not in line]
        assert len(collected) == expected, (files, done.stdout)


@pytest.mark.parametrize(
    ("files", "unknown"),
    [
        ({"pytest.ini": "no section\n"}, "which settings pytest uses: `pytest.ini` could not be read: "),
        (
            {"pyproject.toml": "[tool\n"},
            "which settings pytest uses: `pyproject.toml` could not be read: ",
        ),
        (
            {"pyproject.toml": TOML + "python_files = [3]\n"},
            "`python_files` in `pyproject.toml` is not a list",
        ),
        ({"pytest.ini": INI + "testpaths = 'a\n"}, "`testpaths` in `pytest.ini` has an unclosed quote"),
        ({"setup.cfg": INI + "python_files = a\n"}, "it ignores `[pytest]` in `setup.cfg`"),
        (
            {"pytest.ini": INI + "addopts = -o python_files=a.py\n"},
            "`addopts` in `pytest.ini` changes its settings",
        ),
        ({"pytest.ini": INI + "addopts = -c other.ini\n"}, "`addopts` in `pytest.ini` changes its settings"),
    ],
)
def test_settings_that_cannot_be_read_give_no_verdict(files, unknown):
    answer = layout.tests_found("", sorted(files), files.get)
    assert unknown in answer.unknown and not answer.findings


def test_files_that_pytest_leaves_out_are_reported():
    def says(files):
        return layout.tests_found("", sorted(files), files.get).findings[0].says

    text = "class TestA:\n    def __init__(self): pass\n    def test_a(self): pass\n"
    assert says({"test_a.py": text}) == (
        "Pytest does not collect `TestA` in `test_a.py`, because the class has a constructor."
    )
    own = {"pytest.ini": INI + "python_files = check_*.py\n"}
    assert says({**own, "test_a.py": TEST}) == "There are no tests according to `pytest.ini`."
    paths = {"pytest.ini": INI + "testpaths = specs\n", "specs/a.py": "", "test_b.py": TEST}
    assert says(paths) == "There are no tests in `specs`, the `testpaths` in `pytest.ini`."


def test_settings_of_a_folder_above_count_without_its_testpaths():
    files = {"pytest.ini": INI + "python_files = check_*.py\ntestpaths = x\n", "app/check_a.py": TEST}
    assert layout.tests_found("app", sorted(files), files.get).holds == "1 test function in 1 file."
