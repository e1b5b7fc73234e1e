"""`make test` itself."""

import re
import runpy
import subprocess
import sys

import pytest

from tests import run_all
from tests.run_all import HERE, PROCESSES, Step


@pytest.fixture
def steps(monkeypatch):
    def put(**codes):
        monkeypatch.setattr(run_all, "install_debian", lambda *programs: "")
        monkeypatch.setattr(run_all, "PREPARING", Step("Preparing", [sys.executable, "-c", ""]))
        monkeypatch.setattr(run_all, "audit", lambda: ([], ""))
        monkeypatch.setattr(run_all, "install_axe", lambda: "tests that need axe-core: npm said: no network")
        argv = [sys.executable, "-c"]
        listed = [Step(title, [*argv, code]) for title, code in codes.items()]
        monkeypatch.setattr(run_all, "steps", lambda tier: listed)

    return put


def test_all_steps_run_though_one_fails(steps, capsys):
    steps(First="raise SystemExit(1)", Second="")
    assert run_all.main() == 1
    summary = capsys.readouterr().out.split("== Summary\n")[1]
    assert summary == (
        "FAILED  First (0 s)\npassed  Second (0 s)\nnot run tests that need axe-core: npm said: no network\n"
    )


def test_exit_code_is_zero_if_all_pass(steps):
    steps(First="", Second="")
    assert run_all.main() == 0


def test_steps_do_not_see_this_machines_settings(monkeypatch, tmp_path, capfd):
    """A step's own values win, and variables that are not settings stay."""
    read = set()

    class Noting(dict):
        def __getitem__(self, name):
            read.add(name)
            return super().__getitem__(name)

    monkeypatch.setattr("environ.Env.ENVIRON", Noting(VAR=str(tmp_path), DEBUG="0", SECRET_KEY="x" * 50))
    with pytest.MonkeyPatch.context() as apart:
        apart.delenv("DJANGO_ALLOW_ASYNC_UNSAFE", raising=False)
        runpy.run_path(str(HERE.parent / "portal/settings.py"))
    assert {"SITE_NAME", "PRACTICE_MAX_BYTES", "EMAIL_URL", "BEHIND_TLS_PROXY"} <= read
    for name in read:
        monkeypatch.setenv(name, "/home/of-the-caller")
    monkeypatch.setenv("TEST_SEED", "77")
    look = "import os; print(*(f'{k}={v}' for k, v in os.environ.items() if k in SEEN), sep=chr(10))"
    look = look.replace("SEEN", repr({*read, "TEST_SEED"}))
    step = Step("Look", [sys.executable, "-c", look], {"GRADING_LEASE_SECONDS": "3"})
    assert run_all.run(step, str(tmp_path))[0]
    seen = capfd.readouterr().out.splitlines()
    assert set(seen[2:]) == {f"VAR={tmp_path}", "TEST_SEED=77", "GRADING_LEASE_SECONDS=3"}


def test_debian_packages_are_installed_only_by_root(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.getuid", lambda: 1000)
    assert run_all.install_debian("chromium") == (
        "tests that need chromium: not installed. Only root on Debian can install them here"
    )


def test_existing_program_is_not_installed(monkeypatch, tmp_path):
    (tmp_path / "chromium").write_text("")
    (tmp_path / "chromium").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run_all.install_debian("chromium") == ""


SEEN = """
import os
import pytest

@pytest.mark.parametrize("number", range(20))
{mark}
def test_seen(number):
    print("seen", __file__, os.environ["PYTEST_XDIST_WORKER"])
"""


@pytest.mark.heavy
def test_folder_stays_on_one_process_and_those_with_servers_come_first(tmp_path):
    (tmp_path / "conftest.py").write_text("from tests.folders import *")
    marks = {"a": "", "b": "", "c": "@pytest.mark.browser", "d": "@pytest.mark.processes"}
    for folder, mark in marks.items():
        (tmp_path / folder).mkdir()
        for name in ("one", "two"):
            (tmp_path / folder / f"test_{folder}_{name}.py").write_text(SEEN.format(mark=mark))
    argv = [sys.executable, "-m", "pytest", "-p", "no:django", "-c", "/dev/null", "-rP", *PROCESSES]
    ran = subprocess.run([*argv, tmp_path], cwd=HERE.parent, capture_output=True, text=True)
    seen = re.findall(r"seen \S+/(\w)/\w+\.py (gw\d)", ran.stdout)
    assert len(seen) == 160, ran.stdout
    homes = {folder: {worker for other, worker in seen if other == folder} for folder in marks}
    assert [len(workers) for workers in homes.values()] == [1, 1, 1, 1]
    assert homes["c"] != homes["d"]


def test_tiers_of_tests_are_nested_and_the_seed_is_printed(monkeypatch, capsys):
    monkeypatch.setenv("TEST_SEED", "77")
    quick, daily, everything = (run_all.steps(tier) for tier in ("quick", "daily", "all"))
    assert [step.title for step in quick] == ["Tests of the pure cores and the pages"]
    same = [step._replace(env={}) if step.title == "Tests" else step for step in everything]
    assert same[: len(daily)] == daily
    assert everything[len(daily) - 1].env == {"EXAMPLES": "100"}
    assert "not heavy" in daily[-1].argv
    heavy, alone, on_postgres = everything[len(daily) :]
    for step in (heavy, alone):
        assert step.argv[step.argv.index("heavy") - 1] == "-m"
        assert step.env == {"TEST_SEED": "77", "GRADING_LEASE_SECONDS": "3", "EXAMPLES": "100"}
    assert {f"--ignore={path}" for path in alone.argv if path.startswith("tests/")} <= set(heavy.argv)
    assert not any(argument.startswith("--numprocesses") for argument in alone.argv)
    assert "tests.run_on_postgres" in on_postgres.argv
    assert "Set TEST_SEED=77 to repeat it." in capsys.readouterr().out


def test_folders_that_a_tier_names_are_there():
    named = [*run_all.QUICK_FOLDERS, *run_all.NOT_QUICK, *run_all.ALONE, *run_all.NOT_ON_POSTGRES]
    assert [name for name in named if not (HERE / name).exists()] == []
