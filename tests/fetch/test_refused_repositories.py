"""A repository that Git refuses is a set-up problem, with the reason in words; one that is only odd is graded."""

import re
import shutil

import pytest

from labs.grader.engine import grade
from labs.grader.fetching.address import read_address
from labs.grader.fetching.bounded_process import Ended
from labs.grader.fetching.fetch import ORDINARY
from labs.grader.fetching.refusals import FetchError, FetchRefusedError, failure_of
from labs.grader.git.repository import Repository
from labs.grader.report import Outcome
from labs.grader.spec import load_spec

from ..grader.conftest import lab
from .refused import GRADED, NOT_SERVED, REFUSED, Bare

SPEC = load_spec(
    lab(
        "readable: {}",
        "commits: {at_least: 1}",
        "each_commit: {blank_second_line: true}",
        "authors: {}",
        "no_secrets: {}",
        "merged: {name: x}",
    )
)


@pytest.fixture
def outcome_of(learner, tmp_path):
    """Fetch and grade the repository that a function shapes; return the refusal or the report."""
    Bare(learner)
    shutil.copytree(learner.bare, tmp_path / "saved")

    def outcome(shape):
        shutil.rmtree(learner.bare)
        shutil.copytree(tmp_path / "saved", learner.bare)
        shape(Bare(learner, is_there=True))
        try:
            fetched = learner.fetch()
        except FetchRefusedError as refusal:
            assert not learner.mirror.exists()
            return refusal
        with Repository.open(learner.mirror, fetched.refs) as repository:
            return grade(SPEC, repository)

    return outcome


@pytest.mark.heavy
def test_repository_that_git_refuses_is_a_set_up_problem_with_a_reason(outcome_of, caplog):
    wrong = {}
    for name, shape in REFUSED.items():
        found = outcome_of(shape)
        plain = isinstance(found, FetchRefusedError) and re.search(
            r"Git rejects an object in it \(`[^`]+`\)\. [A-Z`][^.]+\. Run `git fsck`",
            found.message.replace(".git", "git"),
        )
        if not plain or found.code != "damaged" or not found.message.isprintable():
            wrong[name] = getattr(found, "message", found)
    assert wrong == {}
    assert not caplog.records


def test_repository_that_no_server_serves_is_not_our_fault(outcome_of):
    codes = {name: getattr(outcome_of(shape), "code", None) for name, shape in NOT_SERVED.items()}
    assert set(codes.values()) <= {"dead_host", "not_found"}


@pytest.mark.heavy
def test_dates_names_modes_and_refs_of_any_value_are_data(outcome_of):
    wrong = {}
    for name, shape in GRADED.items():
        found = outcome_of(shape)
        if isinstance(found, FetchRefusedError):
            wrong[name] = found.message
        elif any(result.outcome is Outcome.FAULT for result in found.results):
            wrong[name] = found
    assert wrong == {}


@pytest.mark.parametrize(
    ("complaint", "kind"),
    [
        (
            "fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output",
            FetchError,
        ),
        ("fatal: remote end hung up: remote error: No space left on device", FetchRefusedError),
        ("fatal: bad pack header", FetchRefusedError),
    ],
)
def test_only_a_full_disk_of_the_portal_is_a_fault_on_our_side(complaint, kind):
    address = read_address("github.com/octo/work", hosts=["github.com"])
    assert type(failure_of(Ended(128, None, b"", complaint), address, ORDINARY)) is kind
