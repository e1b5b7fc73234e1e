"""`readable: {}` - the repository can be read. Other checks name it in `needs`."""

from dataclasses import dataclass

from ..findings import LookedAt
from ..words import count
from ._shared.base import Kind, Run, Verdict, passed


@dataclass(frozen=True)
class ReadableCheck(Kind):
    kind = "readable"
    about = "the repository"
    always_passes = True
    takes_part_of_history = True

    def check(self, run: Run) -> Verdict:
        repository = run.repository
        found = ", ".join(
            (
                count(len(repository.history), "commit"),
                count(len(repository.branches), "branch", "branches"),
                count(len(repository.tags), "tag"),
            )
        )
        return passed(
            "The repository was read.", found=found, looked_at=LookedAt(len(repository.history), "commit")
        )
