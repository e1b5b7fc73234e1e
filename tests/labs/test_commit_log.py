"""The log of a pushed state: children before parents, branches and tags by name, and bounds for hostile histories."""

import pytest

from labs.grader.graphs.lanes import Row, lay_out
from labs.repositories import browsing
from labs.repositories.commit_log import MAX_COMMITS, MAX_REFS, read_log
from tests.labs.pushed_state import Pushed


class Commits:
    """Commits by hand, each with a time of its own choice, without a working tree."""

    def __init__(self, pushed: Pushed) -> None:
        self.pushed, self.tree = pushed, pushed.tree()

    def add(self, subject: str, *parents: str, at: int = 0) -> str:
        lines = "".join(f"parent {parent}\n" for parent in parents)
        person = f"Learner <learner@example.org> {1_700_000_000 + at} +0000"
        text = f"{lines}author {person}\ncommitter {person}\n\n{subject}\n"
        return self.pushed.raw_commit(self.tree, text.encode())


@pytest.fixture
def commits(pushed) -> Commits:
    return Commits(pushed)


def is_drawable(log) -> bool:
    """True if every row is above its parents, as the drawing needs it."""
    place = {commit.id: number for number, commit in enumerate(log.commits)}
    rows = [Row(each.id, tuple(p for p in each.parents if p in place)) for each in log.commits]
    lay_out(rows, rows[0].name)
    return all(place[p] > place[row.name] for row in rows for p in row.parents)


def test_merges_come_before_their_parents_even_if_their_dates_lie(commits, pushed):
    root = commits.add("Root", at=900)
    left, right = commits.add("Left", root, at=1), commits.add("Right", root, at=5_000)
    merge = commits.add("Merge", left, right, at=2)
    log = pushed.log(merge, main=merge, side=right)
    assert [each.subject for each in log.commits] == ["Merge", "Right", "Left", "Root"]
    assert [each.refs for each in log.commits] == [("main",), ("side",), (), ()]
    assert (log.commits[0].parents, log.has_more, log.refs_left_out) == ((left, right), False, 0)


def test_criss_cross_and_octopus_merges_are_whole(commits, pushed):
    root = commits.add("Root")
    a, b = commits.add("a", root, at=1), commits.add("b", root, at=2)
    across, back = commits.add("Across", a, b, at=3), commits.add("Back", b, a, at=3)
    cross = commits.add("Cross", across, back, at=4)
    arms = [commits.add(f"Arm {number}", cross, at=5 + number) for number in range(40)]
    octopus = commits.add("Octopus", *arms, at=60)
    log = pushed.log(octopus, main=octopus, back=back)
    assert (len(log.commits), len(log.commits[0].parents)) == (47, 40)
    assert is_drawable(log)


def test_a_long_history_is_cut_and_the_submitted_commit_is_never_left_out(commits, pushed):
    own = old = commits.add("Submitted")
    lines = ["blob\nmark :1\ndata 0\n"]
    for number in range(2_000):
        name = f"c{number}"
        lines.append(
            f"commit refs/heads/long\nmark :{number + 2}\n"
            f"committer L <l@example.org> {1_700_000_100 + number} +0000\ndata {len(name)}\n{name}\n"
            + (f"from {old}\n" if number == 0 else "")
        )
    pushed.git("fast-import", "--quiet", stdin="".join(lines).encode())
    tip = pushed.git("rev-parse", "refs/heads/long")
    log = pushed.log(tip, long=tip)
    assert (len(log.commits), log.has_more) == (MAX_COMMITS, True)
    assert [each.subject for each in log.commits[:2]] == ["c1999", "c1998"]
    log = pushed.log(own, long=tip, main=own)
    assert [(each.subject, each.refs) for each in log.commits] == [("Submitted", ("main",))]
    assert log.refs_left_out == 1


def test_log_leaves_out_refs_that_are_gone_not_commits_or_too_many(commits, pushed):
    own = commits.add("Own")
    blob = pushed.blob(b"a file")
    pushed.git("-c", "user.name=L", "-c", "user.email=l@example.org", "tag", "-a", "-m", "One", "v1", own)
    annotated = pushed.git("rev-parse", "refs/tags/v1")
    refs = {"refs/tags/v1": annotated, "refs/tags/file": blob, "refs/heads/gone": "1" * 40}
    refs |= {f"refs/heads/b{number:03}\x1b[31m": own for number in range(150)}
    with browsing.open_state(pushed.path, own) as state:
        log = read_log(state, refs)
    (found,) = log.commits
    assert (found.id, log.refs_left_out) == (own, 153 - MAX_REFS)
    with browsing.open_state(pushed.path, own) as state:
        log = read_log(
            state, {"refs/tags/v1": annotated, "refs/tags/file": blob, "refs/heads/gone": "1" * 40}
        )
    assert log.commits[0].refs == ("v1",)
