"""A merge in a scenario is the merge of plain git, if the scenario sees no conflict."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.grader.scenarios.objects import StepError
from labs.grader.scenarios.steps import Branch, CommitFiles, Merge, Rebase, Switch
from labs.grader.scenarios.world import World
from tests.plain_git import git

PATHS = ("a", "b", "d/a", "d/b", "d/e/c")
TEXTS = st.sampled_from([f"{word}\n" * 3 for word in ("one", "two", "three", "four")])
CHANGES = st.dictionaries(st.sampled_from(PATHS), st.none() | TEXTS, max_size=3)
SIDES = st.lists(CHANGES, max_size=3)


def commit(world, change, number):
    """A commit that writes the files of a change, and deletes those of None that are there."""
    tip = next(iter(world.parents), None)
    there = world.files(tip)
    CommitFiles(
        commit=f"Change {number}",
        files={path: text for path, text in change.items() if text is not None},
        delete=tuple(path for path, text in change.items() if text is None and path in there),
    ).do(world)


def cloned(world, folder):
    """A working tree of the model, with both branches."""
    (folder / "bare").mkdir()
    world.write(folder / "bare")
    git(folder, "clone", "-q", "bare", "tree")
    git(folder / "tree", "branch", "-q", "other", "origin/other")
    return folder / "tree"


def forked(start, ours, theirs, more):
    """main and other, each with commits of its own; with `more`, each merged the other once (a criss-cross)."""
    world = World()
    commit(world, start, 0)
    Branch(branch="other").do(world)
    for number, change in enumerate(theirs):
        commit(world, change, f"t{number}")
    Switch(switch="main").do(world)
    for number, change in enumerate(ours):
        commit(world, change, f"o{number}")
    if more is not None:
        Branch(branch="copy", switch=False).do(world)
        Merge(merge="other").do(world)
        Switch(switch="other").do(world)
        Merge(merge="copy").do(world)
        commit(world, more, "m")
        Switch(switch="main").do(world)
    return world


@pytest.mark.heavy
@settings(max_examples=150)
@given(start=CHANGES, ours=SIDES, theirs=SIDES, more=st.none() | CHANGES)
def test_a_merge_without_conflict_is_the_merge_of_git(tmp_path_factory, start, ours, theirs, more):
    try:
        world, model = forked(start, ours, theirs, more), forked(start, ours, theirs, more)
        Merge(merge="other").do(model)
    except StepError:
        return
    tree = cloned(world, tmp_path_factory.mktemp("merge"))
    # in this release of Git, ort follows renames whatever the options say, recursive does not
    git(tree, "merge", "-q", "--no-ff", "-s", "recursive", "-X", "no-renames", "-m", "Merge", "other")
    assert git(tree, "rev-parse", "main^{tree}") == model.head.tree


@settings(max_examples=15)
@given(start=CHANGES, ours=SIDES, theirs=SIDES)
def test_a_rebase_without_conflict_is_the_rebase_of_git(tmp_path_factory, start, ours, theirs):
    try:
        world, model = forked(start, ours, theirs, None), forked(start, ours, theirs, None)
        Rebase(rebase="other", onto="main").do(model)
    except StepError:
        return
    tree = cloned(world, tmp_path_factory.mktemp("rebase"))
    # ort treats a file deleted here and moved there as a conflict, whatever the options say
    git(tree, "rebase", "-q", "-s", "recursive", "-X", "no-renames", "main", "other")
    lines = git(tree, "log", "--format=%T %s", "other").splitlines()
    line = [model.history[commit] for commit in model.history.first_parents(model.branches["other"])]
    assert lines == [f"{commit.tree} {commit.subject}" for commit in line]
