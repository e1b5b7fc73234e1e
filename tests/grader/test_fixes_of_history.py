"""The commands of answers about history, pasted into bash in the learner's folder, lead to a pass at the remote."""

import pytest

from labs.grader.report import Outcome

pytestmark = pytest.mark.heavy  # test_every_fix.py follows a fix of each kind every day
MENDED = (Outcome.NEEDS_WORK, Outcome.PASSED)


@pytest.fixture
def worker(learner):
    """main: Start, One (one.txt), Two (two.txt), tagged at v1.0; side: Side one, Side two on Start, tagged s1."""
    learner.commit("One", one="1")
    learner.commit("Two", two="2")
    learner.git("tag", "v1.0")
    learner.git("switch", "-q", "-c", "side", "main~2")
    learner.commit("Side one", s1="1")
    learner.git("tag", "s1")
    learner.commit("Side two", s2="2")
    learner.switch("main")
    return learner


@pytest.mark.parametrize(
    "check",
    [
        "branches: {exactly: [main]}",
        "branches: {exactly: [main, topic]}",
        "branches: {exactly: [main, side, topic]}",
        "branch: {name: main, at: v1.0~1}",
        "tag: {name: v1.0, at: main~1}",
        "branch: {name: new, at: main~1}",
        "tag: {name: v1.0, at: main~1}",
        "tag: {name: v2.0, at: side~1}",
        "tag: {name: v1.0, exists: false}",
        "history: {since: v1.0~2, subjects: [Two, One]}",
        "history: {since: v1.0~2, subjects: [Two]}",
        "commit: {at: main, subject: Second}",
        "commit: {at: main, author: Other <other@example.org>}",
        "commit: {at: main, committer: Other <other@example.org>}",
        "commit: {at: main, touches: [two.txt, one.txt]}",
        "commit: {at: main, empty: true}",
        "commit: {on: main, subject: Three}",
        "each_commit: {since: v1.0~2, author: Other <other@example.org>}",
        "gone: {subject: Two}",
        "gone: {subject: One}",
        "gone: {at: v1.0~1, on: main}",
        "start: {name: side, at: v1.0~1}",
        "ahead_behind: {name: side, behind: 0}",
        "merged: {name: side, by: merge-commit}",
        "rebased: {name: side, onto: main, subjects: [Side one, Side two], from: s1}",
        "cherry_picked: {commits: [side, s1], on: main, in_order: true}",
        "reverted: {commits: [v1.0, v1.0~1], in_order: true}",
        "amended: {subject: Side two, on: side, parent: s1}",
        "amended: {subject: Side one, on: side, parent: s1~1}",
        "renamed: {path: docs/b.txt, from: one.txt}",
    ],
)
def test_the_fix_leads_to_a_pass(worker, check):
    if check.startswith("amended: {subject: Side one"):
        worker.git("tag", "-f", "s1", "side~1~1")
        check = check.replace("s1~1", "s1")
        worker.git("branch", "-f", "side", "side~1")
    if "touches" in check or "Three" in check:
        worker.put("one.txt", "changed")
    assert worker.fix_and_ask_again(check) == MENDED


@pytest.mark.parametrize("check", ["gone: {subject: Side one}", "merged: {name: side, by: none}"])
def test_a_merge_is_undone(worker, check):
    worker.merge("--no-ff", "-m", "Merge branch 'side'", "side")
    assert worker.fix_and_ask_again(check) == MENDED


def test_a_merge_is_reverted(worker):
    worker.merge("--no-ff", "-m", "Merge branch 'side'", "side")
    worker.git("tag", "merge")
    assert worker.fix_and_ask_again("reverted: {commits: [merge]}") == MENDED


def test_merges_in_the_wrong_order_are_redone(worker):
    worker.git("branch", "first", "s1")
    for name in ("side", "first"):
        worker.merge("--no-ff", "-m", f"Merge branch '{name}'", name)
    worker.git("switch", "-q", "-c", "other", "v1.0")
    worker.commit("Other", other="x")
    worker.switch("main")
    worker.merge("--no-ff", "-m", "Merge branch 'other'", "other")
    worker.git("tag", "-d", "s1")
    assert (
        worker.fix_and_ask_again("merged: {name: [other, side], by: merge-commit, in_order: true}") == MENDED
    )


def test_a_rebase_removes_a_merge(worker):
    worker.switch("side")
    worker.merge("-m", "Merge main", "main")
    assert worker.fix_and_ask_again("rebased: {name: side, onto: main}") == MENDED


def test_a_lost_change_is_cherry_picked_again(worker):
    worker.git("tag", "before", "side")
    worker.git("rebase", "-q", "main", "side")
    worker.git("reset", "-q", "--hard", "side~1")
    assert worker.fix_and_ask_again("rebased: {name: side, onto: main, from: before}") == MENDED


def test_a_second_commit_is_squashed_into_the_amended_one(worker):
    worker.switch("side")
    check = "amended: {subject: Sid two, on: side, parent: s1}"
    worker.commit("Side three", s3="3")
    assert worker.fix_and_ask_again(check) == MENDED


@pytest.mark.parametrize("rule", ["files_at_most: 1", "one_of: [[one.txt, two.txt], [docs]]"])
def test_a_commit_of_two_topics_is_split(worker, rule):
    worker.commit("Mixed", one="new", docs__more="new")
    assert worker.fix_and_ask_again(f"each_commit: {{since: v1.0, {rule}}}") == MENDED


def test_a_copy_that_was_deleted_later_becomes_one_rename(worker):
    worker.commit("Copy", docs__one="1")
    worker.git("rm", "-q", "one.txt")
    worker.commit("Delete")
    assert worker.fix_and_ask_again("renamed: {path: docs/one.txt, from: one.txt}") == MENDED
