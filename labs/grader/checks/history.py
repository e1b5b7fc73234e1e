"""`history: {on: main, subjects: [Add the parser, Add the tests]}` - a branch has commits with these messages.

`subjects` are exact first lines, `matches` regular expressions searched for in them, both oldest first. By default the
learner's commits count, with `since` (a commit such as `v1.0` or `main^{root}`) those after that commit. Only first
parents are followed; `line: all` includes merged commits. With `in_order: true`, other commits are allowed before,
between and after. Instead of messages, `linear: true` requires that there is no merge commit.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..findings import LookedAt
from ..git.history import Commit
from ..git.repository import Tip
from ..parameters import MAIN, RefName, Regex, Revision
from ..pattern_words import in_words
from ..words import count, listed, quoted
from ._shared.base import Run, Verdict, needs_work, passed
from ._shared.fixes import rewrite_branch
from ._shared.named_refs import commits_since, tip_or_answer, whose_commits
from ._shared.proposed_texts import fitting, subject_for
from ._shared.rewriting import recommit_as
from ._shared.walk import HistoryKind, first_parents_of, has_subject, named, newest
from .commits import MAX_READ, add_commits

MAX_LISTED = 8


@dataclass(frozen=True)
class HistoryCheck(HistoryKind):
    kind = "history"
    about = "commits"

    on: RefName = MAIN
    since: Revision | None = None
    subjects: tuple[str, ...] = ()
    matches: tuple[Regex, ...] = ()
    line: Literal["first-parent", "all"] = "first-parent"
    in_order: bool = False
    linear: Literal[True] | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.linear and (self.subjects or self.matches):
            yield "linear", "cannot be combined with `subjects` or `matches`"
        elif not self.linear and bool(self.subjects) == bool(self.matches):
            yield "", "needs either `subjects` or `matches`"
        if self.linear and (self.in_order or self.line == "all"):
            yield "linear", "cannot be combined with `line` or `in_order`"

    def judge(self, run: Run) -> Verdict:
        tip = tip_or_answer(run, self.on)
        if isinstance(tip, Verdict):
            return tip
        among = commits_since(run, tip, self.since)
        if isinstance(among, Verdict):
            return among
        if self.linear:
            return self._judge_linear(run, tip, among)
        found = first_parents_of(run, tip, among) if self.line == "first-parent" else among
        fault = self._first_missing(found) if self.in_order else self._first_different(found)
        if fault is None:
            return passed(
                f"The commit messages on {quoted(tip.name)} are as required.",
                *newest(tip, found),
                looked_at=LookedAt(len(found), "commit", f"on {quoted(tip.name)}"),
            )
        return needs_work(
            f"The commit messages on {quoted(tip.name)} are not as required: {fault}.",
            expected=listed(self._in_words, limit=MAX_LISTED),
            found=_sequence([commit.subject for commit in found]) if found else "no commit",
            fix=self._again(run, tip, among),
            evidence=newest(tip, found),
        )

    def _judge_linear(self, run: Run, tip: Tip, among: list[Commit]) -> Verdict:
        merges = [commit for commit in among if commit.is_merge]
        of = LookedAt(len(among), "commit", f"{whose_commits(self.since)} on {quoted(tip.name)}")
        if not merges:
            return passed(f"{of} checked: none is a merge commit.", *newest(tip, among), looked_at=of)
        base = among[0].parents[0] if among[0].parents else "--root"
        return needs_work(
            f"The history of {quoted(tip.name)} is not linear: {named(merges[-1])} is a merge commit.",
            expected="no merge commit",
            found=count(len(merges), "merge commit"),
            fix=rewrite_branch(run, tip, ["git", "rebase", base], stops="rebase"),
            evidence=newest(tip, merges),
        )

    @property
    def _wanted(self) -> tuple[str, ...]:
        return self.subjects or self.matches

    @property
    def _in_words(self) -> list[str]:
        if self.subjects:
            return list(map(quoted, self.subjects))
        numbered = ((number, in_words(pattern)) for number, pattern in enumerate(self.matches, start=1))
        return [
            f"a subject that contains {words}" if words.startswith("`") else f"the required subject {number}"
            for number, words in numbered
        ]

    def _lacks(self, position: int) -> str:
        words = in_words(self.matches[position])
        return f"does not contain {words}" if words.startswith("`") else "does not have the required form"

    def _fits(self, position: int, commit: Commit) -> bool:
        if self.subjects:
            return has_subject(commit, self.subjects[position])
        return bool(re.search(self.matches[position], commit.subject[:MAX_READ]))

    def _first_different(self, found: list[Commit]) -> str | None:
        for position, commit in enumerate(found[: len(self._wanted)]):
            if not self._fits(position, commit):
                if self.subjects:
                    return (
                        f"commit {position + 1} is {quoted(commit.subject)}, not {self._in_words[position]}"
                    )
                return f"commit {position + 1} has the subject {quoted(commit.subject)}, which {self._lacks(position)}"
        if len(found) == len(self._wanted):
            return None
        return f"there {'is' if len(found) == 1 else 'are'} {count(len(found), 'commit')}, not {len(self._wanted)}"

    def _first_missing(self, found: list[Commit]) -> str | None:
        # with gaps allowed, the first commit that fits is always the best choice
        rest, words = iter(found), self._in_words
        for position in range(len(words)):
            if not any(self._fits(position, commit) for commit in rest):
                after = f" after {words[position - 1]}" if position else ""
                return f"{words[position]} is missing{after}"
        return None

    def _again(self, run: Run, tip: Tip, among: list[Commit]) -> str:
        # recreates the commits in the required order, and creates the missing ones
        line = first_parents_of(run, tip, among)
        if not self._wanted or not line:
            return add_commits(run, tip, len(self._wanted), self._wanted[0] if self.subjects else None)
        subjects = list(self.subjects) or [
            self._subject(run, line, number) for number in range(len(self.matches))
        ]
        return recommit_as(run, tip, line, subjects, keep_others=self.in_order)

    def _subject(self, run: Run, line: list[Commit], number: int) -> str:
        # an existing subject that fits, else a new one
        there = next((commit.subject for commit in line if self._fits(number, commit)), "")
        near = line[min(number, len(line) - 1)]
        fits = re.compile(self.matches[number]).search
        return (
            there
            or subject_for(run.repository, near, lambda text: bool(fits(text)))
            or fitting(self.matches[number])
        )


def _sequence(texts: tuple[str, ...] | list[str]) -> str:
    return listed(map(quoted, texts), limit=MAX_LISTED)
