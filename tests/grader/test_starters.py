"""The starter of a lab: its commits are the same everywhere, are not the learner's, and do not pass the lab."""

import json

import pytest

from labs.grader.__main__ import main
from labs.grader.proof import Proof, prove
from labs.grader.spec import SpecError, load_spec, public_text
from tests.plain_git import git

LAB = """\
schema: 2
title: A lab
pass_mark: 70
starter: {scenario: given}   # two branches
checks:
  - {id: yours, says: A commit is yours, points: 1, commits: {at_least: 1}}
  - {id: merged, says: fix is merged, points: 1, merged: {name: fix, into: main, by: any}}
scenarios:
  - name: given
    steps:
      - {commit: Start, files: {a.txt: "a\\n"}}
      - {branch: fix}
      - {commit: Fix, files: {b.txt: "b\\n"}}
      - {switch: main}
      - {commit: Go on, files: {c.txt: "c\\n"}}
    expect: {others: needs work}
  - name: done
    after: given
    learner: {name: Ada, email: ada@example.org}
    steps: [{commit: Mine, files: {d.txt: "d\\n"}}, {merge: fix}]
    expect: {others: passed}
"""


@pytest.fixture
def problems():
    def of(text):
        with pytest.raises(SpecError) as caught:
            load_spec(text)
        return [(problem.line, problem.key, problem.message) for problem in caught.value.problems]

    return of


def test_the_commits_of_a_starter_are_the_course_s_and_the_same_each_time(tmp_path):
    first, again = load_spec(LAB), load_spec(LAB.replace("title: A lab", "title: Renamed"))
    assert first.starters == again.starters
    assert len(first.starters) == 2
    for number, scenario in enumerate(first.scenarios):
        folder = tmp_path / str(number)
        folder.mkdir()
        scenario.build(folder)
        assert {*first.starters} <= {*git(folder, "log", "--all", "--format=%H").split()}
    people = git(tmp_path / "1", "log", "--format=%an %s", "main").splitlines()
    assert people == ["Ada Merge branch 'fix'", "Ada Mine", "Course Go on", "Course Fix", "Course Start"]
    git(tmp_path / "1", "fsck", "--strict")


def test_commits_that_any_branch_of_the_starter_reaches_are_not_the_learner_s():
    proof = prove(load_spec(LAB))
    assert proof.proved
    assert proof.differing == ()  # `given` has a branch to merge, but none with commits of the learner


def test_a_lab_whose_unchanged_starter_passes_is_not_proved():
    text = LAB.replace("pass_mark: 70", "pass_mark: 0")
    proof = prove(load_spec(text))
    assert proof.starter_passes
    assert not proof.proved
    assert Proof.from_json(json.loads(json.dumps(proof.to_json()))) == proof
    assert not prove(load_spec(LAB)).starter_passes


def test_the_public_text_names_the_commits_of_the_starter():
    spec, public = load_spec(LAB), load_spec(public_text(LAB))
    assert "given" not in public_text(LAB)
    assert (public.starters, public.checks_digest) == (spec.starters, spec.checks_digest)
    in_lines = LAB.replace("starter: {scenario: given}", "starter:\n  scenario: given")
    assert load_spec(public_text(in_lines)).starters == spec.starters


def test_a_starter_has_limits_and_a_known_scenario(problems):
    assert problems(LAB.replace("{scenario: given}", "{scenario: givn}")) == [
        (4, "starter.scenario", "no scenario has the name `givn`. Did you mean `given`?")
    ]
    both = LAB.replace("{scenario: given}", "{scenario: given, commit: " + "ab" * 20 + "}")
    assert problems(both) == [(4, "starter", "expected a commit, a scenario or a folder")]
    large = LAB.replace('c.txt: "c\\n"', "c.txt: {size: 9 MB}")
    (line, _, message) = problems(large)[0]
    assert (line, message.endswith("The limit is 8 MB.")) == (4, True)
    hidden = LAB.replace("c.txt:", "sub/.GIT/config:")
    assert problems(hidden)[0][2] == "Git refuses to check out the path `sub/.GIT/config`"


KEY = "ghp_" + "".join(chr(ord("a") + 7 * number % 26) for number in range(36))
FILES_OF_BOTH = f"""\
schema: 2
title: A lab
pass_mark: 70
starter: {{scenario: given}}
checks:
  - {{id: secrets, says: No secret is here, points: 1, no_secrets: {{}}}}
  - {{id: large, says: No file is large, points: 1, no_large_files: {{over: 1 KB}}}}
  - {{id: messages, says: Each message is long, points: 1, each_commit: {{message_matches: '.{{9,}}'}}}}
scenarios:
  - name: given
    steps: [{{commit: "{KEY}", files: {{a.txt: "{KEY}\\n", b.txt: {{size: 2 KB}}}}}}, {{commit: wip}}]
    expect: {{others: needs work}}
  - name: clean
    after: given
    steps: [{{commit: Add a file, files: {{c.txt: "c\\n"}}}}]
    expect: {{others: passed}}
  - name: the same mistakes by the learner
    after: given
    steps: [{{commit: wip, files: {{c.txt: "x{KEY[:-1]}z\\nGITHUB={KEY[:-1]}y\\n", d.txt: {{size: 3 KB}}}}}}]
    expect: {{others: needs work}}
"""


def test_files_and_messages_of_a_starter_are_not_the_learner_s():
    proof = prove(load_spec(FILES_OF_BOTH))
    assert (proof.differing, proof.unproved) == ((), ())


FOLDER = """\
schema: 2
title: A lab
pass_mark: 70
starter: {folder: starter}
checks:
  - {id: run, says: run.sh prints ok, points: 1, file: {path: run.sh, matches: ok}}
scenarios:
  - name: unchanged
    after: starter
    steps: []
    expect: {run: needs work}
  - name: done
    after: starter
    steps: [{commit: Say ok, append: {run.sh: "echo ok\\n"}}]
    expect: {run: passed}
"""
FILES = {"run.sh": b"#!/bin/sh\n", "data/raw.bin": b"\0\xff", ".gitignore": b"*.pyc\n"}


def test_the_files_of_a_folder_become_one_commit_that_scenarios_continue(tmp_path, capsys):
    spec = load_spec(FOLDER, FILES)
    assert spec.starters == load_spec(FOLDER, dict(reversed(FILES.items()))).starters
    assert prove(spec).proved
    (tmp_path / "built").mkdir()
    spec.start.build(tmp_path / "built")
    listed = git(tmp_path / "built", "ls-tree", "-r", "--format=%(objectmode) %(path)", "main").splitlines()
    assert listed == ["100644 .gitignore", "100644 data/raw.bin", "100755 run.sh"]
    assert (
        git(tmp_path / "built", "show", "-s", "--format=%an %s %H", "main")
        == f"Course Start {spec.starters[0]}"
    )

    (tmp_path / "lab.yaml").write_text(FOLDER)
    assert main(["test", str(tmp_path / "lab.yaml")]) == 2
    assert "the files of the folder are missing" in capsys.readouterr().err
    for name, data in FILES.items():
        path = tmp_path / "starter" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    assert main(["test", str(tmp_path / "lab.yaml")]) == 0
    (tmp_path / "starter/link").symlink_to("/etc/passwd")
    assert main(["test", str(tmp_path / "lab.yaml")]) == 2
    assert "is a symbolic link, which a starter cannot have" in capsys.readouterr().err


def test_a_folder_that_git_could_not_check_out_is_refused():
    for path in ("a/.GIT/config", "../x", "a//b", "/etc/x"):
        with pytest.raises(SpecError):
            load_spec(FOLDER, {path: b""})
    with pytest.raises(SpecError, match="The limit is 500"):
        load_spec(FOLDER, {f"{number}.txt": b"" for number in range(501)})


def test_a_text_with_the_commit_of_its_folder_is_graded_without_the_files():
    commit = load_spec(FOLDER, FILES).starters[0]
    text = FOLDER.replace("{folder: starter}", f"{{folder: starter, commit: {commit}}}")
    assert load_spec(text).starters == (commit,)
    assert not load_spec(text).start.is_complete
    assert load_spec(public_text(text)).starters == (commit,)
