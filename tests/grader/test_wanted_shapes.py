"""The expected shapes that checks show: each commit names its parents and the branches that point to it."""

import pytest

from labs.grader.checks import Run
from labs.grader.git.repository import Repository
from labs.grader.graphs.graph import draw_shape
from labs.grader.spec import load_spec


def build_unmet(repo):
    repo.commit("Start", a="a")
    repo.git("tag", "v1.0")
    repo.branch("side")
    repo.commit("Side one", s="1")
    repo.commit("Side two", s="2")
    repo.git("tag", "old")
    repo.switch("main")
    repo.commit("Main", m="1")
    repo.git("switch", "-q", "-c", "other", "v1.0")
    repo.commit("Other", o="1")
    repo.switch("main")
    repo.merge("--no-ff", "-m", "Merge branch 'other'", "other")
    repo.git("branch", "last", "v1.0")
    repo.switch("last")
    repo.commit("Last", last="1")
    repo.switch("main")
    repo.merge("--no-ff", "-m", "Merge branch 'last'", "last")


@pytest.fixture
def unmet(copy_of):
    """main merged other, then last; side with two commits is not merged."""
    return copy_of(build_unmet)


def shape(repo, lab, check):
    with Repository.open(repo.path) as repository:
        (spec,) = load_spec(lab(check)).checks
        return spec.parameters.check(Run(repository)).wanted


CHECKS = {
    "merged: {name: side, by: merge-commit}": ["M main", "B side", "C", "A"],
    "merged: {name: side, by: fast-forward}": ["C main, side", "B", "A"],
    "merged: {name: side, by: squash}": ["S main: B and C in one commit", "C side", "B", "A"],
    "merged: {name: other, by: none}": ["C main", "B other", "A"],
    "merged: {name: [last, other], by: merge-commit, in_order: true}": [
        "M2 main",
        "B2 other",
        "M1",
        "B1 last",
        "A",
    ],
    "rebased: {name: side, subjects: [Side one, Side two]}": ["C' side", "B'", "A main"],
    "cherry_picked: {commits: [side~1, side]}": ["C' main", "B'", "C side", "B side~1", "A"],
    "reverted: {commits: [main~1]}": ["-B reverts B, main", "B main~1", "A"],
}


@pytest.mark.daily(3)
@pytest.mark.parametrize("check", CHECKS)
def test_a_shape_has_each_commit_before_its_parents(unmet, lab, check):
    wanted = shape(unmet, lab, check)
    assert [f"{node.name} {node.label}".strip() for node in wanted.nodes] == CHECKS[check]
    assert all(node.name in draw_shape(wanted).svg.replace("&#x27;", "'") for node in wanted.nodes)
    names = [node.name for node in wanted.nodes]
    assert len(set(names)) == len(names)
    for place, node in enumerate(wanted.nodes):
        assert all(parent in names[place + 1 :] for parent in node.parents)


@pytest.mark.parametrize(
    ("check", "at", "label"),
    [
        ("branch: {name: main, at: side}", "side", "main"),
        ("start: {name: side, at: main~1}", "main~1", ""),
        ("amended: {on: side, subject: Side two, parent: v1.0}", "v1.0", ""),
    ],
)
def test_real_commits_are_shown_by_their_short_ids(unmet, lab, check, at, label):
    wanted = shape(unmet, lab, check)
    (node,) = [node for node in wanted.nodes if node.name == unmet.head(at)[:7]]
    assert node.label == label
    names = {node.name for node in wanted.nodes}
    assert all(set(node.parents) <= names for node in wanted.nodes)
