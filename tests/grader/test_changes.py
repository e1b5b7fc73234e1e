"""The changes of all commits, read by one process: the same as tree by tree, which is the fallback."""

import sys

import pytest

from labs.grader.git import changes
from labs.grader.git.changes import read_changes
from labs.grader.git.repository import Repository, RepositoryError, TooLargeError
from tests.grader.odd import bomb, literal
from tests.grader.stock import Stock


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
    monkeypatch.setattr(changes, "MAX_BYTES", 100)
    with Repository.open(odd.path) as repository:
        assert all(listed == walked for listed, walked in both_ways(repository))
        assert repository._all_changes is None


def test_a_tree_that_is_missing_is_a_fault_and_not_a_commit_that_changes_nothing(odd):
    trees = [odd.git("rev-parse", f"{name}^{{tree}}") for name in ("main", "main~1", "main~2")]
    odd.git("repack", "-q", "-a", "-d")
    odd.git("unpack-objects", "-q", stdin=_moved_pack(odd).read_bytes())
    (odd.path / ".git/objects" / trees[1][:2] / trees[1][2:]).unlink()
    with pytest.raises(RepositoryError, match=f"tree .*{trees[1]}.* is missing or damaged"):
        read_changes(odd.path / ".git", [(trees[0], trees[0]), (trees[1], trees[0]), (trees[0], trees[2])])


def _moved_pack(repo):
    (pack,) = (repo.path / ".git/objects/pack").glob("*.pack")
    return pack.rename(repo.path / "pack")


@pytest.mark.heavy
@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit the memory of a process")
def test_endless_paths_do_not_exhaust_the_memory(copy_of, monkeypatch):
    monkeypatch.setattr(changes, "MAX_MEMORY", 32 << 20)
    repo = copy_of(bomb)
    trees = repo.git("rev-parse", "main~1^{tree}", "main^{tree}").split()
    with pytest.raises(TooLargeError, match="needs more memory"):
        read_changes(repo.path / ".git", [tuple(trees)])
    with (
        Repository.open(repo.path) as repository,
        pytest.raises(TooLargeError, match="too many files in commit"),
    ):
        repository.change_of(repository.history[repository.branches["main"]])


def test_names_that_lead_out_of_the_tree_are_not_changes(repo):
    Stock().build(repo)
    blob = bytes.fromhex(repo.git("rev-parse", "main:a.txt"))
    raw = b"".join(b"100644 %b\0%b" % (name, blob) for name in (b"..", b".git", b"fine"))
    tree = literal(repo, "tree", raw)
    with Repository.open(repo.path) as repository:
        old = repository.history[repository.branches["lib"]].tree
    assert set(read_changes(repo.path / ".git", [(old, tree)]).of(old, tree)) == {b"fine", b"lib.txt"}
