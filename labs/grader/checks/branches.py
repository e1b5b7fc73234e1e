"""`branches: {exactly: [main, feature/login]}` - the repository has these branches and no others.

Instead of `exactly`, `at_least` and `at_most` limit the number of branches whose whole name `matches` a regular
expression (by default all), as in `branches: {matches: 'feature/.+', at_least: 2}`. With `into`, only branches that are
not merged into that branch count: `branches: {into: main, at_least: 1}` requires an unmerged branch.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..findings import LookedAt
from ..git.repository import Tip
from ..parameters import Count, RefName, Regex
from ..words import listed, quoted
from ._shared.base import Kind, Run, Verdict, at_tip, needs_work, passed
from ._shared.merging import merge_branches
from ._shared.named_refs import make_branch, names_found, tip_or_answer
from ._shared.proposed_texts import examples
from ._shared.ref_conflicts import conflicts, with_branches_renamed
from ._shared.ref_counts import Counted, count_problems, fits
from ._shared.shell import STASHED, Line, commands, paragraphs, start_on
from .commits import OWN_WORDS, more_commits
from .merged import is_merged

MAX_BRANCHES = 200  # compared with `into`
USUAL = ("feature", "feature/next", "feature/new-page", "fix/next", "topic", "dev", "develop")


@dataclass(frozen=True)
class BranchesCheck(Kind):
    kind = "branches"
    about = "branches and merges"

    exactly: tuple[RefName, ...] | None = None
    matches: Regex | None = None
    at_least: Count | None = None
    at_most: Count | None = None
    into: RefName | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.exactly is not None and (len(set(self.exactly)) < len(self.exactly) or not self.exactly):
            yield "exactly", "expected a list of branches without duplicates"
        yield from count_problems(self.exactly is not None, self.at_least, self.at_most)
        if self.exactly is not None and (self.matches is not None or self.into is not None):
            yield "exactly", "cannot be combined with `matches` or `into`"

    def check(self, run: Run) -> Verdict:
        return self._count(run) if self.exactly is None else self._compare(run, self.exactly)

    def _count(self, run: Run) -> Verdict:
        names = [name for name in run.repository.branches if fits(self.matches, name)]
        asked = Counted("branch", "branches", self.matches, self.at_least, self.at_most)
        if self.into is None:
            return asked.judge(names, list(run.repository.branches), fix=self._fix(run, names))
        into = tip_or_answer(run, self.into)
        if isinstance(into, Verdict):
            return into
        tips = [tip for name in names[:MAX_BRANCHES] if (tip := run.repository.branch(name))]
        apart = [tip.name for tip in tips if not is_merged(run, tip, into)]
        return asked.judge(
            apart,
            list(run.repository.branches),
            that=f"not merged into {quoted(into.name)}",
            fix=self._fix(run, apart, into),
        )

    def _fix(self, run: Run, names: list[str], into: Tip | None = None) -> str:
        if self.at_most is not None and len(names) > self.at_most:
            surplus = [name for name in names if name not in ("main", self.into)][self.at_most - len(names) :]
            tips = [tip for name in surplus if (tip := run.repository.branch(name))]
            return merge_branches(into, tips) if into else commands_to_delete(run, tips)
        taken = run.repository.branches
        if len(names) >= (self.at_least or 0):
            return ""
        new = self._new_names(list(taken), (self.at_least or 0) - len(names)) or ["NAME"]
        told = "Replace NAME with a name of your choice." if new == ["NAME"] else ""
        if into is None:
            made = "\n".join(map(make_branch, new))
            return paragraphs(told, with_branches_renamed(run.repository.branches, new[0], made))
        lines: list[Line] = []
        for name in new:
            switch, make = (
                commands(["git", "switch", name]),
                commands(["git", "switch", "-c", name, into.commit.id]),
            )
            lines += [
                f"{switch} 2>/dev/null || {make}",
                *more_commits(1),
                ["git", "push", "-u", "origin", name],
            ]
        return paragraphs(told or OWN_WORDS, commands(*start_on(into.name), *lines), STASHED)

    def _new_names(self, taken: list[str], number: int) -> list[str]:
        # names that do not conflict with each other or, if possible, with `taken`
        more = (f"topic-{count}" for count in range(2, MAX_BRANCHES))
        fitting = [
            name
            for name in dict.fromkeys((*USUAL, *examples(self.matches or ""), *more))
            if fits(self.matches, name) and name not in taken
        ]
        for others in (taken, []):
            new: list[str] = []
            for name in fitting:
                if len(new) < number and not any(conflicts(name, other) for other in (*others, *new)):
                    new.append(name)
            if new:
                return new
        return []

    def _compare(self, run: Run, exactly: tuple[RefName, ...]) -> Verdict:
        there = list(run.repository.branches)
        missing = [name for name in exactly if name not in there]
        others = [name for name in there if name not in exactly]
        if not missing and not others:
            return passed(
                f"The branches are {listed(map(quoted, there), limit=5)}.",
                looked_at=LookedAt(len(there), "branch", plural="branches"),
            )
        faults = (("missing", missing), ("unexpected", others))
        return needs_work(
            "The branches are not as required. "
            + " ".join(
                f"{word.capitalize()}: {listed(map(quoted, names), limit=5)}."
                for word, names in faults
                if names
            ),
            expected=f"only {listed(map(quoted, exactly), limit=5)}",
            found=names_found(there, "branch", "branches"),
            fix=self._change(run, missing, others),
            evidence=[at_tip(tip) for name in others[:3] if (tip := run.repository.branch(name))],
        )

    def _change(self, run: Run, missing: list[RefName], others: list[str]) -> str:
        # one missing and one unexpected branch: most often it was not renamed
        if len(missing) == len(others) == 1:
            rename = [["git", "branch", "-m", missing[0]], ["git", "push", "-u", "origin", missing[0]]]
            away = ["git", "push", "origin", "--delete", others[0]]
            return paragraphs(commands(*start_on(others[0]), *rename, away), STASHED)
        make = "\n".join(make_branch(name) for name in missing)
        return paragraphs(
            make, commands_to_delete(run, [tip for name in others if (tip := run.repository.branch(name))])
        )


def commands_to_delete(run: Run, tips: list[Tip]) -> str:
    """Return commands that delete branches, and how to restore them."""
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
        f"`git branch {tip.name} {tip.commit.id[:7]}` restores {quoted(tip.name)}." for tip in tips
    )
    return paragraphs(commands(*lines), back, STASHED)
