"""The same change made elsewhere, and its reverse, with Git's own patch ids as the oracle."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.grader.git.patches import Patches, reverse
from labs.grader.git.repository import Repository

NUMBERS = "".join(f"{i}\n" for i in range(12))


def compared(repo, one, other, *, undone=False):
    with Repository.open(repo.path) as repository:
        patches, history = Patches(repository), repository.history
        first, second = (repository.change_of(history[repo.head(name)]) for name in (one, other))
        return patches.same(reverse(first) if undone else first, second)


def patch_id(repo, name):
    diff = repo.git("diff-tree", "-p", "--root", name)
    return repo.git("patch-id", "--stable", stdin=diff.encode() + b"\n").split(" ")[0]


def on_two_branches(repo, change, *, before=NUMBERS, elsewhere=None):
    """`change` on the branch one, and cherry-picked onto main, where another part of the file was changed before."""
    repo.commit("Start", a=before)
    repo.branch("one")
    change(repo)
    repo.git("add", "--all")
    repo.git("commit", "-q", "-m", "Change")
    repo.switch("main")
    repo.commit("Main", **(elsewhere or {"b": "b"}))
    repo.git("cherry-pick", "one")


@pytest.mark.daily(3)
@pytest.mark.parametrize(
    "change",
    [
        lambda repo: repo.write(a=NUMBERS + "end\n"),
        lambda repo: repo.write(a=NUMBERS.replace("5\n", "five\n")),
        lambda repo: repo.write(a=NUMBERS.replace("3\n4\n", "4\n3\n")),
        lambda repo: repo.write(new=""),
        lambda repo: repo.write(new="text\n"),
        lambda repo: repo.put("a.bin", b"\0\1\2"),
        lambda repo: (repo.path / "a.txt").unlink(),
        lambda repo: (repo.path / "a.txt").chmod(0o755),
        lambda repo: (repo.path / "link").symlink_to("a.txt"),
    ],
)
def test_a_cherry_pick_is_the_same_change_and_its_revert_the_reverse(repo, change):
    on_two_branches(repo, change)
    repo.git("revert", "--no-edit", "main")
    assert compared(repo, "one", "main~1")
    assert compared(repo, "one", "main", undone=True)
    assert not compared(repo, "one", "main")
    assert not compared(repo, "one", "main~2")


@pytest.mark.parametrize(
    "change",
    [
        lambda repo: repo.write(a=NUMBERS + "end\n"),
        lambda repo: repo.write(a=NUMBERS.replace("8\n9\n", "9\n8\n")),
        lambda repo: (repo.path / "a.txt").chmod(0o755),
    ],
)
def test_another_part_of_the_file_may_have_changed_before(repo, change):
    on_two_branches(repo, change, elsewhere={"a": "begin\n" + NUMBERS})
    assert compared(repo, "one", "main")


def test_filling_an_empty_file_differs_from_adding_the_file(repo):
    repo.commit("Start", a="")
    repo.branch("one")
    repo.commit("Fill", a="x\n")
    repo.git("switch", "-q", "--orphan", "other")
    repo.commit("Make", a="x\n")
    assert not compared(repo, "one", "other")


def test_a_moved_submodule_is_compared_by_its_commits(repo):
    repo.commit("Start", a="a")
    tips = []
    for name, target in (("one", "1"), ("other", "1"), ("third", "2")):
        repo.git("switch", "-q", "-c", name, "main")
        repo.commit(f"On {name}", **{name: name})
        repo.git("update-index", "--add", "--cacheinfo", f"160000,{target * 40},lib")
        repo.git("commit", "-q", "-m", "Move lib")
        tips.append(name)
        repo.git("rm", "-q", "--cached", "lib")
        repo.git("checkout", "-q", "--force", name)
    assert compared(repo, "one", "other")
    assert not compared(repo, "one", "third")


LINES = st.lists(st.sampled_from(["a", "b", "c", "", " d"]), max_size=6).map(
    lambda rows: "".join(f"{r}\n" for r in rows)
)


@settings(max_examples=8)
@given(files=st.lists(st.tuples(LINES, LINES, LINES), min_size=1, max_size=2))
def test_changes_with_the_same_patch_id_are_the_same_and_a_revert_is_the_reverse(
    new_repo, tmp_path_factory, files
):
    repo = type(new_repo("unused"))(tmp_path_factory.mktemp("drawn") / "work")
    for state in range(3):
        repo.write(**{f"f{i}": versions[state] for i, versions in enumerate(files)})
        repo.commit(f"State {state}", always=str(state))
    repo.git("revert", "--no-edit", "main")
    repo.git("cherry-pick", "main~1")
    assert patch_id(repo, "main") == patch_id(repo, "main~2")
    assert compared(repo, "main", "main~2")
    assert compared(repo, "main", "main~1", undone=True)
    assert compared(repo, "main", "main~3") == (patch_id(repo, "main") == patch_id(repo, "main~3"))
