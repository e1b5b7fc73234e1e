import pytest

from labs.grader.report import Outcome

PASSED, NEEDS_WORK = Outcome.PASSED, Outcome.NEEDS_WORK


def build_line(repo):
    repo.commit("Start", a="1\n2\n3\n4\n5\n6\n")
    for tag, line in (("first", "first"), ("second", "second")):
        repo.commit(f"Add {tag}", **{tag: line})
        repo.git("tag", tag)
    repo.commit("Later", a="0\n1\n2\n3\n4\n5\n6\n")


@pytest.fixture
def line(copy_of):
    """main with commits tagged first and second, each of a file of its own, and a later one."""
    return copy_of(build_line)


def ask(repo, commits="[first, second]", more=""):
    return repo.ask(f"reverted: {{commits: {commits}{more}}}")


def revert(repo, *names):
    for name in names:
        repo.git("revert", "--no-edit", name)


def test_reverted_commits_pass_with_the_commits_that_revert_them(line):
    revert(line, "first", "second")
    result = ask(line)
    assert result.outcome is PASSED
    assert [item.commit for item in result.evidence] == [line.head("main~1"), line.head()]


def test_a_commit_that_is_not_reverted_is_named(line):
    revert(line, "first")
    result = ask(line)
    second = line.head("second")
    assert result.why == f"No later commit on `main` reverts {second[:7]} `Add second`."
    assert f"git revert --no-edit {second}" in result.fix


def test_the_order_counts_if_it_is_required(line):
    revert(line, "second", "first")
    assert ask(line).outcome is PASSED
    assert ask(line, more=", in_order: true").outcome is NEEDS_WORK
    assert ask(line, "[second, first]", ", in_order: true").outcome is PASSED


def test_a_reset_does_not_keep_the_history(line):
    line.git("reset", "-q", "--hard", "first~1")
    result = ask(line)
    assert result.outcome is NEEDS_WORK
    assert "It is missing from the history, not reverted." in result.why


def test_the_message_alone_reverts_nothing(line):
    claim = line.commit(f"Revert\n\nThis reverts commit {line.head('first')}.", other="x")
    result = ask(line, "[first]")
    assert result.outcome is NEEDS_WORK
    assert result.why.endswith(f"The message of {claim[:7]} says so, but it makes a different change.")


def test_reverting_by_hand_counts_as_much_as_the_command(line):
    line.git("rm", "-q", "first.txt")
    line.commit("Take it out again")
    assert ask(line, "[first]").outcome is PASSED


def test_a_merge_is_reverted_by_the_opposite_change(line):
    line.git("switch", "-q", "-c", "side", "first")
    line.commit("Side one", s="1")
    line.commit("Side two", s="2", t="t")
    line.switch("main")
    line.merge("--no-ff", "-m", "Merge side", "side")
    line.git("tag", "merge")
    before = ask(line, "[merge]")
    line.git("revert", "--no-edit", "-m", "1", "merge")
    assert f"git revert --no-edit -m 1 {line.head('merge')}" in before.fix
    assert (before.outcome, ask(line, "[merge]").outcome) == (NEEDS_WORK, PASSED)


def test_a_revert_of_a_revert_is_asked_for_by_its_name(line):
    revert(line, "first", "HEAD")
    assert ask(line, "['main^{/^Revert .Add first}']").outcome is PASSED


def test_an_empty_commit_is_never_reverted(line):
    line.commit("Trigger")
    line.git("tag", "empty")
    line.commit("Trigger again")
    assert ask(line, "[empty]").outcome is NEEDS_WORK


def test_the_documented_example_is_met_by_git_revert(repo):
    repo.commit("Start", sum="1\n2\n")
    repo.commit("Break the sum", sum="1\n3\n")
    repo.commit("Spoil the list", other="x\n")
    repo.git("revert", "--no-edit", "HEAD", "HEAD~1")
    assert repo.ask("reverted: {commits: [main~2, 'main^{/Break the sum}'], on: main}").outcome is PASSED


@pytest.mark.parametrize("pattern", ["Break", "the sum", "^Break the sum", "Break.*sum$", ".*", "sum"])
def test_a_message_that_only_quotes_is_passed_over(repo, pattern):
    repo.commit("Start", sum="1\n2\n")
    repo.commit("Break the sum", sum="1\n3\n")
    repo.git("revert", "--no-edit", "HEAD")
    assert repo.ask(f"reverted: {{commits: ['main^{{/{pattern}}}']}}").outcome is PASSED
