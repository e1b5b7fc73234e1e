"""Tests in pytest as the hidden code of a `tests` check. They run on the learner's files, in the learner's process."""

import ast
import re
import shlex
from collections.abc import Mapping
from pathlib import PurePosixPath

MAX_TESTS_BYTES = 100_000
MAX_NAMES = 60
_DEFAULT = "python -m pytest"
# Runs isolated, so that no file of the learner is imported in place of Python's own.
_START = """\
import json, os, pathlib, sys
given = json.load(sys.stdin)
for name, text in given["files"].items():
    path = pathlib.Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
os.execvp(given["command"][0], given["command"])
"""
_RUN = '''\
def outcomes(learner):
    """Run all tests once, and return the exit status and the names of those that passed and that did not."""
    if not DONE:
        given = json.dumps({"files": FILES, "command": COMMAND})
        ran = learner.run(["python", "-I", "-c", START], stdin=given, seconds=SECONDS)
        lines = [line.split(" - ")[0].split(" ", 1) for line in ran.output.splitlines() if " " in line]
        passed = [rest.strip() for word, rest in lines if word == "PASSED"]
        failed = [rest.strip() for word, rest in lines if word in ("FAILED", "ERROR")]
        DONE.append((ran.exit, passed, failed))
    return DONE[0]


def is_passed(learner, name):
    _, passed, failed = outcomes(learner)
    ran = [each for each in passed if each.split("[")[0] == name]
    return bool(ran) and not [each for each in failed if each.split("[")[0] == name]
'''


def test_files(files: Mapping[str, bytes], run: str) -> dict[str, str]:
    """Return the tests of a starter that pytest collects, with their settings, by path; those that are text.

    The Python grader of GitHub Classroom, which has no `run`, takes only files like `calc_test.py` if there are any.
    """
    names = {path: PurePosixPath(path).name for path in files}
    found = {path for path, name in names.items() if name.endswith("_test.py")}
    if run or not found:
        found |= {path for path, name in names.items() if name.startswith("test_") and name.endswith(".py")}
    if found:
        found |= {path for path, name in names.items() if name in ("conftest.py", "pytest.ini")}
    texts = {path: _text(files[path]) for path in sorted(found)}
    return {path: text for path, text in texts.items() if text is not None}


def _text(data: bytes) -> str | None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def names_in(files: Mapping[str, str]) -> list[str]:
    """Return the names of test functions as pytest prints them: `tests/test_calc.py::TestAdd::test_adds`."""
    found: list[str] = []
    for path, text in files.items():
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if PurePosixPath(path).name != "conftest.py":
            found += [f"{path}::{name}" for name in _names(tree.body)]
    return found


def _names(body: list[ast.stmt], prefix: str = "") -> list[str]:
    found: list[str] = []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            found.append(prefix + node.name)
        elif (
            isinstance(node, ast.ClassDef)
            and not prefix
            and (node.name.startswith("Test") or _is_unittest(node))
        ):
            found += _names(node.body, f"{node.name}::")
    return list(dict.fromkeys(found))


def _is_unittest(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith("TestCase") for base in node.bases)


def pytest_command(run: str, files: Mapping[str, str]) -> list[str]:
    """Return the arguments that run pytest as `run` does, or else on these files, with one line for each test."""
    own = [path for path in files if path.endswith(".py") and PurePosixPath(path).name != "conftest.py"]
    words = shlex.split(run) if run.strip() else [*shlex.split(_DEFAULT), *own]
    return [*words, "-q", "-rpfE", "--tb=no", "-p", "no:cacheprovider"]


def hidden_code(files: Mapping[str, str], names: list[str], command: list[str], seconds: int) -> str:
    """Return the code of a `tests` check: one hidden test for each name, or a single one if none is known."""
    parts = [
        "import json\n",
        f"SECONDS = {seconds}\nCOMMAND = {command!r}\nDONE = []\nSTART = {_written(_START)}\n",
        "# The teacher's tests replace the learner's.\nFILES = {\n",
        *(f"    {path!r}: {_written(text)},\n" for path, text in files.items()),
        f"}}\n\n\n{_RUN}",
        *(_one_test(number, name) for number, name in enumerate(names, 1)),
    ]
    return "".join(parts if names else [*parts, _ALL])


_ALL = '''

def test_all(learner):
    """pytest passes."""
    assert outcomes(learner)[0] == 0
'''


def _one_test(number: int, name: str) -> str:
    says = re.sub(
        r"[^\w ./:-]", "", name.rpartition("::")[2].removeprefix("test").strip("_").replace("_", " ")
    )
    path = re.sub(r"[^\w./-]", "", name.partition("::")[0])
    return f'''

def test_{number}(learner):
    """{says or "works"} ({path})"""
    assert is_passed(learner, {name!r})
'''


def _written(text: str) -> str:
    # readable where it can be
    is_plain = "'''" not in text and "\\" not in text and not text.endswith("'") and "\r" not in text
    return f"'''{text}'''" if is_plain and text.isascii() else repr(text)
