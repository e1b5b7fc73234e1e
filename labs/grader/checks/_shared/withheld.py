"""Placeholder for a check whose hidden part was removed from the public text of a lab."""

from dataclasses import dataclass

from .base import Kind, Run, Verdict, not_run


@dataclass(frozen=True)
class Withheld(Kind):
    kind = "withheld"

    def check(self, run: Run) -> Verdict:
        return not_run("Not run: this check has a hidden part. Push, and the portal runs it.")
