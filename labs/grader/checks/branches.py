"""`branches: {exactly: [main, feature/login]}` - the branches of the repository are these and no others."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..findings import LookedAt
from ..parameters import RefName
from ..repository import Tip
from ..words import listed, quoted
from .base import Kind, Run, Verdict, at_tip, make_branch, names_found, needs_work, passed
from .shell import STASHED, commands, paragraphs, start_on


@dataclass(frozen=True)
class BranchesCheck(Kind):
    kind = "branches"

    exactly: tuple[RefName, ...]

    def problems(self) -> Iterator[tuple[str, str]]:
        if len(set(self.exactly)) < len(self.exactly) or not self.exactly:
            yield "exactly", "a list of different branches is expected"

    def check(self, run: Run) -> Verdict:
        there = list(run.repository.branches)
        missing = [name for name in self.exactly if name not in there]
        others = [name for name in there if name not in self.exactly]
        if not missing and not others:
            return passed(
                f"The branches are {listed(map(quoted, there), most=5)}.",
                looked_at=LookedAt(len(there), "branch", plural="branches"),
            )
        faults = (("missing", missing), ("not asked for", others))
        return needs_work(
            "The branches are not the ones asked for. "
            + " ".join(
                f"{word.capitalize()}: {listed(map(quoted, names), most=5)}."
                for word, names in faults
                if names
            ),
            expected=f"only {listed(map(quoted, self.exactly), most=5)}",
            found=names_found(there, "branch", "branches"),
            fix=self._change(run, missing, others),
            evidence=[at_tip(tip) for name in others[:3] if (tip := run.repository.branch(name))],
        )

    def _change(self, run: Run, missing: list[RefName], others: list[str]) -> str:
        """One that is missing while one is too many was most often not renamed."""
        if len(missing) == len(others) == 1:
            rename = [["git", "branch", "-m", missing[0]], ["git", "push", "-u", "origin", missing[0]]]
            away = ["git", "push", "origin", "--delete", others[0]]
            return paragraphs(commands(*start_on(others[0]), *rename, away), STASHED)
        make = "\n".join(make_branch(name) for name in missing)
        return paragraphs(
            make, commands_to_delete(run, [tip for name in others if (tip := run.repository.branch(name))])
        )


def commands_to_delete(run: Run, tips: list[Tip]) -> str:
    """Commands that delete branches, from another one, and the way back."""
    if not tips:
        return ""
    names = [tip.name for tip in tips]
    away = next((name for name in ("main", *run.repository.branches) if name not in names), None)
    switch = ["git", "switch", away] if away else ["git", "switch", "--detach"]
    lines = [
        ["git", "stash"],
        switch,
        ["git", "branch", "-D", *names],
        ["git", "push", "origin", "--delete", *names],
    ]
    back = " ".join(
        f"`git branch {tip.name} {tip.commit.id[:7]}` makes {quoted(tip.name)} again." for tip in tips
    )
    return paragraphs(commands(*lines), back, STASHED)
