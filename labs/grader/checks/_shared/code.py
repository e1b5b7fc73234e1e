"""Base of the kinds that run code: the files of a run, obstacles, and verdicts on failed runs."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from ...findings import LookedAt
from ...git.repository import Tip
from ...parameters import MAIN_COMMIT, Content, FilePath, Revision, Seconds
from ...sandbox import CannotBuildError, Job, Limits, Ran, Sandbox
from ...sandbox.packing import files_at, pack_files
from ...words import count, cut, quoted, size
from .base import Kind, Run, Verdict, at_tip, needs_work, not_run, where
from .shell import commands

MARGIN_SECONDS = 10.0
TWENTY_SECONDS = Seconds(20)


@dataclass(frozen=True, kw_only=True)
class CodeKind(Kind):
    """`at` is the commit whose files are unpacked, `seconds` the time limit for all runs of one check."""

    confined: ClassVar[bool] = True

    at: Revision = MAIN_COMMIT
    seconds: Seconds = TWENTY_SECONDS  # type: ignore[misc]  # of one check, not of the kind

    def limit(self) -> float:
        # a little more, so that the sandbox reaches its limit first and can report which command took too long
        return self.seconds + MARGIN_SECONDS

    def obstacle(self, run: Run) -> Verdict | None:
        why = "no sandbox is available" if run.sandbox is None else run.sandbox.unavailable()
        if why:
            return not_run(f"Not run: code cannot be run in a sandbox here: {why}.")
        if run.requirements is not None and (why := sandbox_of(run).packages_unavailable()):
            return not_run(f"Not run: the lab's Python packages cannot be stored here: {why}.")
        try:
            environment(run)
        except CannotBuildError as error:
            return not_run(f"Not run: the lab requires Python packages that are not available: {error}.")
        return None


def files_at_top(run: Run, tip: Tip) -> LookedAt:
    # a commit without files has no code of the learner's to run
    return LookedAt(len(run.repository.listing(tip.commit.tree)), "file", where(tip))


def sandbox_of(run: Run) -> Sandbox:
    assert run.sandbox  # noqa: S101 - `obstacle` has looked
    return run.sandbox


def environment(run: Run) -> str:
    """Return the lab's Python environment, built if needed; "" if the lab has none."""
    return "" if run.requirements is None else sandbox_of(run).environment(run.requirements)


def job_at(run: Run, tip: Tip, seconds: float, more: Mapping[FilePath, Content] | None = None) -> Job:
    """Return a job with the files of a commit, overlaid with `more`, and no command. Raises TooLargeError."""
    contents, executable = files_at(run.repository, tip)
    contents |= {path.encode(): text.encode() for path, text in (more or {}).items()}
    return Job((), pack_files(contents, executable), seconds, environment=environment(run))


def run_in(run: Run, job: Job, argv: tuple[str, ...], stdin: str = "") -> Ran:
    return sandbox_of(run).run(replace(job, argv=argv, stdin=stdin.encode()))


def ended_by_limit(command: tuple[str, ...], ran: Ran, tip: Tip, seconds: float) -> Verdict | None:
    """Return the verdict if a limit ended the command, else None."""
    memory, output = size(Limits().group_memory), size(Limits().most_output)
    time = "1 second" if seconds == 1 else f"{seconds:.3g} seconds"
    told = {
        "seconds": (f"did not finish in {time}", f"{time} at most", "still running"),
        "memory": (f"used more than {memory} of memory", f"at most {memory} of memory", "more than that"),
        "output": (f"printed more than {output}", f"at most {output} of output", "more than that"),
    }.get(ran.why)
    if told is None:
        return None
    what, expected, found = told
    why = f"{shown(command)} {what} {where(tip)}."
    return failed(command, ran, tip, why=why, expected=expected, found=found)


def failed(command: tuple[str, ...], ran: Ran, tip: Tip, *, why: str, expected: str, found: str) -> Verdict:
    """Return "needs work", with the last lines of the output and commands that repeat the run."""
    return needs_work(
        why,
        expected=expected,
        found=found,
        fix=commands(
            *([["git", "switch", "--detach", tip.commit.id[:12]]] if tip.ref else []), list(command)
        ),
        evidence=[replace(at_tip(tip), excerpt=last_lines(ran))],
    )


def last_lines(ran: Ran, limit: int = 4) -> tuple[tuple[int, str], ...]:
    """Return the last lines of the output with their numbers."""
    text = ran.parts[-1].rstrip("\n")
    if not text:
        return ()
    lines = text.split("\n")
    last = ran.output.rstrip(b"\n").count(b"\n") + ran.lines_left_out + 1
    return tuple(enumerate(lines, start=last - len(lines) + 1))[-limit:]


def printed(ran: Ran) -> str:
    number = _lines(ran)
    return f"{count(number, 'line')} of output" if number else "no output"


def _lines(ran: Ran) -> int:
    # includes the lines that were not kept
    return ran.output.count(b"\n") + ran.lines_left_out + (ran.output[-1:] not in (b"", b"\n"))


def between(ran: Ran) -> str:
    return f"Only the first and the last {size(Limits().kept_output // 2)} of its output were searched."


def shown(command: tuple[str, ...]) -> str:
    return quoted(cut(shlex.join(command), 80))
