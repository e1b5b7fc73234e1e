"""`make run` on machines that lack something, and what an installation leaves behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal import bootstrap
from tests.servers import ROOT

OLD_PYTHONS = ["2.7.18", "3.6.15", "3.9.18"]


def start(*argv, **env):
    """One line on stderr and the exit code of a bootstrap that must stop at its first checks."""
    done = subprocess.run(
        [*argv, str(ROOT / "portal" / "bootstrap.py"), "run"],
        env=env,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.stderr.rstrip(), done.returncode


@pytest.mark.parametrize("version", OLD_PYTHONS)
def test_unsupported_python_says_which_is_needed(version, tmp_path):
    python = Path.home() / ".pyenv" / "versions" / version / "bin" / "python"
    if not python.exists():
        pytest.skip(f"this machine has no Python {version} to try")
    assert start(python, PATH=str(tmp_path)) == (
        f"Python 3.11, 3.12 or 3.13 is required. This is {version}. Install one and run: make run PYTHON=python3.12",
        1,
    )


@pytest.mark.parametrize("version", [(3, 10, 12), (3, 14, 0)])
def test_python_next_to_the_supported_ones_is_refused(version, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        SystemExit, match=r"This is 3\.1[04]\.\d+\. Install one and run: make test PYTHON=python3.12"
    ):
        bootstrap.use_fit_python("test")


def test_supported_python_on_the_path_takes_over_and_a_broken_shim_does_not(monkeypatch, tmp_path):
    for name, code in (("python3.13", 127), ("python3.12", 0)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {code}\n")
        (tmp_path / name).chmod(0o755)
    taken = []
    monkeypatch.setattr(os, "execvp", lambda name, argv: taken.append(name) or sys.exit())
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit):
        bootstrap.use_fit_python("run")
    assert taken == ["python3.12"]


def test_missing_git_says_how_to_install_it(tmp_path):
    line, code = start(sys.executable, PATH=str(tmp_path))
    assert line.startswith("git was not found. Install it (Debian, Ubuntu: apt install git;")
    assert code == 1


def test_missing_venv_module_says_how_to_install_it(tmp_path):
    (tmp_path / "ensurepip.py").write_text("raise ImportError('as on Debian without python3-venv')")
    line, code = start(sys.executable, PYTHONPATH=str(tmp_path), PATH=os.environ["PATH"])
    package = f"python3.{sys.version_info[1]}-venv"
    assert line == (
        f"The venv module is missing. Install it (Debian, Ubuntu: apt install {package}), then run again: make run"
    )
    assert code == 1


class Recorder:
    """A fake of the steps: records their titles, creates what they would create, and stops where it is told to."""

    def __init__(self):
        self.titles = []
        self.stops_at = None

    def run(self, title, argv, env=None):
        if title == self.stops_at:
            raise KeyboardInterrupt
        self.titles.append(title)
        python = Path(bootstrap.PYTHON)
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()

    def taken(self):
        titles, self.titles = self.titles, []
        return titles


@pytest.fixture
def steps(tmp_path, monkeypatch):
    for name in ("portal/uv.txt", "requirements.txt", "tests/requirements.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bootstrap, "ROOT", str(tmp_path))
    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(bootstrap, "PYTHON", str(tmp_path / ".venv" / "bin" / "python"))
    monkeypatch.setattr(bootstrap, "STAMP", str(tmp_path / ".venv" / "installed.json"))
    monkeypatch.setattr(bootstrap, "uv_environment", dict)
    return Recorder()


ALL_STEPS = ["Creating .venv", "Installing uv", "Installing packages"]
RUN, TEST = bootstrap.REQUIREMENTS["run"], bootstrap.REQUIREMENTS["test"]


def test_second_installation_does_nothing(steps):
    bootstrap.install(RUN, steps)
    assert steps.taken() == ALL_STEPS
    bootstrap.install(RUN, steps)
    assert steps.taken() == []


def test_installation_for_the_tests_serves_the_portal_too(steps):
    bootstrap.install(RUN, steps)
    bootstrap.install(TEST, steps)
    assert steps.taken() == [*ALL_STEPS, *ALL_STEPS[1:]]
    bootstrap.install(RUN, steps)
    assert steps.taken() == []


def test_changed_requirements_are_installed_in_the_same_venv(steps, tmp_path):
    bootstrap.install(RUN, steps)
    steps.taken()
    (tmp_path / "requirements.txt").write_text("more")
    bootstrap.install(RUN, steps)
    assert steps.taken() == ALL_STEPS[1:]


@pytest.mark.parametrize("title", ALL_STEPS)
def test_installation_after_an_interrupted_one_starts_from_scratch(steps, title, tmp_path):
    bootstrap.install(RUN, steps)
    (tmp_path / "requirements.txt").write_text("more")
    (tmp_path / ".venv" / "bin" / "python").unlink()
    steps.taken()
    steps.stops_at = title
    with pytest.raises(KeyboardInterrupt):
        bootstrap.install(RUN, steps)
    steps.stops_at = None
    steps.taken()
    bootstrap.install(RUN, steps)
    assert steps.taken() == ALL_STEPS


def test_checkout_that_was_moved_gets_a_new_venv(steps, monkeypatch):
    bootstrap.install(RUN, steps)
    steps.taken()
    monkeypatch.setattr(bootstrap, "ROOT", "/elsewhere")
    bootstrap.install(RUN, steps)
    assert steps.taken() == ALL_STEPS


def test_step_that_fails_shows_why_and_what_to_do(tmp_path, capsys):
    with bootstrap.hold_lock(str(tmp_path / "var" / "install.lock")) as lock:
        failing = [sys.executable, "-c", "raise SystemExit('no route to the index')"]
        with pytest.raises(
            SystemExit, match=r"Installing uv failed\. Fix the problem above, then run again: make run"
        ):
            bootstrap.Steps("run", lock).run("Installing uv", failing)
    assert "no route to the index" in capsys.readouterr().out


def test_pip_configuration_is_passed_on_to_uv(tmp_path, monkeypatch):
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = https://index.example.org/simple\nfind-links = /wheels\n  /more\n"
        "[install]\nextra-index-url = https://more.example.org\n"
    )
    monkeypatch.setattr(bootstrap, "PYTHON", sys.executable)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://nearer.example.org")
    monkeypatch.setenv("UV_FIND_LINKS", "/already/set")
    environment = bootstrap.uv_environment()
    assert environment["UV_DEFAULT_INDEX"] == "https://index.example.org/simple"
    assert environment["UV_INDEX"] == "https://nearer.example.org"
    assert environment["UV_FIND_LINKS"] == "/already/set"


def test_labcheck_command_works_in_a_path_with_spaces(tmp_path, monkeypatch):
    root = tmp_path / "a checkout's place"
    (root / "labs" / "grader").mkdir(parents=True)
    (root / "labs" / "grader" / "__main__.py").write_text(
        "import sys\ndef main(): return f'got {sys.argv[1:]}'\n"
    )
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setattr(bootstrap, "ROOT", str(root))
    monkeypatch.setattr(bootstrap, "VENV", str(root / ".venv"))
    monkeypatch.setattr(bootstrap, "PYTHON", str(root / ".venv" / "bin" / "python"))
    bootstrap.write_labcheck()
    done = subprocess.run(
        [root / ".venv/bin/labcheck", "grade", "a b"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stderr == "got ['grade', 'a b']\n"
