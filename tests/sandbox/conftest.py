"""A sandbox on this machine with short time limits, and helpers that run code in it."""

import json
import os
import shutil
import subprocess
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labs.grader.engine import grade
from labs.grader.git.repository import Repository
from labs.grader.report import CheckResult
from labs.grader.sandbox import Job, Ran
from labs.grader.sandbox.environments import Environments
from labs.grader.sandbox.local import LocalSandbox
from labs.grader.sandbox.packing import pack_files
from labs.grader.spec import load_spec
from tests.grader.conftest import *  # noqa: F403 - repositories built by git

SECONDS = 20.0


@pytest.fixture(scope="session")
def environments() -> Iterator[Environments]:
    """Not below pytest's own folder: if the tests run as root, the sandbox is a different user, who cannot enter it."""
    folder = Path(tempfile.mkdtemp(prefix="labcheck-environments-", dir="/tmp"))
    folder.chmod(0o755)
    yield Environments(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def sandbox(environments) -> LocalSandbox:
    sandbox = LocalSandbox(environments)
    if why := sandbox.unavailable():
        # A mistake in our filter must not make the tests skip.
        assert not bubblewrap_works(), f"bubblewrap works on this machine, and yet: {why}"
        pytest.skip(f"code cannot be confined here: {why}")
    return sandbox


def bubblewrap_works() -> bool:
    plain = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "true"]
    return bool(shutil.which("bwrap")) and subprocess.run(plain, capture_output=True).returncode == 0


@pytest.fixture
def python(sandbox) -> Callable[..., Ran]:
    """Run Python code in the sandbox: `python("print(1)", seconds=2)`."""

    def run(code: str, *, seconds: float = SECONDS, files: dict[bytes, bytes] | None = None) -> Ran:
        content = {b"a.py": textwrap.dedent(code).encode(), **(files or {})}
        return sandbox.run(Job(("python3", "a.py"), pack_files(content), seconds))

    return run


def processes_with(word: str) -> list[int]:
    """The processes of this machine whose command line contains a word."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if word.encode() in (path / "cmdline").read_bytes() and int(path.name) != os.getpid():
                found.append(int(path.name))
        except OSError:
            continue
    return found


def gone_within(seconds: float, word: str) -> bool:
    deadline = time.monotonic() + seconds
    while processes_with(word):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def judge(repo, sandbox) -> Callable[..., CheckResult]:
    """The result of one check, a mapping such as `{"run": {...}}`, on a repository with one commit of these files."""

    def judged(
        check: dict[str, object], /, *, requirements: list[str] | None = None, **files: str
    ) -> CheckResult:
        for path, content in files.items():
            repo.put(path.replace("__", "/") + ".py", textwrap.dedent(content))
        repo.commit("Add the code")
        return judged_in(repo, sandbox, check, requirements)

    return judged


def judged_in(repo, sandbox, check: dict[str, object], requirements: list[str] | None = None) -> CheckResult:
    """The result of one check of 10 points on a repository in its current state."""
    item = {"id": "c1", "says": "It works", "points": 10, **check}
    lab: dict[str, object] = {"schema": 1, "title": "A lab", "pass_mark": 70, "checks": [item]}
    if requirements is not None:
        lab["python"] = {"requirements": requirements}
    with Repository.open(repo.path) as repository:
        return grade(load_spec(json.dumps(lab)), repository, sandbox=sandbox).results[0]
