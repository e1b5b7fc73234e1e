import pytest

from labs.grader.report import Outcome

PASSED, NEEDS_WORK = Outcome.PASSED, Outcome.NEEDS_WORK


def build_forked(repo):
    for subject in ("One", "Two", "Three"):
        repo.commit(subject)
    repo.git("tag", "v1.0", "main~1")
    repo.git("switch", "-q", "-c", "side", "v1.0")
    repo.commit("Side", side="x")
    repo.switch("main")


@pytest.fixture
def forked(copy_of):
    """main with three commits; side with one more on the second, which is v1.0."""
    return copy_of(build_forked)


def ask(repo, at="v1.0"):
    return repo.ask(f"start: {{name: side, at: {at}}}")


def test_the_commit_where_branches_part_is_the_start(forked):
    assert ask(forked).outcome is PASSED
    assert ask(forked, "main~1").outcome is PASSED


def test_another_start_is_named_with_the_required_one(forked):
    result = ask(forked, "main~2")
    start, wanted = forked.head("v1.0"), forked.head("main~2")
    assert result.why == f"`side` branches off at {start[:7]} `Two`, not at `main~2`."
    assert result.found == f"{start[:7]} `Two`"
    assert f"git rebase --rebase-merges --onto {wanted} {start}" in result.fix


@pytest.mark.parametrize("merge", [("main", "side"), ("side", "main")])
def test_merges_in_either_direction_do_not_move_the_start(forked, merge):
    forked.switch(merge[0])
    forked.merge("--no-ff", "-m", "Merge", merge[1])
    assert ask(forked).outcome is PASSED


def test_a_branch_that_was_fast_forwarded_into_main_starts_at_its_tip(forked):
    forked.git("branch", "-f", "side", "main~1")
    assert ask(forked).outcome is PASSED


def test_unrelated_histories_have_no_start(forked):
    forked.git("branch", "-q", "-D", "side")
    forked.git("switch", "-q", "--orphan", "side")
    forked.commit("Other root")
    result = ask(forked)
    assert (result.outcome, result.found) == (NEEDS_WORK, "no common commit")


@pytest.mark.parametrize("at", ["v9", "main~9"])
def test_a_missing_start_needs_work(forked, at):
    assert ask(forked, at).outcome is NEEDS_WORK
