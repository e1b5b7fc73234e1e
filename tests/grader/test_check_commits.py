from decimal import Decimal

import pytest

from labs.grader.report import Outcome


def commits(repo, number):
    return [repo.commit(f"Commit {i}") for i in range(1, number + 1)]


def test_enough_commits_pass_and_the_newest_three_are_shown(repo):
    ids = commits(repo, 4)
    result = repo.ask("commits: {at_least: 3}")
    assert (result.outcome, result.earned) == (Outcome.PASSED, Decimal(10))
    assert result.why == "`main` has 4 commits of yours."
    assert [item.commit for item in result.evidence] == ids[1:]
    assert result.evidence[-1].excerpt == ((1, "Commit 4"),)


def test_too_few_commits_need_work_and_say_how_many(repo):
    (only,) = commits(repo, 1)
    result = repo.ask("commits: {at_least: 3}")
    assert (result.outcome, result.earned) == (Outcome.NEEDS_WORK, Decimal(0))
    assert result.why == "`main` has 1 commit of yours. You need at least 3."
    assert result.expected == "at least 3 commits"
    assert result.found == f"{only[:7]} `Commit 1`"
    assert [(item.ref, item.commit) for item in result.evidence] == [("refs/heads/main", only)]
    assert "git push origin main" in result.fix


def test_commits_of_the_starter_do_not_count(repo):
    starter = commits(repo, 2)[-1]
    repo.commit("Mine")
    result = repo.ask("commits: {at_least: 3}", starter=starter)
    assert result.why == "`main` has 1 commit of yours. You need at least 3."


def test_a_starter_that_is_not_in_the_repository_excludes_nothing(repo):
    commits(repo, 3)
    assert repo.ask("commits: {exactly: 3}", starter="a" * 40).outcome is Outcome.PASSED


def test_exactly_refuses_one_more_and_says_how_to_squash_it(repo):
    commits(repo, 4)
    result = repo.ask("commits: {exactly: 3}")
    assert result.why == "`main` has 4 commits of yours. There must be 3."
    assert result.expected == "exactly 3 commits"
    assert "git reset --soft " in result.fix


def test_at_most_0_refuses_any_commit(repo):
    commits(repo, 1)
    result = repo.ask("commits: {at_most: 0}")
    assert result.outcome is Outcome.NEEDS_WORK


def test_a_range_includes_both_ends(repo):
    commits(repo, 2)
    outcomes = [
        repo.ask(f"commits: {{at_least: {a}, at_most: {b}}}").outcome for a, b in ((2, 3), (1, 2), (3, 4))
    ]
    assert outcomes == [Outcome.PASSED, Outcome.PASSED, Outcome.NEEDS_WORK]


def test_too_many_commits_with_a_merge_are_shown_rather_than_squashed(repo):
    commits(repo, 1)
    repo.branch("side")
    repo.commit("Side")
    repo.switch("main")
    repo.merge("--no-ff", "side")
    assert repo.ask("commits: {at_most: 1}").fix.count("git reset --soft ") == 1


def test_the_branch_is_named_master(repo):
    commit = repo.commit()
    repo.git("branch", "-m", "master")
    result = repo.ask("commits: {at_least: 1}")
    assert result.why == "There is no branch `main`. Found `master` instead."
    assert result.found == "1 branch: `master`"
    assert "git branch -m main\ngit push -u origin main" in result.fix
    assert result.evidence[0].commit == commit


@pytest.mark.parametrize(("since", "number"), [("v1.0", 2), ("main", 0), ("'main^{root}'", 3), ("side", 3)])
def test_commits_after_another_one_are_counted(repo, since, number):
    for subject in ("One", "Two", "Three", "Four"):
        repo.commit(subject)
    repo.git("tag", "v1.0", "main~2")
    repo.git("branch", "side", "main~3")
    result = repo.ask(f"commits: {{since: {since}, exactly: {number}}}", starter=repo.head())
    assert result.outcome is Outcome.PASSED
    assert result.why.startswith(f"`main` has {number or 'no'} commit")
    assert repo.ask(f"commits: {{since: {since}, exactly: 4}}").outcome is Outcome.NEEDS_WORK


def test_a_missing_commit_to_count_from_needs_work(repo):
    repo.commit()
    assert repo.ask("commits: {since: v1.0, at_least: 1}").why.startswith("There is no tag `v1.0`.")
