"""What stands for a check in the public text of a lab, where its hidden part was taken out."""

from dataclasses import dataclass

from .base import Kind, Run, Verdict, not_run


@dataclass(frozen=True)
class Withheld(Kind):
    kind = "withheld"

    def check(self, run: Run) -> Verdict:
        return not_run("Not run: its hidden part is on the portal. Push, and the portal runs this check.")
