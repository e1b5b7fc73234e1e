import pytest

from labs.grader.report import Outcome

PASSED, NEEDS_WORK = Outcome.PASSED, Outcome.NEEDS_WORK
CHECK = "merged: {name: [a, b], into: main, by: merge-commit, in_order: true}"


def build_branches(repo):
    repo.commit("Start")
    for name in "ab":
        repo.git("switch", "-q", "-c", name, "main")
        repo.commit(f"On {name}", **{name: name})
    repo.switch("main")


@pytest.fixture
def branches(copy_of):
    """main with one commit, a and b with one more each."""
    return copy_of(build_branches)


def merge(repo, *names):
    for name in names:
        repo.merge("--no-ff", "-m", f"Merge branch '{name}'", name)


def test_merges_in_order_pass_with_their_commits(branches):
    merge(branches, "a", "b")
    branches.commit("Later")
    result = branches.ask(CHECK)
    assert (result.outcome, result.why) == (PASSED, "Merged into `main` in order: `a`, then `b`.")
    assert [item.commit for item in result.evidence] == [branches.head("main~2"), branches.head("main~1")]


def test_another_order_is_undone_and_redone(branches):
    start = branches.head()
    merge(branches, "b", "a")
    result = branches.ask(CHECK)
    assert (
        result.why
        == "The branches were merged into `main` in a different order, or together in one merge commit."
    )
    assert result.expected == "merge commits of `a`, then `b`"
    assert f"git reset --keep {start}\n" in result.fix


def test_an_octopus_merge_has_no_order(branches):
    branches.commit("Main")
    branches.merge("a", "b")
    assert branches.ask(CHECK).outcome is NEEDS_WORK


def test_deleted_branches_are_recognised_by_their_merge_messages(branches):
    merge(branches, "a", "b")
    branches.git("branch", "-q", "-D", "a", "b")
    assert branches.ask(CHECK).outcome is PASSED


def test_a_branch_that_was_fast_forwarded_gets_the_answer_of_merged(branches):
    branches.merge("--ff-only", "a")
    merge(branches, "b")
    result = branches.ask(CHECK)
    assert (result.outcome, result.expected) == (NEEDS_WORK, "`a` merged with a merge commit into `main`")


def test_a_branch_that_is_not_merged_is_named(branches):
    merge(branches, "a")
    assert branches.ask(CHECK).why == "`b` is not merged into `main`."
