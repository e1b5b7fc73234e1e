"""Python environments of labs: built once, from wheels, for reading; and what stays when one cannot be built."""

import os
import threading
import time
from pathlib import Path

import pytest

from labs.grader.report import Outcome
from labs.grader.sandbox import CannotBuild, SandboxFault
from labs.grader.sandbox import environments as module
from labs.grader.sandbox.environments import Environments, digest_of
from labs.grader.sandbox.local import LocalSandbox
from tests.sandbox.conftest import judged_in

SIX = ("six==1.16.0",)
SHOWS = {"run": {"command": ["python", "app.py"], "prints": "^1.16.0$"}}
APP = "import six, sys; print(six.__version__)\nopen('/venv/lib/x', 'w')"


@pytest.fixture(scope="module")
def with_six(environments) -> str:
    try:
        return environments.build(SIX)
    except (SandboxFault, CannotBuild) as error:
        pytest.skip(f"no package index is reached: {error}")


@pytest.mark.usefixtures("with_six")
def test_environment_of_a_lab_is_there_for_reading(judge):
    wanted = {"command": ["python", "app.py"], "exit": 1, "prints": "Read-only file system"}
    result = judge({"run": wanted}, requirements=list(SIX), app=APP)
    assert result.outcome is Outcome.PASSED
    assert (
        judge({**SHOWS}, requirements=list(SIX), app="import six; print(six.__version__)").outcome
        is Outcome.PASSED
    )


def test_without_one_there_is_the_systems_python_alone(judge):
    result = judge(SHOWS, app="import six")
    assert "No module named 'six'" in result.evidence[0].excerpt[-1][1]


def test_environment_is_built_once(environments, with_six, monkeypatch):
    monkeypatch.setattr(module, "_install", lambda place, requirements: pytest.fail("built again"))
    assert environments.build(SIX) == with_six


def test_two_that_ask_at_once_build_once(tmp_path, monkeypatch):
    open_to_all(tmp_path)
    built = []

    def install(place: Path, requirements: tuple[str, ...]) -> None:
        built.append(requirements)
        time.sleep(0.3)

    monkeypatch.setattr(module, "_install", install)
    monkeypatch.setattr(Environments, "closed", lambda self: "")
    kept = Environments(tmp_path)
    threads = [threading.Thread(target=kept.build, args=[SIX]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert built == [SIX]
    assert sorted(path.name for path in tmp_path.iterdir()) == [digest_of(SIX), f"{digest_of(SIX)}.lock"]


def test_package_that_is_not_there_is_the_labs_problem(repo, sandbox, with_six):
    repo.put("app.py", "")
    repo.commit("Add the app")
    result = judged_in(repo, sandbox, SHOWS, ["six==99.99"])
    assert result.outcome is Outcome.NOT_RUN
    assert result.reason.startswith(
        "Not run: the lab asks for Python packages that are not to be had: No matching"
    )


def test_index_that_is_not_reached_is_our_fault(repo, sandbox, monkeypatch):
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    repo.put("app.py", "")
    repo.commit("Add the app")
    assert judged_in(repo, sandbox, SHOWS, ["six==1.15.0"]).outcome is Outcome.FAULT


def test_what_was_used_longest_ago_makes_room(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_install", lambda place, requirements: None)
    monkeypatch.setattr(Environments, "closed", lambda self: "")
    for name, hours in (("old", 9), ("older", 10), ("recent", 0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(b"x" * 1000)
        os.utime(tmp_path / name, (time.time() - 3600 * hours,) * 2)
    Environments(tmp_path, max_bytes=2500).build(SIX)
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {"old", "recent", digest_of(SIX)}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's sandbox is another user")
def test_folder_that_the_sandbox_cannot_enter_is_said_so(tmp_path):
    tmp_path.chmod(0o700)
    with pytest.raises(SandboxFault, match="can be entered by its owner alone"):
        Environments(tmp_path).build(SIX)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's sandbox is another user")
def test_lab_that_asks_for_packages_is_not_run_where_they_cannot_be_read(repo, tmp_path):
    (tmp_path / "var").mkdir(mode=0o700)
    sandbox = LocalSandbox(Environments(tmp_path / "var" / "environments"))
    if why := sandbox.unavailable():
        pytest.skip(f"code cannot be confined here: {why}")
    repo.put("app.py", "print(1)")
    repo.commit("Add the app")
    result = judged_in(repo, sandbox, SHOWS, SIX)
    assert result.outcome is Outcome.NOT_RUN
    assert "can be entered by its owner alone: keep environments in another folder." in result.reason
    assert judged_in(repo, sandbox, {"run": {"command": ["python", "app.py"]}}).outcome is Outcome.PASSED


def test_environment_is_never_removed_half(tmp_path, monkeypatch):
    """A worker may be killed while it makes room: what is left must not be taken for a whole environment."""
    monkeypatch.setattr(module, "_install", lambda place, requirements: None)
    monkeypatch.setattr(Environments, "closed", lambda self: "")
    monkeypatch.setattr(module.shutil, "rmtree", lambda path, **options: None)  # killed before it began
    old = tmp_path / "0ld"
    old.mkdir()
    (old / "file").write_bytes(b"x" * 1000)
    os.utime(old, (1, 1))
    Environments(tmp_path, max_bytes=10).build(SIX)
    assert not old.exists()


def test_environment_that_was_taken_meanwhile_stays(tmp_path):
    (tmp_path / "old").mkdir()
    module._remove(tmp_path / "old", used=1.0)
    assert (tmp_path / "old").exists()


@pytest.mark.parametrize("digest", ["../x", "", "0" * 32])
def test_environment_that_was_not_built_is_refused(tmp_path, digest):
    with pytest.raises(SandboxFault, match="there is no environment"):
        Environments(tmp_path).folder(digest)


def open_to_all(path: Path) -> None:
    path.chmod(0o755)
