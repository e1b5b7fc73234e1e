import pytest

from labs.grader.report import Outcome


def test_a_file_that_was_never_there_passes(repo):
    repo.commit(a="a")
    assert repo.ask("purged: {path: secrets.env}").why == "`secrets.env` is not in the history (1 commit)."


def test_a_file_that_was_only_deleted_is_found_where_it_was_added(repo):
    repo.commit(a="a")
    repo.put("secrets.env", "")
    repo.put("same as the secret", "")  # the same content at another path
    came = repo.commit()
    repo.git("rm", "-q", "secrets.env")
    repo.commit("Delete it")
    result = repo.ask("purged: {path: secrets.env}")
    assert result.outcome is Outcome.NEEDS_WORK
    assert f"commit {came[:7]} added `secrets.env`" in result.why
    assert (result.evidence[0].commit, result.evidence[0].path) == (came, "secrets.env")


def test_other_branches_and_tags_count_and_a_merge_brings_nothing_new(repo):
    repo.commit(a="a")
    repo.branch("side")
    repo.put("data/x.csv", "1")
    came = repo.commit()
    repo.git("tag", "v1")
    repo.switch("main")
    repo.commit(b="b")
    repo.merge("--no-ff", "side")
    result = repo.ask("purged: {path: 'data/*.csv'}")
    assert [item.commit for item in result.evidence] == [came]
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.git("branch", "-q", "-D", "side")
    assert repo.ask("purged: {path: data/}").evidence[0].ref == "refs/tags/v1"


@pytest.mark.parametrize("path", ["data/*.txt", "data", "x.csv", "other/"])
def test_other_paths_do_not_count(repo, path):
    repo.put("data/x.csv", "1")
    repo.commit()
    assert repo.ask(f"purged: {{path: '{path}'}}").outcome is Outcome.PASSED
