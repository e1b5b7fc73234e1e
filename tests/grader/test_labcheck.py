"""The command labcheck: its output and exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from labs.grader.__main__ import main
from labs.grader.report import Report

ROOT = Path(__file__).parents[2]


@pytest.fixture
def lab_file(tmp_path, lab):
    path = tmp_path / "lab.yaml"
    path.write_text(lab("branch: {name: main}", "tag: {name: v1}"))
    return path


def test_exit_status_0_when_all_checks_passed(repo, lab_file, capsys):
    repo.commit()
    repo.git("tag", "v1")
    assert main(["grade", str(lab_file), str(repo.path)]) == 0
    assert "2 of 2 checks passed. 20 of 20 points." in capsys.readouterr().out


def test_exit_status_1_when_something_needs_work(repo, lab_file, capsys):
    repo.commit()
    assert main(["grade", str(lab_file), str(repo.path)]) == 1
    out = capsys.readouterr().out
    assert " ✔ Check 1 holds" in out and " ✘ Check 2 holds" in out
    assert "Fix this first: Check 2 holds" in out and "git push origin refs/tags/v1" in out


def test_exit_status_1_when_something_was_not_run(repo, tmp_path, lab, capsys):
    path = tmp_path / "lab.yaml"
    path.write_text(lab("merged: {name: gone}"))
    repo.commit()
    assert main(["grade", str(path), str(repo.path)]) == 1
    assert "Cannot tell whether" in capsys.readouterr().out


def test_exit_status_2_for_a_bad_lab_with_each_problem_at_its_line(repo, tmp_path, capsys):
    path = tmp_path / "lab.yaml"
    path.write_text("schema: 2\ntitle: T\npass_mark: x\nchecks: []\n")
    assert main(["grade", str(path), str(repo.path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        f"{path}:3: pass_mark: expected a whole number from 0 to 100, found `x`",
        f"{path}:4: checks: expected a list of at least one check",
    ]


def test_exit_status_2_for_a_missing_lab(repo, tmp_path, capsys):
    assert main(["grade", str(tmp_path / "no.yaml"), str(repo.path)]) == 2
    assert "no.yaml" in capsys.readouterr().err


def test_exit_status_2_for_a_repository_without_commits(repo, lab_file, capsys):
    assert main(["grade", str(lab_file), str(repo.path)]) == 2
    assert capsys.readouterr().err.startswith(
        "Could not read the repository. The repository has no commits yet."
    )


def test_exit_status_2_for_a_repository_that_git_refuses(repo, lab_file, capsys):
    commit = repo.commit()
    (repo.path / ".git/objects" / commit[:2] / commit[2:]).unlink()
    assert main(["grade", str(lab_file), str(repo.path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Could not read the repository. Git rejects an object in the repository: ")
    assert "Run `git fsck` there" in said.err and "Traceback" not in said.err


def test_exit_status_2_for_a_repository_whose_settings_git_cannot_read(repo, lab_file, capsys):
    repo.commit()
    repo.put(".git/config", "[broken")
    assert main(["grade", str(lab_file), str(repo.path)]) == 2
    assert "Git reported: fatal: bad config line" in capsys.readouterr().err


def test_json_is_the_report_and_nothing_else(repo, lab_file, capsys):
    repo.commit()
    assert main(["grade", str(lab_file), str(repo.path), "--json"]) == 1
    report = Report.from_json(json.loads(capsys.readouterr().out))
    assert [result.outcome.value for result in report.results] == ["passed", "needs_work"]


def test_it_runs_as_a_module_without_django(repo, lab_file):
    repo.commit()
    code = (
        "import sys, runpy; sys.modules['django'] = None; sys.argv = ['labcheck', *sys.argv[1:]]; "
        "runpy.run_module('labs.grader', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "grade", lab_file, repo.path],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "1 of 2 checks passed." in done.stdout
