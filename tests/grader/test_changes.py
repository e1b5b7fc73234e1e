"""What all commits change, by one process: the same as tree by tree, and that way where it cannot be done."""

import pytest

from labs.grader import changes
from labs.grader.repository import Repository


def build_odd(repo):
    repo.commit("Start", a="a", b="b", c="c")
    repo.commit("Nothing")
    (repo.path / "a.txt").unlink()
    repo.put("a.txt/inside", "x")
    repo.commit("A file becomes a folder")
    (repo.path / "b.txt").chmod(0o755)
    (repo.path / "link").symlink_to("b.txt")
    repo.put("new\nline\t\"'\u202e.txt", "x")
    repo.put(":100644 100644 x y M", "x")
    repo.commit("Odd names and modes")
    repo.branch("side")
    repo.commit("Side", deep__er__est="x")
    repo.switch("main")
    repo.commit("Main", c="d")
    repo.merge("-m", "Merge", "side")
    repo.git("rm", "-q", "-r", "a.txt", "deep")
    repo.put("a.txt", "a")
    repo.commit("A folder becomes a file")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},lib")
    repo.git("commit", "-q", "-m", "A submodule")
    repo.git("switch", "-q", "--orphan", "other")
    repo.commit("Another root", other="x")


@pytest.fixture
def odd(copy_of):
    return copy_of(build_odd)


def both_ways(repository):
    history = repository.history
    for commit in history.commits.values():
        parents = history.parents(commit.id)
        parent = history[parents[0]] if parents else None
        yield repository.change_of(commit), repository.changes(parent, commit)


def test_one_process_finds_what_reading_the_trees_finds(odd):
    with Repository.open(odd.path) as repository:
        pairs = list(both_ways(repository))
        assert repository._all_changes is not None
    assert len(pairs) == 10
    assert all(listed == walked for listed, walked in pairs)
    assert [listed for listed, _ in pairs].count({}) == 1


def test_settings_of_the_repository_hide_nothing(odd):
    for setting in (
        "diff.ignoreSubmodules=all",
        "diff.renames=copies",
        "diff.relative=true",
        "core.quotePath=true",
    ):
        odd.git("config", *setting.split("="))
    odd.put(".git/info/attributes", "* -diff\n")
    with Repository.open(odd.path) as repository:
        assert all(listed == walked for listed, walked in both_ways(repository))


def test_a_list_that_is_too_long_is_read_tree_by_tree(odd, monkeypatch):
    monkeypatch.setattr(changes, "MOST_BYTES", 100)
    with Repository.open(odd.path) as repository:
        assert all(listed == walked for listed, walked in both_ways(repository))
        assert repository._all_changes is None
