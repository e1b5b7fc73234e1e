import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.grader.report import Outcome


@pytest.fixture
def forked(repo):
    """main is one commit ahead of side, side two ahead of main."""
    repo.commit("Start")
    repo.branch("side")
    repo.commit("Side one", s="1")
    repo.commit("Side two", s="2")
    repo.switch("main")
    repo.commit("Main", m="1")
    return repo


@pytest.mark.parametrize(
    ("numbers", "outcome"),
    [
        ("ahead: 2, behind: 1", Outcome.PASSED),
        ("ahead: 2", Outcome.PASSED),
        ("behind: 1", Outcome.PASSED),
        ("ahead: 1", Outcome.NEEDS_WORK),
        ("ahead: 2, behind: 0", Outcome.NEEDS_WORK),
    ],
)
def test_commits_of_one_side_are_counted(forked, numbers, outcome):
    assert forked.ask(f"ahead_behind: {{name: side, {numbers}}}").outcome is outcome


def test_the_fix_of_a_branch_that_is_behind_merges_the_other(forked):
    result = forked.ask("ahead_behind: {name: side, behind: 0}")
    assert result.why == "`side` is 2 commits ahead of and 1 commit behind `main`."
    assert (result.expected, result.found) == (
        "0 commits behind `main`",
        "2 commits ahead of and 1 commit behind `main`",
    )
    assert "git merge --no-edit " in result.fix


@settings(max_examples=6)
@given(picks=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=8))
def test_the_numbers_are_those_of_git_on_any_graph(new_repo, tmp_path_factory, picks):
    repo = type(new_repo("unused"))(tmp_path_factory.mktemp("drawn") / "work")
    tree = repo.objects()
    commits = [repo.commit_tree(tree, message="Root")]
    for number, parents in enumerate(picks):
        chosen = dict.fromkeys(commits[-1 - parent % len(commits)] for parent in parents)
        commits.append(repo.commit_tree(tree, *chosen, message=str(number)))
    repo.git("update-ref", "refs/heads/main", commits[-1])
    repo.git("update-ref", "refs/heads/side", commits[-2])
    ahead, behind = repo.git("rev-list", "--left-right", "--count", "side...main").split()
    check = f"ahead_behind: {{name: side, ahead: {ahead}, behind: {behind}}}"
    assert repo.ask(check).outcome is Outcome.PASSED
