"""The kinds of check, by the word that names them in lab.yaml.

To add one, copy a file, list its class in `_ALL`, and run `python -m labs.grader.reference docs`. The tests then
require a row for the kind in `tests/grader/every_kind.py`, `documented.yaml` and `fix_cases.txt`.
"""

from collections.abc import Iterable

from ..git.repository import Repository
from ..git.whose import Learner
from ..github_facts import Wanted
from ._shared.base import Kind, Run, Verdict
from .ahead_behind import AheadBehindCheck
from .amended import AmendedCheck
from .answer import AnswerCheck
from .attributes import AttributesCheck
from .authors import AuthorsCheck
from .branch import BranchCheck
from .branches import BranchesCheck
from .build import BuildCheck
from .cherry_picked import CherryPickedCheck
from .ci_run import CiRunCheck
from .commit import CommitCheck
from .commits import CommitsCheck
from .csv import CsvCheck
from .data import DataCheck
from .dockerfile import DockerfileCheck
from .each_commit import EachCommitCheck
from .file import FileCheck
from .gone import GoneCheck
from .history import HistoryCheck
from .ignored import IgnoredCheck
from .lfs import LfsCheck
from .line_endings import LineEndingsCheck
from .markers import NoConflictMarkersCheck
from .merged import MergedCheck
from .no_large_files import NoLargeFilesCheck
from .no_secrets import NoSecretsCheck
from .notebook import NotebookCheck
from .object import ObjectCheck
from .own_tests import OwnTestsCheck
from .pull_request import PullRequestCheck
from .purged import PurgedCheck
from .python_package import PythonPackageCheck
from .readable import ReadableCheck
from .rebased import RebasedCheck
from .renamed import RenamedCheck
from .reverted import RevertedCheck
from .run import RunCheck
from .start import StartCheck
from .submodule import SubmoduleCheck
from .subtree import SubtreeCheck
from .tag import TagCheck
from .tags import TagsCheck
from .tests import TestsCheck
from .workflow import WorkflowCheck

__all__ = ["KINDS", "Kind", "Learner", "Run", "Verdict", "needs_events", "wanted_facts"]

_ALL: tuple[type[Kind], ...] = (
    ReadableCheck,
    CommitsCheck,
    CommitCheck,
    HistoryCheck,
    EachCommitCheck,
    AuthorsCheck,
    BranchCheck,
    BranchesCheck,
    StartCheck,
    AheadBehindCheck,
    MergedCheck,
    RebasedCheck,
    CherryPickedCheck,
    RevertedCheck,
    AmendedCheck,
    GoneCheck,
    TagCheck,
    TagsCheck,
    FileCheck,
    RenamedCheck,
    DataCheck,
    IgnoredCheck,
    AttributesCheck,
    LineEndingsCheck,
    LfsCheck,
    PurgedCheck,
    AnswerCheck,
    CsvCheck,
    NotebookCheck,
    ObjectCheck,
    SubmoduleCheck,
    SubtreeCheck,
    NoConflictMarkersCheck,
    NoLargeFilesCheck,
    NoSecretsCheck,
    RunCheck,
    TestsCheck,
    OwnTestsCheck,
    BuildCheck,
    WorkflowCheck,
    DockerfileCheck,
    PythonPackageCheck,
    CiRunCheck,
    PullRequestCheck,
)
KINDS = {kind.kind: kind for kind in _ALL}


def needs_events(kinds: Iterable[Kind]) -> tuple[str, ...]:
    """Return GitHub's names of the events that a lab with these checks needs, `push` first."""
    return tuple(dict.fromkeys(("push", *(event for kind in kinds for event in kind.events))))


def wanted_facts(kinds: Iterable[Kind], repository: Repository) -> Wanted:
    """Return the facts from GitHub that these checks need to judge a repository."""
    found = Wanted()
    for kind in kinds:
        found |= kind.wants(repository)
    return found
