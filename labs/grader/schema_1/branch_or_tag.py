"""Schema 1's `points_at`: a branch or a tag points to a commit, whichever the repository has."""

from dataclasses import dataclass

from ..checks._shared.base import Kind, Run, Verdict
from ..checks._shared.named_refs import VERSION
from ..checks.branch import BranchCheck
from ..checks.tag import TagCheck
from ..parameters import RefName, Revision


@dataclass(frozen=True)
class BranchOrTagCheck(Kind):
    """Only read from old texts; a new text says which it is."""

    kind = "branch"

    name: RefName
    at: Revision

    def check(self, run: Run) -> Verdict:
        refs = run.repository
        absent = self.name not in refs.tags and looks_like_a_tag(self.name)
        if self.name not in refs.branches and (absent or self.name in refs.tags):
            return TagCheck(self.name, at=self.at).check(run)
        return BranchCheck(self.name, at=self.at).check(run)


def looks_like_a_tag(name: str) -> bool:
    return VERSION.match(name) is not None
