import pytest

from labs.grader.report import Outcome

PASSED, NEEDS_WORK = Outcome.PASSED, Outcome.NEEDS_WORK


@pytest.fixture
def line(repo):
    """main with `Start`, tagged v1.0, and `Ad a parser`."""
    repo.commit("Start")
    repo.git("tag", "v1.0")
    repo.commit("Ad a parser", a="a")
    return repo


def ask(repo, old="subject: Ad a parser"):
    return repo.ask(f"amended: {{on: main, {old}, parent: v1.0}}")


def amend(repo):
    repo.git("commit", "-q", "--amend", "-m", "Add a parser")


def test_a_commit_that_was_replaced_passes_by_subject_and_by_id(line):
    old = line.head()
    before = ask(line, f"at: {old}")
    amend(line)
    assert [ask(line).outcome, ask(line, f"at: {old}").outcome] == [PASSED, PASSED]
    assert before.outcome is NEEDS_WORK


def test_the_old_commit_is_named_while_it_is_there(line):
    result = ask(line)
    assert result.why == f"{line.head()[:7]} `Ad a parser` is still in the history of `main`."
    assert "git commit --amend" in result.fix


def test_another_branch_may_not_keep_the_old_one(line):
    line.git("branch", "copy")
    amend(line)
    assert "history of `copy`" in ask(line).why


def test_a_second_commit_is_not_an_amended_one(line):
    amend(line)
    line.commit("Add the rest", b="b")
    result = ask(line)
    assert result.why == "The parent of the latest commit on `main` is not `v1.0`."
    assert f"git reset --soft {line.head('v1.0')}" in result.fix


def test_a_merge_on_the_parent_is_not_an_amended_commit(line):
    amend(line)
    line.git("switch", "-q", "-c", "side", "v1.0")
    line.commit("Side", s="s")
    line.merge("--no-ff", "-m", "Merge", "main")
    line.git("branch", "-f", "main", "side")
    assert ask(line).outcome is NEEDS_WORK


def test_a_root_commit_has_no_parent_to_name(line):
    line.git("switch", "-q", "--orphan", "new")
    line.commit("Add the parser again", p="p")
    line.git("branch", "-f", "main", "new")
    result = ask(line)
    assert result.found == f"{line.head()[:7]} `Add the parser again`, a root commit"
