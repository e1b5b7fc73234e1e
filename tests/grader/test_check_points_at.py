import pytest

from labs.grader.report import Outcome


@pytest.fixture
def three(repo):
    """main with three commits, tagged v1.0 at the last."""
    for subject in ("One", "Two", "Three"):
        repo.commit(subject)
    repo.git("tag", "v1.0")
    return repo


@pytest.mark.parametrize("at", ["v1.0", "main", "'main^{/Three}'", "main~0"])
def test_a_tip_is_known_by_each_of_its_names(three, at):
    assert three.ask(f"branch: {{name: main, at: {at}}}").outcome is Outcome.PASSED


def test_a_full_id_proves_that_a_branch_was_renamed(three):
    old = three.head()
    three.git("branch", "-m", "trunk")
    assert three.ask(f"branch: {{name: trunk, at: {old}}}").outcome is Outcome.PASSED


def test_another_commit_is_shown_with_the_required_one(three):
    result = three.ask("branch: {name: main, at: v1.0~1}")
    wanted, found = three.head("main~1"), three.head()
    assert result.why == f"`main` points to {found[:7]} `Three`, not to `v1.0~1`."
    assert (result.expected, result.found) == (f"{wanted[:7]} `Two`", f"{found[:7]} `Three`")
    assert [item.commit for item in result.evidence] == [found, wanted]
    assert f"git reset --keep {wanted}" in result.fix


def test_a_branch_that_is_missing_is_created_at_the_commit(three):
    result = three.ask("branch: {name: old, at: main~2}")
    assert f"git push origin {three.head('main~2')}:refs/heads/old" in result.fix


def test_a_missing_commit_needs_work(three):
    result = three.ask(f"branch: {{name: main, at: {'ab' * 20}}}")
    assert (result.outcome, result.why) == (Outcome.NEEDS_WORK, f"There is no commit `{'ab' * 20}`.")
