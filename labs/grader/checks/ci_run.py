"""`ci_run: {workflow: ci.yml, at: main}` - GitHub's own run of this workflow for this commit succeeded.

`workflow` is a file in `.github/workflows`, or the `name` in it. `event` limits the runs, for example to `push`; by
default those of any event but `schedule` count. If there are several runs, the newest counts; if it was re-run, its
latest attempt. Runs of forks never count.

The commit is read first. If it has no such workflow, or its push cannot start it (the events, branches and paths in
`on`, `[skip ci]` in the message), the check needs work at once. Otherwise it is not run until GitHub's run is
completed; then the submission is graded again automatically. The repository must be connected on the lab page:
`labcheck` cannot ask GitHub.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..findings import LookedAt
from ..git.repository import Repository, Tip, TooLargeError
from ..git.revision import Unresolved, resolve
from ..github_facts import RunsOfCommit, Wanted, WorkflowRun, latest_attempts, when_asked
from ..parameters import MAIN_COMMIT, Revision, did_you_mean
from ..words import count, listed, quoted
from ..workflows.names import EVENTS
from ._shared.asking import ask_or_answer, wait_for_answer
from ._shared.base import Kind, Run, Verdict, needs_work, passed
from ._shared.named_refs import commit_or_answer
from ._shared.shell import commands
from ._shared.workflow_starts import ENDINGS, Startable, startable_or_answer, workflow_path
from .commits import add_commits, commit_evidence

_SKIPS = re.compile(r"\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]")
_SKIP_TRAILER = re.compile(r"\n\s*\nskip-checks: ?true\s*$")
_BY_ITSELF = ("schedule",)  # no push causes these: such a run must not change a verdict weeks later
_STATES = {
    "queued": "is queued",
    "requested": "was requested",
    "waiting": "waits for a deployment rule",
    "pending": "is pending",
    "in_progress": "is in progress",
}
_CONCLUSIONS = {
    "failure": ("failed", "log"),
    "timed_out": ("timed out", "log"),
    "startup_failure": ("could not start: GitHub rejected the workflow or something that it uses", "page"),
    "action_required": ("needs approval", "approve"),
    "cancelled": ("was cancelled", "again"),
    "skipped": ("was skipped: no job ran, because every `if` was false", "page"),
    "neutral": ("ended as neutral, which is neither success nor failure", "page"),
    "stale": ("was marked as stale by GitHub", "again"),
}


@dataclass(frozen=True)
class CiRunCheck(Kind):
    kind = "ci_run"
    about = "GitHub"
    events = ("push", "workflow_run")

    workflow: str
    at: Revision = MAIN_COMMIT
    event: str | None = None

    def problems(self) -> Iterator[tuple[str, str]]:
        if self.event is not None and self.event not in EVENTS:
            hint = did_you_mean(self.event, sorted(EVENTS))
            yield "event", f"{quoted(self.event)} is not a GitHub Actions event. {hint}".rstrip()
        if self.workflow.endswith(ENDINGS) and "/" in self.workflow:
            folder = self.workflow.rpartition("/")[0]
            if folder != ".github/workflows":
                yield "workflow", "GitHub runs only files directly in `.github/workflows`"

    def wants(self, repository: Repository) -> Wanted:
        try:
            found = resolve(repository, self.at)
        except TooLargeError:  # the check says so
            return Wanted()
        return Wanted() if isinstance(found, Unresolved) else Wanted(commits=(found.commit.id,))

    def check(self, run: Run) -> Verdict:
        tip = commit_or_answer(run, self.at)
        known = run.github.of_commit(tip.commit.id) if run.github and isinstance(tip, Tip) else None
        counted = self._counted(known, by_file=self.workflow.endswith(ENDINGS)) if known else ()
        if isinstance(tip, Tip) and known and counted:
            return self._judge(tip, known, counted[0])
        startable = startable_or_answer(run, self.workflow, self.at)
        if isinstance(startable, Verdict):
            return startable
        skipped = _skipped(run, startable.tip)
        return skipped or ask_or_answer(run, "its run") or self._waiting(startable, known)

    def _counted(self, known: RunsOfCommit, *, by_file: bool) -> tuple[WorkflowRun, ...]:
        return tuple(
            found
            for found in latest_attempts(known.runs)
            if found.commit == known.commit
            and not found.is_from_fork
            and (found.path == workflow_path(self.workflow) if by_file else found.name == self.workflow)
            and (found.event == self.event if self.event else found.event not in _BY_ITSELF)
        )

    def _judge(self, tip: Tip, known: RunsOfCommit, found: WorkflowRun) -> Verdict:
        seen = f"{_named(found)} for {_commit(tip)}, started by {quoted(found.event)}"
        evidence = commit_evidence(tip, tip.commit)
        when = when_asked(known.asked_at)
        if not found.is_completed:
            state = _STATES.get(found.status, f"has the status {quoted(found.status)}")
            return _wait(f"{seen}, {state} ({when}).", known)
        if found.conclusion == "success":
            return replace(
                passed(f"{seen}, succeeded ({when}).", evidence, looked_at=LookedAt(1, "workflow run")),
                found="success",
            )
        words, way = _CONCLUSIONS.get(found.conclusion, (f"ended as {quoted(found.conclusion)}", "page"))
        return needs_work(
            f"{seen}, {words} ({when}).",
            expected="a run that succeeded",
            found=found.conclusion.replace("_", " ") or "no conclusion",
            fix=_fix(found, way),
            evidence=[evidence],
        )

    def _waiting(self, startable: Startable, known: RunsOfCommit | None) -> Verdict:
        where = _commit(startable.tip)
        if known is None or (known.asked_at is None and not known.unknown):
            return _wait(f"There is no answer from GitHub about {where} yet.", known)
        if known.unknown:
            asked = when_asked(known.asked_at)
            return _wait(f"GitHub did not say which runs {where} has: {known.unknown} ({asked}).", known)
        others = _others(known)
        listing = (
            f"GitHub lists no run of {quoted(self.workflow)} for {where} yet ({when_asked(known.asked_at)})."
        )
        advice = "If this does not change, open the Actions tab: workflows may be disabled there."
        return _wait(" ".join(filter(None, (listing, others, startable.remark, advice))), known)


def _skipped(run: Run, tip: Tip) -> Verdict | None:
    message = tip.commit.message
    found = _SKIPS.search(message) or _SKIP_TRAILER.search(message)
    if not found:
        return None
    return needs_work(
        f"GitHub starts no workflow for commit {tip.commit.id[:7]}, because its message has "
        f"{quoted(found[0].strip())}.",
        expected="a latest commit that does not skip workflows",
        found=f"{tip.commit.id[:7]} {quoted(tip.commit.subject)}",
        fix=add_commits(run, tip),
        evidence=[commit_evidence(tip, tip.commit)],
    )


def _wait(why: str, known: RunsOfCommit | None) -> Verdict:
    return wait_for_answer("GitHub’s run", why, known)


def _commit(tip: Tip) -> str:
    return f"commit {tip.commit.id[:7]} {tip.where}"


def _named(found: WorkflowRun) -> str:
    attempt = f", attempt {found.attempt}" if found.attempt > 1 else ""
    return f"Run {found.id} of {quoted(found.name or found.path)}{attempt}"


def _others(known: RunsOfCommit) -> str:
    latest = latest_attempts(known.runs)
    forks = sum(found.is_from_fork for found in latest)
    names = dict.fromkeys(quoted(found.path) for found in latest if not found.is_from_fork)
    parts = [f"It lists runs of {listed(names)}."] if names else []
    if forks:
        parts.append(f"{count(forks, 'run')} of a fork {'does' if forks == 1 else 'do'} not count.")
    return " ".join(parts)


def _fix(found: WorkflowRun, way: str) -> str:
    number = str(found.id)
    look = commands(["gh", "run", "view", number, *(["--log-failed"] if way == "log" else [])])
    if way == "again":
        return commands(["gh", "run", "rerun", number])
    if way == "approve":
        return f"Open the run on GitHub and approve it, or ask somebody who may.\n\n{look}"
    return f"{look}\n\nFix the errors in the run, commit and push. On GitHub, the run is in the Actions tab."
