"""A lab proves its own checks, or the proof says which check was not seen both ways."""

import json
import time
from dataclasses import dataclass

import pytest

from labs.grader.__main__ import main
from labs.grader.checks import KINDS, Kind
from labs.grader.checks._shared.base import LookedAt, not_run, passed
from labs.grader.proof import Difference, Proof, prove
from labs.grader.spec import load_spec

LAB = """\
schema: 2
title: A lab
pass_mark: 70
checks:
  - {id: readable, says: It can be read, points: 0, readable: {}}
  - {id: main-there, says: There is main, points: 1, branch: {name: main}}
  - {id: tagged, says: There is v1, points: 1, needs: [main-there], tag: {name: v1}}
scenarios:
  - name: no main
    steps: [{orphan: trunk}, {commit: Start}]
    expect: {readable: passed, main-there: needs work, tagged: not run}
  - name: no tag
    steps: [{commit: Start}]
    expect: {others: passed, tagged: needs work}
  - name: all
    after: no tag
    steps: [{tag: v1}]
    expect: {others: passed}
"""


def test_a_lab_is_proved_when_each_check_was_seen_both_ways():
    proof = prove(load_spec(LAB))
    assert proof.proved
    assert [(check.id, check.passed, check.needed_work) for check in proof.checks] == [
        ("readable", ("no main", "no tag", "all"), ()),
        ("main-there", ("no tag", "all"), ("no main",)),
        ("tagged", ("all",), ("no tag",)),
    ]


def test_a_check_that_was_never_seen_to_need_work_is_named():
    proof = prove(
        load_spec(
            LAB.replace("orphan: trunk", "commit: Sooner").replace("needs work, tagged: not run", "passed")
        )
    )
    assert not proof.proved
    assert [check.id for check in proof.unproved] == ["main-there"]
    assert proof.differing == ()


EMPTY = """\
schema: 2
title: A lab
pass_mark: 70
checks:
  - {id: clean, says: No conflict is left, points: 1, no_conflict_markers: {}}
scenarios:
  - name: no files
    steps: [{commit: Start}]
    expect: {clean: passed}
  - name: a conflict
    steps:
      - {commit: Start, files: {a.txt: "<<<<<<< a\\n1\\n=======\\n2\\n>>>>>>> b\\n"}}
    expect: {clean: needs work}
"""


def test_a_check_that_passes_only_with_nothing_to_check_is_not_proved(tmp_path, capsys):
    proof = prove(load_spec(EMPTY))
    (check,) = proof.unproved
    assert (check.passed, check.nothing) == ((), ("no files",))
    assert (
        check.unseen == "to pass in a scenario that gives it something to check (`no files` gives it nothing)"
    )
    (difference,) = proof.differing[0].differences
    assert difference.why == "Nothing to check: there is no file with content on `main`."
    assert Proof.from_json(json.loads(json.dumps(proof.to_json()))) == proof
    (tmp_path / "lab.yaml").write_text(EMPTY)
    assert main(["test", str(tmp_path / "lab.yaml")]) == 1
    assert (
        "`clean` was never seen to pass in a scenario that gives it something to check ("
        in capsys.readouterr().out
    )


def test_a_proof_of_an_older_engine_is_read():
    data = json.loads(json.dumps(prove(load_spec(LAB)).to_json()))
    for check in data["checks"]:
        del check["nothing"]
    assert Proof.from_json(data).proved


def test_an_outcome_that_differs_is_reported_with_its_reason():
    proof = prove(load_spec(LAB.replace("steps: [{tag: v1}]", "steps: [{tag: v2}]")))
    assert not proof.proved
    (scenario,) = proof.differing
    assert (scenario.name, scenario.line) == ("all", 15)
    (difference,) = scenario.differences
    assert difference == Difference("tagged", "passed", "needs work", difference.why)
    assert difference.why.startswith("There is no tag `v1`.")


def test_a_lab_without_scenarios_proves_nothing():
    proof = prove(load_spec(LAB.partition("scenarios:")[0]))
    assert not proof.proved
    assert [check.id for check in proof.unproved] == ["readable", "main-there", "tagged"]


def test_a_proof_goes_through_json_unchanged():
    proof = prove(load_spec(LAB.replace("steps: [{tag: v1}]", "steps: [{tag: v2}]")))
    assert Proof.from_json(json.loads(json.dumps(proof.to_json()))) == proof
    with pytest.raises(ValueError, match="proof schema 7"):
        Proof.from_json({**proof.to_json(), "schema": 7})


def test_the_learner_and_the_starter_of_a_scenario_reach_the_checks():
    text = """\
schema: 2
title: A lab
pass_mark: 70
checks:
  - {id: yours, says: One commit is yours, points: 1, commits: {exactly: 1}}
  - {id: by-learner, says: By the learner, points: 1, authors: {at_least: 1}}
scenarios:
  - name: good
    learner: {name: Ada, email: ada@example.org}
    steps: [{commit: Given, starter: true}, {commit: Mine}]
    expect: {others: passed}
  - name: nobody
    learner: {name: Ada, email: ada@example.org}
    steps: [{commit: Given, starter: true}, {commit: By others, author: {name: Bob, email: bob@example.org}}]
    expect: {yours: not run, by-learner: needs work}
  - name: bad
    learner: {name: Ada, email: ada@example.org}
    after: nobody
    steps: [{commit: Mine}, {commit: Mine too}]
    expect: {yours: needs work, by-learner: passed}
"""
    assert prove(load_spec(text)).differing == ()


class _Stub:
    """A sandbox, or with a reason one that cannot confine."""

    def __init__(self, why=""):
        self.unavailable = lambda: why


@dataclass(frozen=True)
class _Runs(Kind):
    kind = "runs"
    confined = True

    def check(self, run):
        return (
            passed("It ran.", looked_at=LookedAt(1, "run"))
            if run.sandbox
            else not_run("this server cannot confine code")
        )


def test_a_check_that_runs_code_is_not_provable_without_a_sandbox(monkeypatch):
    monkeypatch.setitem(KINDS, "runs", _Runs)
    text = LAB.replace(
        "scenarios:",
        "  - {id: runs, says: It runs, points: 1, runs: {}}\n"
        "  - {id: after, says: And more, points: 1, needs: [runs], branch: {name: main}}\nscenarios:",
    )
    without = prove(load_spec(text))
    assert prove(load_spec(text), sandbox=_Stub("bwrap not found")) == without
    assert [check.id for check in without.not_provable_here] == ["runs", "after"]
    assert without.proved
    confined = prove(load_spec(text), sandbox=_Stub())
    assert confined.not_provable_here == ()
    assert [check.id for check in confined.unproved] == ["runs"]


def test_fifteen_scenarios_take_about_a_second():
    more = "".join(
        f"  - name: more {number}\n    after: no tag\n    expect: {{others: passed}}\n    steps:\n"
        + "".join(f"      - {{commit: C{i}, files: {{src/f{i}.py: text {i}}}}}\n" for i in range(8))
        + "      - tag: v1\n"
        for number in range(12)
    )
    spec = load_spec(LAB + more)
    started = time.monotonic()
    assert prove(spec).proved
    assert time.monotonic() - started < 30, "a guard: alone it is well below one second"


def test_the_command_says_what_was_proved(tmp_path, capsys):
    path = tmp_path / "lab.yaml"
    path.write_text(LAB)
    assert main(["test", str(path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        " ✔ no main",
        " ✔ no tag",
        " ✔ all",
        "",
        "3 scenarios proved 3 of 3 checks.",
    ]


def test_the_command_names_the_check_that_was_never_seen_to_need_work(tmp_path, capsys):
    path = tmp_path / "lab.yaml"
    path.write_text(LAB.replace("orphan: trunk", "commit: Sooner"))
    assert main(["test", str(path)]) == 1
    assert capsys.readouterr().out.splitlines()[:6] == [
        " ✘ no main",
        "     `main-there`: expected needs work, found passed (line 9)",
        "       The branch `main` exists.",
        "     `tagged`: expected not run, found needs work (line 9)",
        "       There is no tag `v1`. Usually it was never created or never pushed.",
        " ✔ no tag",
    ]


def test_the_command_ends_with_2_for_a_lab_that_cannot_be_read(tmp_path, capsys):
    path = tmp_path / "lab.yaml"
    path.write_text(LAB.replace("{tag: v1}]", "{taag: v1}]"))
    assert main(["test", str(path)]) == 2
    assert capsys.readouterr().err == f"{path}:17: taag: unknown step. Did you mean `tag`?\n"


def test_the_command_prints_the_proof_as_json(tmp_path, capsys):
    path = tmp_path / "lab.yaml"
    path.write_text(LAB)
    assert main(["test", str(path), "--json"]) == 0
    assert Proof.from_json(json.loads(capsys.readouterr().out)) == prove(load_spec(LAB))
