"""`labcheck grade`: where the branches come from, who the learner is, hints, and GitHub's annotations."""

from decimal import Decimal

import pytest

from labs.grader.__main__ import main
from labs.grader.commands.github import annotation_lines, summary
from labs.grader.report import CheckResult, Evidence, Outcome, Report


@pytest.fixture
def lab_file(tmp_path, lab):
    def write(*checks, more=""):
        path = tmp_path / "lab.yaml"
        path.write_text(lab(*checks, more=more))
        return str(path)

    return write


def cloned(repo, new_repo):
    """A clone in which the branch of the laptop and of the remote differ."""
    repo.commit("Pushed", a="1")
    repo.branch("feature")
    copy = new_repo("clone")
    copy.git("remote", "add", "origin", str(repo.path))
    copy.git("fetch", "-q", "--tags", "origin")
    copy.git("remote", "set-head", "origin", "main")
    copy.git("switch", "-q", "-c", "laptop", "origin/main")
    copy.commit("Not pushed", b="1")
    return copy


def test_the_branches_of_a_remote_are_graded_as_last_fetched(repo, new_repo, lab_file, capsys):
    copy = cloned(repo, new_repo)
    path = lab_file(
        "branch: {name: main}", "branch: {name: feature}", "branch: {name: laptop, exists: false}"
    )
    assert main(["grade", path, str(copy.path), "--remote", "origin"]) == 0
    assert main(["grade", path, str(copy.path)]) == 1
    assert "3 of 3 checks passed." in capsys.readouterr().out


def test_head_of_the_remote_is_not_a_branch(repo, new_repo, lab_file):
    copy = cloned(repo, new_repo)
    path = lab_file("branch: {name: HEAD, exists: false}")
    assert main(["grade", path, str(copy.path), "--remote", "origin"]) == 0


def test_a_remote_that_was_not_fetched_is_answered_with_the_command(repo, lab_file, capsys):
    repo.commit()
    assert main(["grade", lab_file("branch: {name: main}"), str(repo.path), "--remote", "up"]) == 2
    assert capsys.readouterr().err.endswith("To grade a remote, fetch it first: git fetch --tags up\n")


@pytest.mark.parametrize("name", ["-x", "a*", "../heads"])
def test_an_invalid_name_of_a_remote_is_refused(repo, lab_file, name, capsys):
    with pytest.raises(SystemExit):
        main(["grade", lab_file("branch: {name: main}"), str(repo.path), f"--remote={name}"])
    assert "expected the name of a remote" in capsys.readouterr().err


def test_the_learner_is_named_by_flags(repo, lab_file, capsys):
    repo.commit()
    path = lab_file("authors: {on: main, at_least: 1}")
    assert main(["grade", path, str(repo.path)]) == 1
    assert main(["grade", path, str(repo.path), "--name", "Learner", "--email", "x@example.org"]) == 0
    assert main(["grade", path, str(repo.path), "--name", "Other"]) == 1


def test_hints_are_printed_only_on_request(repo, lab_file, capsys):
    repo.commit()
    path = lab_file("tag: {name: v1}", more="    hint: Look at git tag -l\n")
    main(["grade", path, str(repo.path)])
    assert "git tag -l" not in capsys.readouterr().out
    main(["grade", path, str(repo.path), "--hints"])
    assert "  Hint\n    Look at git tag -l\n" in capsys.readouterr().out


def test_github_is_told_the_line_and_a_summary(repo, lab_file, tmp_path, monkeypatch, capsys):
    repo.commit("One", README="a\nb\n<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> other\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    path = lab_file("no_conflict_markers: {at: main}", "branch: {name: main}")
    assert main(["grade", path, str(repo.path), "--format", "github"]) == 1
    annotation, last = capsys.readouterr().out.splitlines()
    assert annotation.startswith("::error file=README.txt,line=3,title=Check 1 holds::")
    assert last == "1 of 2 checks passed. 10 of 20 points. The pass mark is 14."
    text = (tmp_path / "summary.md").read_text()
    assert "| ✘ | Check 1 holds | 0 of 10 |\n| ✔ | Check 2 holds | 10 of 10 |\n" in text


def report(**values):
    given = {
        "says": "A holds",
        "why": "",
        "points": Decimal(1),
        "earned": Decimal(0),
        "outcome": Outcome.NEEDS_WORK,
        **values,
    }
    return Report(1, "3.0", "0" * 64, "T", 70, (CheckResult(id="a", kind="file", **given),))


def test_text_of_the_repository_cannot_end_an_annotation_or_begin_another():
    hostile = report(
        says="50%, a: b",
        why="::set-env name=A::b 100%",
        fix="one\ntwo",
        evidence=(Evidence(path="a,b:c%0A.txt", line=2),),
    )
    assert annotation_lines(hostile) == [
        "::error file=a%2Cb%3Ac%250A.txt,line=2,title=50%25%2C a%3A b::"
        "::set-env name=A::b 100%25%0AHow to fix:%0Aone%0Atwo"
    ]


def test_what_was_not_run_is_a_warning_without_a_place():
    assert annotation_lines(report(outcome=Outcome.NOT_RUN, reason="No sandbox.")) == [
        "::warning title=A holds::No sandbox."
    ]


def test_text_of_the_repository_is_text_in_the_summary():
    text = summary(report(why="`x` <img src=y> | [a](b)\n# c", fix="```\n<b>"))
    assert r"\`x\` \<img src=y\> \| \[a\](b) \# c" in text
    assert text.endswith("How to fix:\n\n    ```\n    <b>\n")


def test_the_report_names_the_commit_and_the_checks(repo, lab):
    commit = repo.commit()
    repo.branch("a")
    repo.commit("More", x="1")
    graded = repo.grade(lab_text := lab("branch: {name: main}"))
    assert (graded.head, graded.engine) == (commit, "3.0")
    assert graded.checks_digest == repo.grade(lab_text + "# a comment\n").checks_digest
    assert len(graded.checks_digest) == 64
    old = {key: value for key, value in graded.to_json().items() if key not in ("head", "checks_digest")}
    assert (Report.from_json(old).head, Report.from_json(old).checks_digest) == ("", "")
