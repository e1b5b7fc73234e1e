"""A branch on top of another: linear, with nothing lost."""

import pytest

from labs.grader.report import Outcome

PASSED, NEEDS_WORK = Outcome.PASSED, Outcome.NEEDS_WORK


def build_forked(repo):
    repo.commit("Start", base="1\n2\n3\n4\n5\n6\n7\n8\n")
    repo.branch("side")
    repo.commit("Side one", base="1\n2\n3\n4\n5\n6\n7\n8\nend\n")
    repo.commit("Side two", side="two\n")
    repo.git("tag", "before")
    repo.switch("main")
    repo.commit("Main", base="begin\n1\n2\n3\n4\n5\n6\n7\n8\n")
    repo.switch("side")


@pytest.fixture
def forked(copy_of):
    """side, at work, with two commits; main with one of its own in the same file; before is the old tip of side."""
    return copy_of(build_forked)


@pytest.fixture
def rebased(forked):
    forked.git("rebase", "-q", "main")
    return forked


def ask(repo, more=""):
    return repo.ask(f"rebased: {{name: side, onto: main{more and ', ' + more}}}")


@pytest.mark.parametrize("more", ["", "subjects: [Side one, Side two]", "from: before"])
def test_a_rebased_branch_keeps_its_commits_on_top(rebased, more):
    assert ask(rebased, more).outcome is PASSED


def test_a_branch_that_diverged_from_main_is_not_on_top_of_it(forked):
    result = ask(forked)
    assert result.why == "`side` is not based on `main`: it is 1 commit behind."
    assert f"git rebase {forked.head('main')}" in result.fix


def test_a_merge_is_not_a_rebase(forked):
    forked.merge("-m", "Merge main", "main")
    result = ask(forked)
    assert (result.outcome, result.expected) == (NEEDS_WORK, "no merge commit")
    assert "`Merge main` is a merge commit" in result.why


def test_a_lost_commit_is_named_and_cherry_picked_again(rebased):
    rebased.git("reset", "-q", "--hard", "side~1")
    result = ask(rebased, "from: before")
    lost = rebased.head("before")
    assert result.why.endswith(f"but the changes of {lost[:7]} `Side two` are missing.")
    assert f"git cherry-pick {lost}" in result.fix
    assert ask(rebased, "subjects: [Side one, Side two]").found == "`Side one`"


def test_a_change_with_a_manually_resolved_conflict_is_not_recognised(forked):
    forked.git("reset", "-q", "--hard", "main")
    forked.git("cherry-pick", "before~1")
    forked.commit("Side two", side="two, and a line of main\n")
    assert ask(forked, "from: before").why.endswith("`Side two` are missing.")


def test_messages_in_another_order_need_work(rebased):
    assert ask(rebased, "subjects: [Side two, Side one]").outcome is NEEDS_WORK


def test_a_branch_that_lost_all_its_commits_needs_work(forked):
    forked.git("reset", "-q", "--hard", "main")
    assert ask(forked).found == "no commit"


def test_a_branch_on_an_earlier_commit_of_main_is_on_top_of_that(forked):
    assert forked.ask("rebased: {name: side, onto: main~1, subjects: [Side one, Side two]}").outcome is PASSED


def test_an_empty_commit_counts_as_an_empty_change(rebased):
    rebased.commit("Trigger")
    assert ask(rebased, "subjects: [Side one, Side two, Trigger]").outcome is PASSED
    assert ask(rebased, "from: before").outcome is PASSED
