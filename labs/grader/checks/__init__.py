"""The kinds of check, by the word that names them in lab.yaml. To add one, copy a file and add it to the list."""

from .base import Kind, Run, Verdict
from .branch import BranchCheck
from .commits import CommitsCheck
from .file import FileCheck
from .ignored import IgnoredCheck
from .markers import NoConflictMarkersCheck
from .merged import MergedCheck
from .messages import MessagesCheck
from .readable import ReadableCheck
from .tag import TagCheck

__all__ = ["KINDS", "Kind", "Run", "Verdict"]

_ALL: tuple[type[Kind], ...] = (
    ReadableCheck,
    CommitsCheck,
    MessagesCheck,
    BranchCheck,
    MergedCheck,
    TagCheck,
    FileCheck,
    IgnoredCheck,
    NoConflictMarkersCheck,
)
KINDS = {kind.kind: kind for kind in _ALL}
