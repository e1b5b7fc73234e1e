"""Python environments of labs: built once from wheels, read-only, and kept consistent if a build fails."""

import fcntl
import itertools
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from labs.grader.report import Outcome
from labs.grader.sandbox import CannotBuildError, SandboxError, building
from labs.grader.sandbox import environments as module
from labs.grader.sandbox.environments import Environments, digest_of
from labs.grader.sandbox.local import LocalSandbox
from tests.sandbox.conftest import gone_within, judged_in
from tests.servers import ROOT, wait_for

SIX = ("six==1.16.0",)
SHOWS = {"run": {"command": ["python", "app.py"], "prints": "^1.16.0$"}}
APP = "import six, sys; print(six.__version__)\nopen('/venv/lib/x', 'w')"


@pytest.fixture(scope="module")
def with_six(environments) -> str:
    try:
        return environments.build(SIX)
    except (SandboxError, CannotBuildError) as error:
        pytest.skip(f"no package index is reached: {error}")


@pytest.mark.usefixtures("with_six")
def test_environment_of_a_lab_is_read_only(judge):
    wanted = {"command": ["python", "app.py"], "exit": 1, "prints": "Read-only file system"}
    result = judge({"run": wanted}, requirements=list(SIX), app=APP)
    assert result.outcome is Outcome.PASSED
    assert (
        judge({**SHOWS}, requirements=list(SIX), app="import six; print(six.__version__)").outcome
        is Outcome.PASSED
    )


def test_without_an_environment_only_the_system_python_is_available(judge):
    result = judge(SHOWS, app="import six")
    assert "No module named 'six'" in result.evidence[0].excerpt[-1][1]


def test_environment_is_built_once(environments, with_six, monkeypatch):
    monkeypatch.setattr(module, "_install", lambda *arguments: pytest.fail("built again"))
    assert environments.build(SIX) == with_six


def test_two_simultaneous_requests_build_once(tmp_path, monkeypatch):
    open_to_all(tmp_path)
    built = []

    def install(place: Path, requirements: tuple[str, ...], *others: object) -> None:
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


def test_missing_package_is_a_problem_of_the_lab(repo, sandbox, with_six):
    repo.put("app.py", "")
    repo.commit("Add the app")
    result = judged_in(repo, sandbox, SHOWS, ["six==99.99"])
    assert result.outcome is Outcome.NOT_RUN
    assert result.reason.startswith(
        "Not run: the lab requires Python packages that are not available: Because there is no version of six"
    )


def test_unreachable_index_is_our_fault(repo, sandbox, monkeypatch):
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    repo.put("app.py", "")
    repo.commit("Add the app")
    assert judged_in(repo, sandbox, SHOWS, ["six==1.15.0"]).outcome is Outcome.FAULT


def test_least_recently_used_environment_is_removed_first(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_install", lambda *arguments: None)
    monkeypatch.setattr(Environments, "closed", lambda self: "")
    for name, hours in (("old", 9), ("older", 10), ("recent", 0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(b"x" * 1000)
        os.utime(tmp_path / name, (time.time() - 3600 * hours,) * 2)
    Environments(tmp_path, max_bytes=2500).build(SIX)
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {"old", "recent", digest_of(SIX)}


def test_environments_of_published_labs_are_removed_last(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_install", lambda *arguments: None)
    monkeypatch.setattr(Environments, "closed", lambda self: "")
    for name, hours in (("named", 9), ("tried", 8), ("once", 7)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(b"x" * 1000)
        os.utime(tmp_path / name, (time.time() - 3600 * hours,) * 2)
    Environments(tmp_path, max_bytes=1500, removed_last=frozenset({"named"})).build(SIX)
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {"named", digest_of(SIX)}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's sandbox is another user")
def test_folder_that_the_sandbox_cannot_enter_is_reported(tmp_path):
    tmp_path.chmod(0o700)
    with pytest.raises(SandboxError, match="only the owner can enter"):
        Environments(tmp_path).build(SIX)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's sandbox is another user")
def test_lab_with_packages_is_not_run_if_they_cannot_be_read(repo, tmp_path):
    (tmp_path / "var").mkdir(mode=0o700)
    sandbox = LocalSandbox(Environments(tmp_path / "var" / "environments"))
    if why := sandbox.unavailable():
        pytest.skip(f"code cannot be confined here: {why}")
    repo.put("app.py", "print(1)")
    repo.commit("Add the app")
    result = judged_in(repo, sandbox, SHOWS, SIX)
    assert result.outcome is Outcome.NOT_RUN
    why = f"only the owner can enter {tmp_path / 'var'}: keep environments in a different folder."
    assert why in result.reason
    assert judged_in(repo, sandbox, {"run": {"command": ["python", "app.py"]}}).outcome is Outcome.PASSED


def test_environment_is_never_left_half_removed(tmp_path, monkeypatch):
    """A worker may be killed while it makes room: the leftovers must not be mistaken for a complete environment."""
    monkeypatch.setattr(module, "_install", lambda *arguments: None)
    monkeypatch.setattr(Environments, "closed", lambda self: "")
    monkeypatch.setattr(module.shutil, "rmtree", lambda path, **options: None)  # killed before it began
    old = tmp_path / "0ld"
    old.mkdir()
    (old / "file").write_bytes(b"x" * 1000)
    os.utime(old, (1, 1))
    Environments(tmp_path, max_bytes=10).build(SIX)
    assert not old.exists()


def test_environment_used_in_the_meantime_stays(tmp_path):
    (tmp_path / "old").mkdir()
    module._remove(tmp_path / "old", used=1.0)
    assert (tmp_path / "old").exists()


@pytest.mark.parametrize("digest", ["../x", "", "0" * 32])
def test_environment_that_was_not_built_is_refused(tmp_path, digest):
    with pytest.raises(SandboxError, match=f"^no environment {re.escape(digest)} exists$"):
        Environments(tmp_path).folder(digest)


def open_to_all(path: Path) -> None:
    path.chmod(0o755)


# --- what goes wrong while one is built -----------------------------------------------------------------------------


def test_leftovers_of_killed_builds_are_removed_and_running_builds_stay(tmp_path):
    for name in (".new-dead", ".old-dead", ".new-alive"):
        (tmp_path / name / "lib").mkdir(parents=True)
    (tmp_path / "dead.progress").write_text("half")
    with (tmp_path / "alive.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        Environments(tmp_path).sweep()
    left = {path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")}
    assert left == {".new-alive"}


def test_waiting_for_the_build_of_another_process_ends_at_the_build_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(Environments, "closed", lambda self: "")
    digest = digest_of(SIX)
    with (tmp_path / f"{digest}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (tmp_path / f"{digest}.progress").write_text("Downloading six, 3 MB so far")
        assert Environments(tmp_path).progress(SIX) == "Downloading six, 3 MB so far"
        with pytest.raises(SandboxError, match="its environment is still being built"):
            Environments(tmp_path, max_seconds=0).build(SIX)


@pytest.mark.usefixtures("with_six")
def test_build_reuses_earlier_downloads(environments, monkeypatch):
    """No index is reachable: the packages that a killed build had downloaded are in the cache."""
    built = environments.root / digest_of(SIX)
    built.rename(environments.root / "aside")
    monkeypatch.setattr(module, "uv_variables", lambda: {"PATH": module.command.PATH, "UV_OFFLINE": "1"})
    told = []
    again = Environments(environments.root, tell=told.append).build(SIX)
    assert told[0] == "Starting the build"
    assert environments.progress(SIX) == ""
    scripts = environments.root / again / "lib"
    assert list(scripts.rglob("six.py")) and list(scripts.rglob("six.*.pyc"))


@pytest.fixture
def watched(tmp_path):
    """Run a command as builders do, with these limits."""

    def run(code: str, **limits) -> tuple[int, str]:
        fields = {"max_bytes": 1 << 30, "max_seconds": 60.0, "max_silent_seconds": 60.0}
        watch = building.Watch((tmp_path,), **{**fields, "tell": lambda text: None, **limits})
        with (tmp_path / "lock").open("w") as lock:
            return building.run([sys.executable, "-c", code], dict(os.environ), watch, lock)

    return run


def until_there(path: Path) -> str:
    """Return code that ends once a file exists."""
    return f"import pathlib, time\nwhile not pathlib.Path({str(path)!r}).exists(): time.sleep(0.01)\nprint('done')"


MARK = "a-builder-of-the-tests"
SILENT = f"import subprocess; subprocess.run(['sh', '-c', 'sleep 300; : {MARK}'])"


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"max_silent_seconds": 0.5}, "no output for"),
        ({"max_seconds": 0.5}, "took longer than 0.5 seconds"),
    ],
)
def test_build_that_is_silent_or_takes_too_long_ends_with_its_children(watched, monkeypatch, limits, message):
    monkeypatch.setattr(building, "LOOK_SECONDS", 0.1)
    with pytest.raises(SandboxError, match=message):
        watched(SILENT, **limits)
    assert gone_within(10, MARK)


def test_build_that_takes_too_much_space_is_a_problem_of_the_lab(watched, monkeypatch, tmp_path):
    monkeypatch.setattr(building, "LOOK_SECONDS", 0.1)
    code = f"open({str(tmp_path / 'large')!r}, 'wb').write(bytes(3 << 20)); import time; time.sleep(300)"
    with pytest.raises(CannotBuildError, match="the packages need more than 2 MB"):
        watched(code, max_bytes=2 << 20)
    looked = tmp_path / "looked"
    # space used by earlier builds does not count
    ended = watched(until_there(looked), max_bytes=2 << 20, tell=lambda text: looked.touch())
    assert ended == (0, "done\n")


def test_build_that_only_writes_is_not_silent(watched, monkeypatch, tmp_path):
    """With a fake clock: an hour passes at each reading, and a file grows."""
    monkeypatch.setattr(building, "LOOK_SECONDS", 0.01)
    enough = tmp_path / "enough"
    sizes = itertools.count()

    def look(folder: Path) -> int:
        if (size := next(sizes)) > 10:
            enough.touch()
        return size

    monkeypatch.setattr(building, "bytes_in", look)
    hours = itertools.count(step=3600)
    monkeypatch.setattr(building.time, "monotonic", lambda: float(next(hours)))
    assert watched(until_there(enough), max_silent_seconds=20_000.0, max_seconds=1e12) == (0, "done\n")


def test_killing_a_builder_ends_its_command_too(tmp_path):
    code = (
        "import sys; from pathlib import Path; from labs.grader.sandbox import building\n"
        f"watch = building.Watch((Path({str(tmp_path)!r}),), 1 << 30, 300, print)\n"
        f"building.run(['sh', '-c', 'echo $$ > {tmp_path}/pid; exec sleep 299'], {{}}, watch, sys.stdin)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE) as builder:
        wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
        pid = (tmp_path / "pid").read_text().strip()
        builder.kill()
    wait_for(lambda: not Path("/proc", pid).exists(), what="the command ends with its builder")
