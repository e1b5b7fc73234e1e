"""`commits: {on: main, at_least: 3}` - a branch has this many commits by the learner.

Also `exactly` and `at_most`. Merge commits count; commits in the lab's starter do not. With `since` (a commit such as
`v1.0` or `main^{root}`), the commits after that one count, regardless of author. `merges: true` counts only merge
commits, `merges: false` all others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice

from ..findings import LookedAt
from ..git.history import Commit
from ..git.repository import Tip
from ..parameters import MAIN, Count, RefName, Revision
from ..report import Evidence
from ..words import count, listed, quoted
from ._shared.base import Kind, Run, Verdict, needs_work, passed
from ._shared.fixes import branch_of, on_branch, rewrite_branch
from ._shared.named_refs import commits_since, tip_or_answer, whose_commits
from ._shared.shell import Line, append_line, paragraphs

MAX_SHOWN = 3
MAX_READ = 1000  # characters of a subject: patterns may take long to match more
MAX_ADDED = 20
README = "README.md"
OWN_WORDS = "Use your own words instead of these:"
_WORDS = (
    ("What it is for: ...", "Say what the project is for"),
    ("How to run it: ...", "Say how to run the project"),
    ("How to test it: ...", "Say how to test the project"),
    ("What comes next: ...", "Say what comes next"),
    ("Who to ask: ...", "Say who to ask"),
)


@dataclass(frozen=True)
class CommitsCheck(Kind):
    kind = "commits"
    about = "commits"

    on: RefName = MAIN
    at_least: Count | None = None
    exactly: Count | None = None
    at_most: Count | None = None
    since: Revision | None = None
    merges: bool | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.exactly is None and self.at_least is None and self.at_most is None:
            yield "", "needs one of `at_least`, `exactly` and `at_most`"
        if self.exactly is not None and (self.at_least is not None or self.at_most is not None):
            yield "exactly", "cannot be combined with `at_least` or `at_most`"
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            yield "at_least", "must not be more than `at_most`"
        if self.merges and not self.at_least and not self.exactly:
            yield "merges", "needs `at_least` or `exactly`; `history: {linear: true}` forbids merge commits"

    def check(self, run: Run) -> Verdict:
        tip = tip_or_answer(run, self.on)
        if isinstance(tip, Verdict):
            return tip
        own = commits_since(run, tip, self.since)
        if isinstance(own, Verdict):
            return own
        own = [commit for commit in own if self.merges is None or commit.is_merge == self.merges]
        newest = own[-MAX_SHOWN:]
        evidence = [commit_evidence(tip, commit) for commit in newest]
        whose = whose_commits(self.since)
        has = f"{quoted(tip.name)} has {_number(len(own), self._noun)} {whose}"
        least = self.exactly or self.at_least or 0
        most = self.at_most if self.exactly is None else self.exactly
        too_few = len(own) < least
        if not too_few and (most is None or len(own) <= most):
            of = LookedAt(
                len(own), self._noun, f"{whose} on {quoted(tip.name)}", may_be_empty=self._may_be_none
            )
            return passed(f"{has}.", *evidence, looked_at=of, fix=lambda: add_commits(run, tip))
        others = len(replace(run, asks_author=False).own_commits(tip)) - len(own) if not self.since else 0
        if too_few and others and self.merges is None:
            has += f" and {others:,} by other authors"
        return needs_work(
            f"{has}. {self._need(least) if too_few else self._limit(most or 0)}",
            expected=self._expected(),
            found=listed([f"{commit.id[:7]} {quoted(commit.subject)}" for commit in newest]) or "no commit",
            fix=self._add(run, tip, least - len(own))
            if too_few
            else squash_commits(run, tip, own, most or 0, least),
            evidence=evidence,
        )

    @property
    def _noun(self) -> str:
        return {None: "commit", True: "merge commit", False: "non-merge commit"}[self.merges]

    def _add(self, run: Run, tip: Tip, number: int) -> str:
        return add_merges(run, tip, number) if self.merges else add_commits(run, tip, number)

    @property
    def _may_be_none(self) -> bool:
        return 0 in (self.exactly, self.at_least, self.at_most)

    def _need(self, least: int) -> str:
        return f"You need {f'{least:,}' if self.exactly is not None else f'at least {least:,}'}."

    def _limit(self, most: int) -> str:
        if not most:
            return "There must be none."
        return f"There must be {f'{most:,}' if self.exactly is not None else f'at most {most:,}'}."

    def _expected(self) -> str:
        limits = (("exactly", self.exactly), ("at least", self.at_least), ("at most", self.at_most))
        return " and ".join(
            f"{words} {count(number, self._noun)}" if number else f"no {self._noun}s"
            for words, number in limits
            if number is not None
        )


def _number(number: int, noun: str) -> str:
    return count(number, noun) if number else f"no {noun}s"


def commit_evidence(tip: Tip, commit: Commit) -> Evidence:
    """Return a commit with the first four lines of its message."""
    lines = commit.message.splitlines()[:4]
    return Evidence(ref=tip.ref, commit=commit.id, excerpt=tuple(enumerate(lines, start=1)))


def add_commits(
    run: Run, tip: Tip, number: int = 1, subject: str | None = None, paths: Sequence[str] = (README,)
) -> str:
    """Return commands for more commits, each with one more line in `paths`, in words that the learner replaces."""
    more = "one more commit" if number == 1 else f"{number} more commits"
    branch = branch_of(run, tip)
    told = f"Make {more}. {OWN_WORDS}"
    return paragraphs(told, on_branch(branch, *more_commits(number, subject, paths))) if branch else ""


def first_file(run: Run) -> str:
    """Return commands for a first file with content, on `main` or the first branch."""
    branches = run.repository.branches
    tip = run.repository.branch("main" if "main" in branches else next(iter(branches), ""))
    return add_commits(run, tip) if tip else ""


def more_commits(number: int, subject: str | None = None, paths: Sequence[str] = (README,)) -> list[Line]:
    lines: list[Line] = []
    for line, message in islice(cycle(_WORDS), max(0, min(number, MAX_ADDED))):
        lines += [append_line(line, path) for path in paths]
        lines += [["git", "add", "--", *paths], ["git", "commit", "-m", subject or message]]
    return lines


def squash_commits(run: Run, tip: Tip, own: list[Commit], most: int, least: int = 0) -> str:
    """Return commands that squash the latest commits; if that leaves fewer than `least`, more are made."""
    history, ids = run.repository.history, {commit.id for commit in own}
    for commit_id in history.first_parents(tip.commit.id):
        kept = len(ids & set(history.ancestors(commit_id)))
        if not most and not kept:
            return rewrite_branch(run, tip, ["git", "reset", "--keep", commit_id])
        is_same = history[commit_id].tree == tip.commit.tree
        if is_same and kept == most:
            return rewrite_branch(run, tip, ["git", "reset", "--soft", commit_id])
        if kept < most and not is_same:
            one: list[Line] = [
                ["git", "reset", "--soft", commit_id],
                ["git", "commit", "-m", own[-1].subject or "Add"],
            ]
            return rewrite_branch(run, tip, *one, *more_commits(least - kept - 1))
    amend: list[Line] = [["git", "reset", "--soft", commit_id], ["git", "commit", "--amend", "--no-edit"]]
    return rewrite_branch(run, tip, *amend) if most else ""


def add_merges(run: Run, tip: Tip, number: int) -> str:
    """Return commands that add merge commits: of unmerged branches, then of new ones."""
    inside, branch = run.repository.history.ancestors(tip.commit.id), branch_of(run, tip)
    if branch is None:
        return ""
    taken = run.repository.branches
    unmerged = [name for name, commit_id in taken.items() if commit_id not in inside][:number]
    lines: list[Line] = [["git", "merge", "--no-ff", "--no-edit", f"origin/{name}"] for name in unmerged]
    names = (f"next-step{f'-{count}' if count > 1 else ''}" for count in range(1, MAX_ADDED + len(taken) + 2))
    free = islice((name for name in names if name not in taken), min(number, MAX_ADDED) - len(unmerged))
    work = list(zip(free, cycle(_WORDS), strict=False))
    for name, (line, message) in work:
        commit: list[Line] = [["git", "add", "--", README], ["git", "commit", "-m", message]]
        lines += [
            ["git", "switch", "-c", name],
            append_line(line, README),
            *commit,
            ["git", "switch", branch],
        ]
        lines.append(["git", "merge", "--no-ff", "--no-edit", name])
    told = OWN_WORDS if work else ""
    return paragraphs(told, on_branch(branch, *lines, stops="merge" if unmerged else ""))
