"""Exercises of five public suites as labs: what can be seen in a clone is checked, and each lab proves its checks.

`rows.txt` lists the exercises: suite, name, predicates, and where each can be seen. A row that is seen in a clone or
by a typed answer has one lab, `SUITE/NAME.yaml`, whose scenarios are repositories that meet it and that do not.
"""

import re
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest

from labs.grader.proof import Proof, prove
from labs.grader.spec import load_spec

pytestmark = pytest.mark.heavy

HERE = Path(__file__).parent
MEMORY = Path("/dev/shm")  # removing the many folders of small repositories is slow on a busy disk
LABS = {path.relative_to(HERE).with_suffix("").as_posix(): path for path in HERE.glob("*/*.yaml")}
ON_THE_LEARNERS_MACHINE = {"config", "head", "index", "reflog", "stash", "worktree"}
ON_THE_HOST = {"fork", "pr"}
ASKED_BY = {
    "aheadbehind": "ahead_behind answer",
    "amend": "amended gone",
    "answer": "answer",
    "atomic": "each_commit commit",
    "attrs": "attributes line_endings",
    "author": "authors commit each_commit",
    "bisect": "answer branch reverted tag",
    "branch": "branch branches",
    "branchset": "branches",
    "cherry": "cherry_picked rebased",
    "commits": "commits history",
    "conflict": "no_conflict_markers",
    "content": "file data csv",
    "eachcommit": "each_commit run tests",
    "ff": "merged rebased",
    "file": "file",
    "hook": "attributes file run",
    "ignore": "ignored",
    "irebase": "each_commit gone history rebased",
    "lfs": "lfs",
    "merged": "gone history merged",
    "mergecommit": "commit merged",
    "msg": "commit history each_commit",
    "msgseq": "history",
    "multiparent": "answer branch tag",
    "object": "answer object",
    "purge": "purged",
    "rebase": "rebased",
    "remote": "ahead_behind branch branches commit commits file history merged rebased tag",
    "renamed": "branch branches",
    "reset": "gone branch tag",
    "revert": "reverted",
    "signed": "commit each_commit",
    "squash": "merged",
    "start": "start",
    "submodule": "submodule",
    "subtree": "subtree",
    "tag": "tag",
    "tagmove": "tag",
    "undone": "gone branch tag",
}


class Row(NamedTuple):
    suite: str
    exercise: str
    predicates: frozenset[str]
    seen: str

    @property
    def in_a_clone(self) -> bool:
        return self.seen.startswith("clone")

    @property
    def lab(self) -> str:
        """`oh-my-git/tags` for `tags/* (4)`."""
        name = re.sub(r"\(\d+\)", "", self.exercise.lower())
        return f"{self.suite}/{re.sub('[^a-z0-9]+', '-', name).strip('-')}"


def _row(line: str) -> Row:
    suite, exercise, predicates, seen = line.split(" | ")
    return Row(suite, exercise, frozenset(predicates.split()), seen)


ROWS = [_row(line) for line in (HERE / "rows.txt").read_text().splitlines()]
ASKED = {row.lab: row for row in ROWS if row.in_a_clone or row.seen == "answer"}


def test_113_of_161_exercises_can_be_checked_in_a_clone_and_10_by_a_typed_answer():
    assert (len(ROWS), sum(row.in_a_clone for row in ROWS), len(ASKED)) == (161, 113, 123)


def test_each_of_them_has_its_lab_and_no_lab_is_left_over():
    assert sorted(LABS) == sorted(ASKED)


@pytest.mark.parametrize("name", sorted(LABS))
def test_a_lab_checks_what_its_row_says_and_proves_it(name, request, monkeypatch):
    text = LABS[name].read_text()
    spec = load_spec(text)
    confined = any(check.parameters.confined for check in spec.checks)
    if MEMORY.is_dir() and not confined:  # the sandbox chooses its own folders
        monkeypatch.setattr(tempfile, "tempdir", str(MEMORY))
    proof = prove(spec, request.getfixturevalue("sandbox") if confined else None)
    assert text.startswith("# ")
    assert _not_asked(ASKED[name], {check.kind for check in spec.checks}) == []
    lacking = _lacking(proof)
    assert not lacking, "\n".join(lacking)


def _not_asked(row: Row, kinds: set[str]) -> list[str]:
    """The predicates of a row that can be seen in a clone but that none of these kinds of check covers."""
    visible = row.predicates - ON_THE_LEARNERS_MACHINE - ON_THE_HOST
    return sorted(name for name in visible if kinds.isdisjoint(ASKED_BY[name].split()))


def _lacking(proof: Proof) -> list[str]:
    """Return sentences about what the scenarios fail to prove; none if the lab knows right from wrong."""
    found = [
        f"line {scenario.line}, {scenario.name}: {each.check} is {each.found}, not {each.expected}: {each.why}"
        for scenario in proof.differing
        for each in scenario.differences
    ]
    for check in proof.unproved:
        found.append(
            f"line {check.line}: {check.id} passed in {check.passed}, needed work in {check.needed_work}"
        )
    wrong = {name for check in proof.checks for name in check.needed_work}
    met = set.intersection(*(set(check.passed) for check in proof.checks))
    if not met or len(wrong) < 2:
        found.append(
            f"repositories that meet it: {len(met)} of at least 1, that do not: {len(wrong)} of at least 2"
        )
    return found
