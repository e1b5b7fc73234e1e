"""`run: {command: [python, train.py], exit: 0, matches: 'accuracy'}` - a command works when run in a sandbox.

It runs on the files of the commit `at`, without network access. The time limit is `seconds` (default 20). `matches` is
a regular expression, searched for in stdout and stderr together (`^` and `$` match at the start and end of each line);
if they exceed 256 KB, only the first and last 128 KB are searched. `stdin` is its input, `writes` a file that it must
create, and `files` maps paths to contents that replace the learner's. With `since`, it must pass at each commit after
that one, up to 30. The learner's program chooses its own exit status and output: use `tests` if the grade depends on
what it does.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ..git.repository import Tip, TooLargeError
from ..parameters import Content, Count, FilePath, Regex, Revision
from ..pattern_words import in_words
from ..sandbox import Ran
from ..words import quoted
from ._shared.base import Run, Verdict, at_tip, needs_work, passed, where
from ._shared.code import (
    CodeKind,
    between,
    ended_by_limit,
    failed,
    files_at_top,
    job_at,
    printed,
    run_in,
    shown,
)
from ._shared.command_causes import with_cause
from ._shared.named_refs import commit_or_answer
from .commits import add_commits

MAX_COMMITS = 30
SUCCESS = Count(0)


@dataclass(frozen=True, kw_only=True)
class RunCheck(CodeKind):
    kind = "run"
    about = "running code"

    command: tuple[str, ...]
    exit: Count = SUCCESS
    matches: Regex | None = None
    stdin: Content | None = None
    writes: FilePath | None = None
    files: dict[FilePath, Content] = field(default_factory=dict)
    since: Revision | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if not self.command:
            yield "command", "expected at least the name of a program"
        if self.exit > 255:
            yield "exit", "must be at most 255"

    def check(self, run: Run) -> Verdict:
        tip = commit_or_answer(run, self.at)
        tips = tip if isinstance(tip, Verdict) else self._tips(run, tip)
        if isinstance(tips, Verdict):
            return tips
        deadline = time.monotonic() + self.seconds
        for each in tips:
            verdict = self._at(run, each, max(deadline - time.monotonic(), 0.1))
            if verdict is not None:
                return with_cause(run, each, self.command, verdict)
        return passed(self._sentence(tips), at_tip(tips[-1]), looked_at=files_at_top(run, tips[-1]))

    def _tips(self, run: Run, tip: Tip) -> list[Tip] | Verdict:
        if self.since is None:
            return [tip]
        since = commit_or_answer(run, self.since)
        if isinstance(since, Verdict):
            return since
        history = run.repository.history
        after = history.in_order(history.ancestors(tip.commit.id) - history.ancestors(since.commit.id))
        if len(after) > MAX_COMMITS:
            raise TooLargeError(
                f"there are {len(after):,} commits after {quoted(self.since)}, but the command runs at no more than "
                f"{MAX_COMMITS}"
            )
        if not after:
            return needs_work(
                f"There is no commit after {quoted(self.since)} {where(tip)}.",
                expected=f"at least one commit after {quoted(self.since)}",
                found="none",
                fix=add_commits(run, tip),
            )
        return [replace(tip, name=commit.id[:7], commit=commit) for commit in after]

    def _at(self, run: Run, tip: Tip, seconds: float) -> Verdict | None:
        # None if the command works at this commit
        job = replace(job_at(run, tip, seconds, self.files), looks_for=self.writes or "")
        ran = run_in(run, job, self.command, self.stdin or "")
        limit = ended_by_limit(self.command, ran, tip, self.seconds)
        if limit:
            return limit
        is_absent = self.writes is not None and not ran.found
        return (
            self._exit(ran, tip) or self._prints(ran, tip) or (self._absent(ran, tip) if is_absent else None)
        )

    def _exit(self, ran: Ran, tip: Tip) -> Verdict | None:
        if ran.exit == self.exit:
            return None
        return failed(
            self.command,
            ran,
            tip,
            why=f"{shown(self.command)} ended with exit status {ran.exit} {where(tip)}.",
            expected=f"exit status {self.exit}",
            found=f"exit status {ran.exit}",
        )

    def _prints(self, ran: Ran, tip: Tip) -> Verdict | None:
        if self.matches is None or any(re.search(self.matches, part, re.MULTILINE) for part in ran.parts):
            return None
        note = f" {between(ran)}" if ran.left_out else ""
        return failed(
            self.command,
            ran,
            tip,
            why=f"{shown(self.command)} did not print {in_words(self.matches, of_lines=True)} {where(tip)}.{note}",
            expected=f"output that contains {in_words(self.matches, of_lines=True)}",
            found=printed(ran),
        )

    def _absent(self, ran: Ran, tip: Tip) -> Verdict:
        name = quoted(self.writes or "")
        return failed(
            self.command,
            ran,
            tip,
            why=f"{shown(self.command)} did not create {name} {where(tip)}.",
            expected=f"a file {name}",
            found="no such file",
        )

    def _sentence(self, tips: list[Tip]) -> str:
        if self.since and tips[1:]:
            return (
                f"{shown(self.command)} works at each of the {len(tips)} commits after {quoted(self.since)}."
            )
        return f"{shown(self.command)} works {where(tips[0])}."
