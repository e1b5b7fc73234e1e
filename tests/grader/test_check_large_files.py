import subprocess

import pytest

from labs.grader.git import blobs as blobs_module
from labs.grader.git import processes
from labs.grader.git.processes import MissingObjectError
from labs.grader.git.repository import WITHOUT_LARGE_FILES
from labs.grader.report import Outcome

MB = 1024 * 1024
CHECK = "no_large_files: {over: 1 MB}"


def test_small_files_pass_and_the_largest_is_named(repo):
    repo.commit(a="x" * 2048, b="y")
    repo.commit(b="z")
    result = repo.ask(CHECK)
    assert (result.outcome, result.why) == (
        Outcome.PASSED,
        "No file in the history of any branch or tag is over 1 MB.",
    )
    assert result.found == "3 file versions, the largest 2 KB"


def test_an_empty_history_does_not_pass(repo):
    repo.commit()
    result = repo.ask(CHECK)
    assert (result.outcome, result.why) == (
        Outcome.NEEDS_WORK,
        "Nothing to check: there is no file in the history of any branch or tag.",
    )


def test_a_file_of_exactly_the_size_passes(repo):
    repo.commit(a=b"x" * MB)
    assert repo.ask(CHECK).outcome is Outcome.PASSED


def test_a_large_file_is_shown_with_the_commit_that_added_it(repo):
    repo.commit("Start")
    repo.put("data/reviews.csv", b"x" * (MB * 3 // 2))
    commit = repo.commit("Add the reviews")
    repo.commit("Later", a="a")
    result = repo.ask(CHECK)
    assert result.outcome is Outcome.NEEDS_WORK
    assert result.why == (
        "`data/reviews.csv` in the history is over 1 MB. Deleting a file in a later commit does not remove it "
        "from earlier ones."
    )
    assert (result.expected, result.found) == (
        "no file over 1 MB in any commit",
        "`data/reviews.csv`, 1.5 MB",
    )
    (evidence,) = result.evidence
    assert (evidence.ref, evidence.commit, evidence.path) == ("refs/heads/main", commit, "data/reviews.csv")


def test_a_file_that_was_deleted_later_is_found(repo):
    commit = repo.commit(a=b"x" * (MB + 1))
    (repo.path / "a.txt").unlink()
    repo.commit("Delete it")
    assert [item.commit for item in repo.ask(CHECK).evidence] == [commit]


def test_every_branch_and_tag_is_checked(repo):
    repo.commit("Start")
    repo.branch("side")
    repo.commit(a=b"x" * 2048)
    repo.branch("gone")
    repo.commit(b=b"y" * 4096)
    repo.git("tag", "kept")
    repo.switch("main")
    repo.git("branch", "-D", "gone")
    result = repo.ask("no_large_files: {over: 1 KB}")
    assert [(item.ref, item.path) for item in result.evidence] == [
        ("refs/tags/kept", "b.txt"),
        ("refs/heads/side", "a.txt"),
    ]


def test_three_are_shown_largest_first_and_the_others_counted(repo):
    repo.commit(a="a" * 2000, b="b" * 3000, c="c" * 5000, d="d" * 4000)
    result = repo.ask("no_large_files: {over: 1 KB}")
    assert result.why.startswith("`c.txt` in the history is over 1 KB. So are 3 more files.")
    assert result.found == "`c.txt`, 4.9 KB, `d.txt`, 3.9 KB, `b.txt`, 2.9 KB and 1 more"
    assert [item.path for item in result.evidence] == ["c.txt", "d.txt", "b.txt"]


def test_a_merged_file_is_shown_at_the_commit_of_its_branch(repo):
    repo.commit("Start")
    repo.branch("side")
    commit = repo.commit(a="x" * 2000)
    repo.switch("main")
    repo.commit("Main", b="b")
    repo.merge("--no-ff", "side")
    (evidence,) = repo.ask("no_large_files: {over: 1 KB}").evidence
    assert (evidence.ref, evidence.commit) == ("refs/heads/main", commit)


@pytest.fixture
def without_large_files(repo):
    """A repository as it is fetched from an address, without the large file."""
    repo.put("model.bin", b"x" * (MB + 1))
    repo.commit("Add the model", a="a")
    blob = repo.git("rev-parse", "HEAD:model.bin")
    (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    return repo


def test_a_file_that_was_not_fetched_is_over_1_mb(without_large_files):
    (without_large_files.path / ".git" / WITHOUT_LARGE_FILES).touch()
    result = without_large_files.ask("no_large_files: {over: 500 KB}")
    assert (result.outcome, result.found) == (Outcome.NEEDS_WORK, "`model.bin`, over 1 MB")


def test_with_a_higher_limit_a_file_that_was_not_fetched_leaves_it_undecided(without_large_files):
    (without_large_files.path / ".git" / WITHOUT_LARGE_FILES).touch()
    result = without_large_files.ask("no_large_files: {over: 5 MB}")
    assert (result.outcome, result.reason) == (
        Outcome.NOT_RUN,
        "Cannot tell whether `model.bin` is over 5 MB, because files over 1 MB are not fetched.",
    )


def test_a_missing_file_in_a_complete_repository_gets_no_verdict(without_large_files):
    with pytest.raises(MissingObjectError):
        without_large_files.ask(CHECK)


@pytest.mark.parametrize("leaves", [True, False])
def test_a_tree_of_endless_paths_costs_no_more_than_its_objects(repo, leaves):
    tree = repo.objects(*([f"100644 blob {repo.objects('x', kind='blob')}\tf"] if leaves else []))
    for _ in range(12):
        tree = repo.objects(*(f"040000 tree {tree}\td{i}" for i in range(10)))
    repo.git("update-ref", "refs/heads/main", repo.commit_tree(tree))
    result = repo.ask(CHECK)
    expected = Outcome.PASSED if leaves else Outcome.NEEDS_WORK
    assert (result.outcome, result.seconds < 30) == (expected, True)


@pytest.mark.heavy
def test_a_list_of_files_that_is_too_long_is_not_read(repo, monkeypatch):
    monkeypatch.setattr(blobs_module, "MAX_BYTES", 1 << 20)
    tree = repo.objects()
    for i in range(80):  # as many folders inside each other, so that the paths are long
        tree = repo.objects(
            f"040000 tree {tree}\t{'d' * 250}", f"100644 blob {repo.objects(str(i), kind='blob')}\tf"
        )
    repo.git("update-ref", "refs/heads/main", repo.commit_tree(tree))
    assert repo.ask(CHECK).reason == (
        "Not run: the list of all files in the history exceeds the limit of 1 MB."
    )


def test_links_folders_and_submodules_are_not_files(repo):
    blob = repo.objects("x" * 2000, kind="blob")
    tree = repo.objects(
        f"160000 commit {'a' * 40}\tsub",
        f"100644 blob {blob}\tfile",
        f"120000 blob {blob}\tlink",
        f"040000 tree {repo.objects()}\tdir",
    )
    repo.git("update-ref", "refs/heads/main", repo.commit_tree(tree))
    result = repo.ask("no_large_files: {over: 1 KB}")
    assert (result.found, [item.path for item in result.evidence]) == ("`file`, 2 KB", ["file"])


def test_files_are_listed_once_for_all_checks(repo, lab, monkeypatch):
    repo.commit(a="a")
    started = []

    class Counted(subprocess.Popen):
        def __init__(self, argv, **more):
            started.append(" ".join(argv).rsplit("--git-dir=", 1)[1].split()[1:3])
            super().__init__(argv, **more)

    monkeypatch.setattr(processes.subprocess, "Popen", Counted)
    assert repo.grade(lab(*["no_secrets: {}", CHECK] * 2)).passed_count == 4
    assert sorted(started)[:2] == [["cat-file", "--batch"], ["cat-file", "--batch-check"]]
    assert [name for name, _ in sorted(started)[2:]] == ["for-each-ref", "rev-list", "rev-list"]
