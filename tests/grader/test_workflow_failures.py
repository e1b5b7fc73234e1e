"""A failing command fails its step, or it does not: bash itself is the oracle, with a `pytest` that fails."""

from pathlib import Path

import pytest
from script_generator import scripts, with_bash

from labs.grader.workflows.commands import commands_of
from labs.grader.workflows.reading import read_workflow
from labs.grader.workflows.script_parser import MAX_DEPTH
from labs.grader.workflows.script_runs import Setting, fate, reachable_commands
from labs.grader.workflows.stages import acts_of, of_command

SHELLS = [
    ("bash -e {0}", ["bash", "-e"], Setting()),
    ("bash", ["bash", "--noprofile", "--norc", "-eo", "pipefail"], Setting(pipefail=True)),
]
WRITTEN = [
    line.replace("\\n", "\n").replace("\\\\\n", "\\\n")
    for line in (Path(__file__).parent / "failing_scripts.txt").read_text().splitlines()[1:]
]
# Here the tests print nothing, and what they print decides.
PRINTED = ['[ "$(pytest)" ]', 'test -z "$(pytest)"']


def fate_of_tests(script, setting):
    fates = {fate(script, one.number, setting) for one in commands_of(script) if "test" in of_command(one)}
    return next((one for one in ("fails", "not known") if one in fates), "goes on")


@pytest.mark.parametrize(
    ("shell", "argv", "setting"), [pytest.param(*SHELLS[0], marks=pytest.mark.heavy), SHELLS[1]]
)
def test_written_scripts_end_as_bash_ends_them(shell, argv, setting, tmp_path):
    ends = with_bash(tmp_path / "bash", WRITTEN, argv)
    found = {script: fate_of_tests(script, setting) for script in WRITTEN}
    expected = {
        script: "not known" if script in PRINTED else "fails" if went_on is False else "goes on"
        for script, went_on in zip(WRITTEN, ends, strict=True)
    }
    assert {one: said for one, said in found.items() if said != expected[one]} == {}


@pytest.mark.heavy
@pytest.mark.parametrize(("shell", "argv", "setting"), SHELLS)
def test_generated_scripts_never_end_differently_than_in_bash(shell, argv, setting, tmp_path):
    texts = scripts(9, 600)
    wrong, unknown, asked = {}, 0, 0
    for script, went_on in zip(texts, with_bash(tmp_path / "bash", texts, argv), strict=True):
        if went_on is None:  # the tests were not reached
            continue
        found = fate_of_tests(script, setting)
        asked += 1
        unknown += found == "not known"
        if found not in ("not known", "goes on" if went_on else "fails"):
            wrong[script] = found
    assert wrong == {}
    assert asked > 400
    assert unknown < asked * 0.2


def acts(script, shell=""):
    lines = "".join(f"          {line}\n" for line in script.split("\n"))
    shell = f"        shell: {shell}\n" if shell else ""
    text = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n{lines}{shell}"
    workflow = read_workflow("ci.yml", text)
    assert not workflow.faults, workflow.faults
    return acts_of(workflow.jobs["a"])


@pytest.mark.parametrize(
    ("script", "shell", "stops"),
    [
        ("pytest\necho a", "bash {0}", False),
        ("pytest\necho a", "bash -x {0}", False),
        ("pytest\necho a", "bash -ex {0}", True),
        ("pytest\necho a", "/bin/bash -eo pipefail {0}", True),
        ("pytest\necho a", "sh", True),
        ("pytest | cat", "bash --noprofile --norc -e {0}", False),
        ("pytest | cat", "bash -euo pipefail {0}", True),
        ("x=$(pytest; echo a)", "", False),
        ("x=$(pytest; echo a)", "sh", True),
        ("x=$(pytest; echo a) || exit 3", "", False),
        ("x=$(pytest; echo a) || exit 3", "sh", True),
        ("set +e\npytest\nset -e\nreturn 0", "", True),
        ("set +e\npytest\nset -e\nreturn 0", "sh", False),
        ("pytest", "pwsh", True),
        ("pytest || true\nruff .\npytest -q", "", True),
    ],
)
def test_the_shell_of_a_step_decides_too(script, shell, stops):
    found = [act.stops for act in acts(script, shell) if act.stage == "test"]
    assert found == [stops]


def test_the_gate_is_the_command_that_stops_the_step():
    found = {act.stage: act.order for act in acts("pytest || true\n./deploy.sh\npytest -q")}
    assert found["test"] > found["deploy"]


DOUBTFUL = r"""
pytest || [ -e x ]
pytest || grep -q ok log
set +e\npytest\nexit $code
if [ "$STRICT" ]; then set -e; else set +e; fi\npytest\necho a
pytest || exit "$ON_FAILURE"
test "$CI" || set +e; pytest; true
"""


@pytest.mark.parametrize("script", DOUBTFUL.strip().split("\n"))
def test_a_script_that_depends_on_other_values_is_not_judged(script):
    [act] = acts(script.replace("\\n", "\n"))
    assert act.doubt.endswith("could not be determined from the script. Run the command in a separate step")
    assert not act.stops
    assert not act.excuse


# Scripts that do not reach `pytest`.
NEVER = r"""
if false; then pytest; fi
false && pytest
true || pytest
exit 0; pytest
( exit; pytest )
f() { return; pytest; }\nf
while false; do pytest; done
until true; do pytest; done
for i in; do pytest; done
f() { pytest; }
if [ 1 = 2 ]; then pytest; fi
(( 0 )) && pytest
if true; then echo; else pytest; fi
a=no\nif [ $a = yes ]; then pytest; fi
! true && pytest
"""


def test_a_command_that_cannot_be_reached_is_left_out():
    never = [line.replace("\\n", "\n") for line in NEVER.strip().split("\n")]
    assert {script: acts(script) for script in never if acts(script)} == {}


def test_a_script_with_too_many_paths_is_not_judged():
    script = "".join(f"[ -e f{at} ] && v{at}=1\n" for at in range(12)) + "pytest\n"
    [number] = [one.number for one in commands_of(script) if one.words == ["pytest"]]
    assert reachable_commands(script) is None
    assert fate(script, number, Setting(stops=False)) == "not known"


@pytest.mark.parametrize(
    "script",
    ["set", "exit " + "9" * 5000, "[ $? -lt " + "9" * 5000 + " ]", "exit ${PIPESTATUS[" + "9" * 5000 + "]}"],
)
def test_odd_arguments_of_builtin_commands_are_read(script):
    assert [act.stage for act in acts(f"pytest\n{script}")] == ["test"]


def test_a_command_is_found_at_any_depth():
    for opened, closed in (("{ ", "; }"), ("( ", ")"), ("if true; then ", "; fi"), ("true | ( ", ")")):
        for depth in range(MAX_DEPTH - 3, MAX_DEPTH + 4):
            script = opened * depth + "pytest" + closed * depth
            assert any("pytest" in one.words for one in commands_of(script)), script


@pytest.mark.parametrize("opened", ["( ", "! ( ", "true | ( ", "eval a; ( "])
def test_functions_with_deep_bodies_are_not_followed_to_their_end(opened):
    script = "".join(f"f{at}() {{ {opened * 20} f{at + 1} {')' * 20}; }}\n" for at in range(9))
    [*_, number] = [one.number for one in commands_of(f"{script}f9() {{ pytest; }}\nf0")]
    assert fate(f"{script}f9() {{ pytest; }}\nf0", number, Setting()) == "not known"


def test_a_test_with_many_negations_is_read():
    script = "[ " + "! " * 3001 + "a ] || pytest"
    assert [act.stage for act in acts(script)] == ["test"]
