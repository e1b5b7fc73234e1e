"""The kinds of check that run code, on small repositories: their outcomes and messages."""

import os
import subprocess
import sys

import pytest

from labs.grader import distribution
from labs.grader.proof import prove
from labs.grader.report import Outcome
from labs.grader.spec import SpecError, load_spec
from tests.sandbox.conftest import judged_in


def run(**parameters: object) -> dict[str, object]:
    return {"run": {"command": ["python", "app.py"], **parameters}}


def test_command_that_does_what_it_should_passes(judge):
    result = judge(run(prints="^3 apples$", stdin="3\n"), app="print(input(), 'apples')")
    assert (result.outcome, result.why) == (Outcome.PASSED, "`python app.py` works on `main`.")


def test_wrong_exit_status_is_reported_with_the_last_lines(judge):
    result = judge(run(), app="print('one')\nprint('two')\nraise SystemExit(3)")
    assert result.why == "`python app.py` ended with exit status 3 on `main`."
    assert (result.expected, result.found) == ("exit status 0", "exit status 3")
    assert result.evidence[0].excerpt == ((1, "one"), (2, "two"))
    assert result.fix.endswith("\npython app.py")


def test_exit_status_can_be_required(judge):
    assert judge(run(exit=3), app="raise SystemExit(3)").outcome is Outcome.PASSED


def test_output_that_does_not_match_is_reported(judge):
    result = judge(run(prints="^accuracy"), app="print('error 1.0')")
    assert result.why == "`python app.py` did not print `accuracy` at the start of a line on `main`."
    assert (result.expected, result.found) == (
        "output that contains `accuracy` at the start of a line",
        "1 line of output",
    )


def test_command_without_output_is_reported(judge):
    assert judge(run(prints="x"), app="").found == "no output"


def test_limits_of_time_memory_and_output_are_told_apart(judge):
    result = judge(run(seconds=1), app="while True: pass")
    assert result.why == "`python app.py` did not finish in 1 second on `main`."
    result = judge(run(), app="while True: print('x' * 100_000)")
    assert (result.expected, result.found) == ("at most 8 MB of output", "more than that")


def test_missing_program_needs_work(judge):
    result = judge({"run": {"command": ["no-such-program"]}}, app="")
    assert result.found == "exit status 127"


def test_required_file_must_be_written(judge):
    right, wrong = ("open('metrics.json', 'w').write('{}')", "print('done')")
    assert judge(run(writes="metrics.json"), app=right).outcome is Outcome.PASSED
    result = judge(run(writes="metrics.json"), app=wrong)
    assert result.why == "`python app.py` did not create `metrics.json` on `main`."
    assert result.evidence[0].excerpt == ((1, "done"),)


CHATTER = "import sys\n[print('x' * 99) for _ in range(20_000)]\n"  # 2 MB, of which 256 KB are kept


def test_a_required_file_is_checked_whatever_was_printed(judge):
    """Even if the command must fail, or ends the shell around it."""
    write = "open('metrics.json', 'w').write('{}')\n"
    assert judge(run(writes="metrics.json"), app=CHATTER + write).outcome is Outcome.PASSED
    absent = judge(run(writes="metrics.json"), app=CHATTER)
    assert absent.why == "`python app.py` did not create `metrics.json` on `main`."
    assert [number for number, _ in absent.evidence[0].excerpt] == [19_997, 19_998, 19_999, 20_000]
    assert judge(run(writes="metrics.json", exit=3), app="raise SystemExit(3)").outcome is Outcome.NEEDS_WORK
    killer = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nos._exit(0)\n"
    assert judge(run(writes="metrics.json"), app=killer).outcome is Outcome.NEEDS_WORK


def test_the_end_of_a_long_output_is_searched_and_shown(judge):
    code = "print('first')\n" + CHATTER + "print('middle')\n" + CHATTER + "print('accuracy 0.9')\n"
    for wanted in ("^accuracy", "^first$"):
        assert judge(run(prints=wanted), app=code).outcome is Outcome.PASSED
    for wanted in ("^middle", "first[^$]*accuracy", "left out"):
        result = judge(run(prints=wanted), app=code)
        assert result.why.endswith("Only the first and the last 128 KB of its output were searched.")
    assert result.found == "40,003 lines of output"
    assert result.evidence[0].excerpt[-1] == (40_003, "accuracy 0.9")
    failing = judge(run(), app=CHATTER + "sys.exit('the last line')")
    assert failing.evidence[0].excerpt[-1] == (20_001, "the last line")


def test_files_of_the_author_replace_the_learners(judge):
    result = judge(
        run(files={"data.txt": "41\n"}, prints="^42$"), app="print(int(open('data.txt').read()) + 1)"
    )
    assert result.outcome is Outcome.PASSED


def test_each_commit_has_to_pass(repo, sandbox):
    repo.put("app.py", "raise SystemExit(1)")
    start = repo.commit("Start")
    repo.put("app.py", "print('works')")
    repo.commit("Make it work")
    repo.put("app.py", "print('works still')")
    repo.commit("Change the words")
    assert (
        judged_in(repo, sandbox, run(since=start)).why
        == f"`python app.py` works at each of the 2 commits after `{start}`."
    )
    repo.put("app.py", "print(")
    broken = repo.commit("Break it")
    repo.put("app.py", "print()")
    repo.commit("Mend it")
    result = judged_in(repo, sandbox, run(since=start))
    assert result.why == f"`python app.py` ended with exit status 1 at `{broken[:7]}`."
    assert judged_in(repo, sandbox, run(since="main")).why == "There is no commit after `main` on `main`."


def test_missing_commit_needs_work(judge):
    assert judge(run(at="release"), app="").why.startswith("There is no branch `release`.")


def test_links_and_odd_names_are_left_out(repo, sandbox):
    repo.put("app.py", "import os; print(sorted(os.listdir()))")
    (repo.path / "link").symlink_to("/etc/passwd")
    repo.put("a\nb", "")
    repo.commit("Add odd files")
    assert judged_in(repo, sandbox, run(prints=r"^\['app\.py'\]$")).outcome is Outcome.PASSED


def test_executable_files_can_be_executed(repo, sandbox):
    repo.put("tool", "#!/bin/sh\necho works\n")
    (repo.path / "tool").chmod(0o755)
    repo.commit("Add a tool")
    assert (
        judged_in(repo, sandbox, {"run": {"command": ["./tool"], "prints": "works"}}).outcome
        is Outcome.PASSED
    )


def test_without_a_sandbox_nothing_is_run(repo, lab):
    repo.put("app.py", "")
    repo.commit("Add the app")
    result = repo.ask("run: {command: [python, app.py]}")
    assert (result.outcome, result.reason) == (
        Outcome.NOT_RUN,
        "Not run: code cannot be run in a sandbox here: no sandbox is available.",
    )


PACKAGE = {
    "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
    "backend.py": """
import sys, zipfile
def build_wheel(directory, config_settings=None, metadata_directory=None):
    sys.argv[1:] = ["bdist_wheel"]  # as setuptools does
    with zipfile.ZipFile(directory + "/shop-1-py3-none-any.whl", "w") as wheel:
        wheel.write("shop.py")
    return "shop-1-py3-none-any.whl"
""",
    "shop.py": "price = 1\n",
}


def package(repo, **changes: str) -> None:
    for path, content in {
        **PACKAGE,
        **{name.replace("__", "."): text for name, text in changes.items()},
    }.items():
        repo.put(path, content)
    repo.commit("Add the package")


def test_package_below_src_is_imported_as_if_installed(judge):
    files = {"src__shop____init__": "", "src__shop__prices": "import shop\ndef oil(): return 125\n"}
    command = ["python", "-c", "from shop.prices import oil; print(oil())"]
    assert judge({"run": {"command": command, "prints": "^125$"}}, **files).outcome is Outcome.PASSED
    code = "def test_oil(learner):\n    assert learner.call('shop.prices:oil') == 125\n"
    assert judge({"tests": {"code": code}}, **files).outcome is Outcome.PASSED


def test_package_builds_and_is_imported_from_its_wheel(repo, sandbox):
    package(repo)
    result = judged_in(repo, sandbox, {"build": {"imports": "shop"}})
    assert (result.outcome, result.why) == (
        Outcome.PASSED,
        "The package on `main` builds, and `shop` can be imported from its wheel.",
    )


def test_wheel_without_the_module_is_reported(repo, sandbox):
    package(repo, other__py="")
    result = judged_in(repo, sandbox, {"build": {"imports": "other"}})
    assert result.why == "The package on `main` builds, but `other` cannot be imported from its wheel."


def test_package_that_does_not_build_is_reported(repo, sandbox):
    package(repo, pyproject__toml='[build-system]\nbuild-backend = "nothing"\n')
    result = judged_in(repo, sandbox, {"build": {"imports": "shop"}})
    assert (result.why, result.found) == ("The package on `main` does not build.", "no wheel")
    assert "No module named 'nothing'" in result.evidence[0].excerpt[-1][1]


def test_package_without_pyproject_toml_is_reported(judge):
    result = judge({"build": {"imports": "shop"}}, shop="")
    assert result.why == "There is no `pyproject.toml` in the top folder on `main`."


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("run: {command: []}", "run.command: expected at least the name of a program"),
        ("run: {command: [x], exit: 300}", "run.exit: must be at most 255"),
        (
            "run: {command: [x], seconds: 0}",
            "run.seconds: expected a whole number of seconds from 1 to 100",
        ),
        ("build: {imports: 'a b'}", "build.imports: expected the name of a Python module"),
        (
            "own_tests: {path: tests, catches_at_least: 2, reference: {}, variants: [{name: x, files: {}}]}",
            "own_tests.catches_at_least: must be from 1 to the number of variants, 1",
        ),
    ],
)
def test_parameters_that_do_not_fit_are_reported(lab, check, words):
    with pytest.raises(SpecError) as problems:
        load_spec(lab(check))
    assert words in str(problems.value)


def test_total_time_of_all_runs_is_bounded(lab):
    with pytest.raises(
        SpecError, match="the checks that run code may take 220 seconds in total; the limit is 180"
    ):
        load_spec(lab("run: {command: [x], seconds: 100}", "run: {command: [x], seconds: 100}"))


@pytest.mark.parametrize(
    "requirement", ["pytest", "pytest>=8", "--index-url=x", "pytest @ file:///x", "a==1; b"]
)
def test_requirements_are_packages_with_exact_versions(lab, requirement):
    text = lab("run: {command: [x]}", more=f"python:\n  requirements: ['{requirement}']\n")
    with pytest.raises(SpecError, match=r"a package with an exact version, such as `pytest==8\.3\.3`"):
        load_spec(text)


PROVED = """\
schema: 2
title: A program
pass_mark: 70
checks:
  - {id: works, says: It works, points: 1, run: {command: [python, app.py], matches: '^works$'}}
  - id: adds
    says: It adds
    points: 1
    tests: {code: "def test_add(learner):\\n    assert learner.call('app:add', 2, 3) == 5\\n"}
scenarios:
  - name: nothing right
    steps: [{commit: Start, files: {app.py: "def add(a, b): return a\\n"}}]
    expect: {others: needs work}
  - name: all right
    after: nothing right
    steps: [{commit: Work, files: {app.py: "def add(a, b): return a + b\\nprint('works')\\n"}}]
    expect: {others: passed}
"""


def test_lab_that_runs_code_proves_its_checks(sandbox):
    proof = prove(load_spec(PROVED), sandbox)
    assert proof.proved, proof


@pytest.mark.heavy
def test_single_file_runs_code_too(repo, sandbox, tmp_path):
    (tmp_path / "labcheck.pyz").write_bytes(distribution.zipapp())
    (tmp_path / "lab.yaml").write_text(PROVED)
    repo.put("app.py", "def add(a, b): return a + b\nprint('works')\n")
    repo.commit("Work")
    argv = [sys.executable, "-I", tmp_path / "labcheck.pyz", "grade", tmp_path / "lab.yaml", repo.path]
    done = subprocess.run(argv, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    assert done.returncode == 0, done.stdout + done.stderr
