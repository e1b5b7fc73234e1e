from labs.grader.report import Outcome


def test_a_branch_that_is_there_passes_with_its_tip(repo):
    commit = repo.commit()
    result = repo.ask("branch: {name: main}")
    assert result.outcome is Outcome.PASSED
    assert [(item.ref, item.commit) for item in result.evidence] == [("refs/heads/main", commit)]


def test_a_missing_branch_needs_work_and_the_fix_creates_and_pushes_it(repo):
    repo.commit()
    result = repo.ask("branch: {name: feature/login}")
    assert result.outcome is Outcome.NEEDS_WORK
    assert result.why == "There is no branch `feature/login`. Usually it was never created or never pushed."
    assert (result.expected, result.found) == ("a branch called `feature/login`", "1 branch: `main`")
    assert result.fix.endswith("|| git switch -c feature/login\ngit push -u origin feature/login")


def test_a_name_that_differs_by_case_and_hyphen_is_a_near_miss(repo):
    repo.commit()
    repo.branch("Feature/log_in")
    result = repo.ask("branch: {name: feature/log-in}")
    assert result.why == "There is no branch `feature/log-in`. Found `Feature/log_in` instead."
    assert "git switch Feature/log_in\n" in result.fix and "git branch -m feature/log-in\n" in result.fix


def test_another_branch_with_a_similar_name_is_not_renamed(repo):
    repo.commit()
    repo.branch("feature/a")
    assert "branch -m" not in repo.ask("branch: {name: feature/b}").fix


def test_a_branch_that_should_be_gone_passes_when_it_is(repo):
    repo.commit()
    assert repo.ask("branch: {name: old, exists: false}").outcome is Outcome.PASSED


def test_a_branch_that_should_be_gone_needs_work_while_it_is_there(repo):
    commit = repo.commit()
    repo.branch("old")
    result = repo.ask("branch: {name: old, exists: false}")
    assert result.why == "The branch `old` still exists."
    assert result.found == f"`old` at commit {commit[:7]}"
    assert (
        "git branch -D old\ngit push origin --delete old" in result.fix and "`git branch old " in result.fix
    )


def test_a_tag_of_the_same_name_is_not_a_branch(repo):
    repo.commit()
    repo.git("tag", "old")
    assert repo.ask("branch: {name: old}").outcome is Outcome.NEEDS_WORK


def test_a_repository_with_tags_only_says_so(repo):
    repo.commit()
    repo.git("tag", "v1")
    repo.git("switch", "-q", "--detach")
    repo.git("branch", "-D", "main")
    assert repo.ask("branch: {name: main}").found == "no branch"
