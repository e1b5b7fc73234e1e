"""What the kinds that run code share: where the files come from, when code cannot be run, and how a run that failed
is told.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from ...findings import LookedAt
from ...git.repository import Tip
from ...parameters import MAIN_COMMIT, Content, FilePath, Revision, Seconds
from ...sandbox import CannotBuildError, Job, Limits, Ran, Sandbox
from ...sandbox.packing import files_at, packed
from ...words import count, cut, quoted, size
from .base import Kind, Run, Verdict, at_tip, needs_work, not_run
from .shell import commands

MARGIN_SECONDS = 10.0
TWENTY_SECONDS = Seconds(20)


@dataclass(frozen=True, kw_only=True)
class CodeKind(Kind):
    """`at` is the commit whose files are unpacked, `seconds` the time for all that one check runs."""

    confined: ClassVar[bool] = True

    at: Revision = MAIN_COMMIT
    seconds: Seconds = TWENTY_SECONDS  # type: ignore[misc]  # of one check, not of the kind

    def limit(self) -> float:
        """A little more, so that the sandbox reaches its own limit first and can say what ran too long."""
        return self.seconds + MARGIN_SECONDS

    def obstacle(self, run: Run) -> Verdict | None:
        why = "it has no sandbox" if run.sandbox is None else run.sandbox.unavailable()
        if why:
            return not_run(f"Not run: this server cannot confine code: {why}.")
        if run.requirements is not None and (why := sandbox_of(run).packages_unavailable()):
            return not_run(f"Not run: this server has no place for the Python packages of the lab: {why}.")
        try:
            environment(run)
        except CannotBuildError as error:
            return not_run(f"Not run: the lab asks for Python packages that are not to be had: {error}.")
        return None


def files_at_top(run: Run, tip: Tip) -> LookedAt:
    """The set of a check that runs code: of a commit without files, nothing runs that is the learner's."""
    return LookedAt(len(run.repository.listing(tip.commit.tree)), "file", f"at {quoted(tip.name)}")


def sandbox_of(run: Run) -> Sandbox:
    assert run.sandbox  # noqa: S101 - `obstacle` has looked
    return run.sandbox


def environment(run: Run) -> str:
    """The environment of the lab, ready; empty where it has none."""
    return "" if run.requirements is None else sandbox_of(run).environment(run.requirements)


def job_at(run: Run, tip: Tip, seconds: float, more: Mapping[FilePath, Content] | None = None) -> Job:
    """The files of a commit in a job without a command; `more` are put over them. Raises TooLargeError."""
    contents, executable = files_at(run.repository, tip)
    contents |= {path.encode(): text.encode() for path, text in (more or {}).items()}
    return Job((), packed(contents, executable), seconds, environment=environment(run))


def run_in(run: Run, job: Job, argv: tuple[str, ...], stdin: str = "") -> Ran:
    return sandbox_of(run).run(replace(job, argv=argv, stdin=stdin.encode()))


def ended_by_limit(command: tuple[str, ...], ran: Ran, tip: Tip, seconds: float) -> Verdict | None:
    """The answer where a limit ended the command, else None."""
    memory, output = size(Limits().group_memory), size(Limits().most_output)
    time = "1 second" if seconds == 1 else f"{seconds:.3g} seconds"
    told = {
        "seconds": (f"did not end within {time}", f"an end within {time}", "still running"),
        "memory": (f"used more than {memory} of memory", f"at most {memory} of memory", "more than that"),
        "output": (f"printed more than {output}", f"at most {output} of output", "more than that"),
    }.get(ran.why)
    if told is None:
        return None
    what, expected, found = told
    why = f"{shown(command)} at {quoted(tip.name)} {what}."
    return failed(command, ran, tip, why=why, expected=expected, found=found)


def failed(command: tuple[str, ...], ran: Ran, tip: Tip, *, why: str, expected: str, found: str) -> Verdict:
    """A run that needs work, with the last lines that it printed and the command that shows it again."""
    return needs_work(
        why,
        expected=expected,
        found=found,
        fix=commands(["git", "switch", "--detach", tip.commit.id[:12]], list(command)),
        evidence=[replace(at_tip(tip), excerpt=last_lines(ran))],
    )


def last_lines(ran: Ran, most: int = 4) -> tuple[tuple[int, str], ...]:
    """The end of what was printed, as numbered lines."""
    text = ran.parts[-1].rstrip("\n")
    if not text:
        return ()
    lines = text.split("\n")
    last = ran.output.rstrip(b"\n").count(b"\n") + ran.lines_left_out + 1
    return tuple(enumerate(lines, start=last - len(lines) + 1))[-most:]


def printed(ran: Ran) -> str:
    number = _lines(ran)
    return f"{count(number, 'line')} of output" if number else "no output"


def _lines(ran: Ran) -> int:
    """Return the number of lines printed, including those not kept."""
    return ran.output.count(b"\n") + ran.lines_left_out + (ran.output[-1:] not in (b"", b"\n"))


def between(ran: Ran) -> str:
    """Return the note that not all of the output was kept."""
    return f"Only the first and the last {size(Limits().kept_output // 2)} of its output were searched."


def shown(command: tuple[str, ...]) -> str:
    return quoted(cut(shlex.join(command), 80))
