import pytest

from labs.grader.report import Outcome

CHECK = "subtree: {path: vendor/lib, from: lib}"


def build_two_histories(repo):
    repo.commit("Start", a="a")
    repo.git("switch", "-q", "--orphan", "lib")
    repo.put("lib.py", "x = 1\n")
    repo.commit("Start the library")
    repo.git("switch", "-q", "main")


@pytest.fixture
def repo(copy_of):
    return copy_of(build_two_histories)


def merged_by_hand(repo):
    repo.git("merge", "-q", "-s", "ours", "--no-commit", "--allow-unrelated-histories", "lib")
    repo.git("read-tree", "--prefix=vendor/lib/", "-u", "lib")
    repo.git("commit", "-q", "-m", "Merge the library")


@pytest.mark.parametrize("options", [None, [], ["--squash"]])
def test_another_history_merged_into_a_folder_is_recognised(repo, options):
    if options is None:
        merged_by_hand(repo)
    else:
        repo.git("update-index", "--refresh")  # the repository was copied
        repo.git("subtree", "-q", "add", *options, "--prefix=vendor/lib", ".", "lib")
    result = repo.ask(CHECK)
    assert result.why == "Found 1 subtree merge into `vendor/lib`."
    assert result.evidence[0].commit == repo.head()
    assert repo.ask("subtree: {path: vendor/lib}").outcome is Outcome.PASSED


def test_a_pull_is_one_more_merge(repo):
    merged_by_hand(repo)
    assert repo.ask(f"{CHECK[:-1]}, at_least: 2}}").found == "1 merge commit, 1 of them a subtree merge"
    repo.switch("lib")
    repo.put("lib.py", "x = 2\n")
    repo.commit("Go on")
    repo.switch("main")
    repo.git("merge", "-q", "-X", "subtree=vendor/lib", "lib", "-m", "Pull the library")
    assert repo.ask(f"{CHECK[:-1]}, at_least: 2}}").outcome is Outcome.PASSED


def test_files_that_were_copied_are_not_a_subtree(repo):
    repo.put("vendor/lib/lib.py", "x = 1\n")
    repo.commit("Copy the library")
    result = repo.ask(CHECK)
    assert result.why == "No merge commit on `main` merged the history of `lib` into `vendor/lib`."
    assert result.found == "no merge commit"


def test_a_folder_that_is_gone_again_needs_work(repo):
    merged_by_hand(repo)
    repo.git("rm", "-q", "-r", "vendor")
    repo.commit("Remove it")
    assert repo.ask(CHECK).why.endswith("There is no `vendor/lib`.")


def test_a_history_other_than_the_required_one_does_not_count(repo):
    merged_by_hand(repo)
    repo.git("branch", "other", "main~1")
    assert repo.ask("subtree: {path: vendor/lib, from: other}").outcome is Outcome.NEEDS_WORK
