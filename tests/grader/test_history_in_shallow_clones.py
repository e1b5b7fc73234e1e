"""In a shallow clone, a missing commit proves nothing: such checks are not run."""

import pytest

from labs.grader.checks import KINDS
from labs.grader.checks._shared.walk import HistoryKind
from labs.grader.report import Outcome

CHECKS = {
    "history": "{subjects: [Two]}",
    "commit": "{at: main, subject: Two}",
    "each_commit": "{files_at_most: 1}",
    "gone": "{subject: One}",
    "start": "{name: side, at: main}",
    "ahead_behind": "{name: side, behind: 0}",
    "rebased": "{name: side, onto: main}",
    "cherry_picked": "{commits: [side]}",
    "reverted": "{commits: [main]}",
    "amended": "{subject: One, parent: main}",
    "renamed": "{path: a.txt, from: b.txt}",
}


PLACES = (
    "branch: {name: main, at: main}",
    "tag: {name: v1.0, at: main}",
    "tag: {name: v1.0, on: main}",
    "merged: {name: [side, other], by: merge-commit, in_order: true}",
)


def build_shallow(repo):
    repo.commit("One", a="a")
    repo.commit("Two", a="b")
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.path}", "../shallow")


@pytest.fixture
def shallow(copy_of):
    repo = copy_of(build_shallow)
    return type(repo)(repo.path.parent / "shallow")


@pytest.mark.daily(3)
@pytest.mark.parametrize("check", [*(f"{kind}: {asked}" for kind, asked in CHECKS.items()), *PLACES])
def test_a_check_of_history_is_not_run_and_says_how_to_get_the_rest(shallow, check):
    result = shallow.ask(check)
    assert result.outcome is Outcome.NOT_RUN
    assert "`fetch-depth: 0`" in result.reason
    assert result.fix == "git fetch --unshallow"


def test_every_kind_that_needs_the_whole_history_is_tested_here():
    assert {name for name, kind in KINDS.items() if issubclass(kind, HistoryKind)} == set(CHECKS)
