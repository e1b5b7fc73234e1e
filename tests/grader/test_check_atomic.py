import pytest

from labs.grader.report import Outcome


@pytest.fixture
def mixed(repo):
    repo.commit("Start", a="a")
    repo.commit("One", a="b")
    repo.commit("Both", a="c", docs__b="b")
    return repo


@pytest.mark.parametrize(
    ("parameters", "outcome"),
    [
        ("files_at_most: 2", Outcome.PASSED),
        ("files_at_most: 1", Outcome.NEEDS_WORK),
        ("files_at_most: 1, since: main", Outcome.NEEDS_WORK),
        ("one_of: [[a.txt], [docs]]", Outcome.NEEDS_WORK),
        ("one_of: [[a.txt, docs/]]", Outcome.PASSED),
    ],
)
def test_commits_keep_to_one_topic(mixed, parameters, outcome):
    assert mixed.ask(f"each_commit: {{{parameters}}}").outcome is outcome


def test_a_commit_with_two_topics_is_the_evidence(mixed):
    result = mixed.ask("each_commit: {one_of: [[a.txt], [docs]]}")
    assert result.why == f"Commit {mixed.head()[:7]} `Both` covers more than one topic."
    assert result.expected == "only `a.txt` or `docs` in one commit"
    assert result.found == "2 files: `a.txt` and `docs/b.txt`"


def test_merges_and_commits_of_the_starter_are_left_out(mixed):
    starter = mixed.head()
    mixed.branch("side")
    mixed.commit("Side one", c="c")
    mixed.commit("Side two", d="d")
    mixed.switch("main")
    mixed.merge("--no-ff", "side")
    assert mixed.ask("each_commit: {files_at_most: 1}", starter=starter).outcome is Outcome.PASSED
