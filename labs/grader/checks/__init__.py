"""The kinds of check, by the word that names them in lab.yaml. To add one, copy a file and add it to the list."""

from .attributes import AttributesCheck
from .authors import AuthorsCheck
from .base import Kind, Learner, Run, Verdict
from .branch import BranchCheck
from .commits import CommitsCheck
from .data import DataCheck
from .file import FileCheck
from .ignored import IgnoredCheck
from .lfs import LfsCheck
from .line_endings import LineEndingsCheck
from .markers import NoConflictMarkersCheck
from .merged import MergedCheck
from .messages import MessagesCheck
from .no_large_files import NoLargeFilesCheck
from .no_secrets import NoSecretsCheck
from .purged import PurgedCheck
from .readable import ReadableCheck
from .tag import TagCheck

__all__ = ["KINDS", "Kind", "Learner", "Run", "Verdict"]

_ALL: tuple[type[Kind], ...] = (
    ReadableCheck,
    CommitsCheck,
    MessagesCheck,
    AuthorsCheck,
    BranchCheck,
    MergedCheck,
    TagCheck,
    FileCheck,
    DataCheck,
    IgnoredCheck,
    AttributesCheck,
    LineEndingsCheck,
    LfsCheck,
    PurgedCheck,
    NoConflictMarkersCheck,
    NoLargeFilesCheck,
    NoSecretsCheck,
)
KINDS = {kind.kind: kind for kind in _ALL}
