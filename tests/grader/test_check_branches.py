import pytest

from labs.grader.report import Outcome


@pytest.fixture
def two(repo):
    repo.commit()
    repo.git("branch", "side")
    return repo


def test_the_set_of_branches_passes_in_any_order(two):
    assert two.ask("branches: {exactly: [side, main]}").outcome is Outcome.PASSED


def test_a_branch_too_many_is_named_and_deleted(two):
    result = two.ask("branches: {exactly: [main]}")
    assert result.why == "The branches are not as required. Unexpected: `side`."
    assert (result.expected, result.found) == ("only `main`", "2 branches: `main` and `side`")
    assert "git switch main\ngit branch -D side\ngit push origin --delete side" in result.fix
    assert [item.ref for item in result.evidence] == ["refs/heads/side"]


def test_a_missing_branch_is_named_and_created(two):
    result = two.ask("branches: {exactly: [main, side, other]}")
    assert result.outcome is Outcome.NEEDS_WORK and result.fix.endswith("git push -u origin other")


def test_one_missing_and_one_too_many_is_a_rename(two):
    result = two.ask("branches: {exactly: [main, topic]}")
    assert result.why.endswith("Missing: `topic`. Unexpected: `side`.")
    assert "git switch side\n" in result.fix and "git branch -m topic\n" in result.fix
