"""The verdicts if GitHub cannot be asked, such as about a repository that is not connected, or has not answered."""

from ...github_facts import PullRequests, RunsOfCommit
from .base import Run, Verdict, not_run

_GIVEN_UP = (
    "The portal asked several times and no longer asks by itself. To ask again, open the lab page, follow the link of "
    "the connected repository, and choose “Ask GitHub again”."
)


def ask_or_answer(run: Run, what: str) -> Verdict | None:
    """Return the verdict if GitHub cannot be asked; `what` completes "asked about"."""
    if run.github is None:
        return not_run(
            f"Not run: GitHub was not asked about {what}. The portal asks it about each submission from a connected "
            "repository."
        )
    return not_run(f"Not run: {run.github.obstacle}") if run.github.obstacle else None


def wait_for_answer(what: str, why: str, known: RunsOfCommit | PullRequests | None) -> Verdict:
    """Return the verdict while GitHub's answer is missing; `what` completes "Waiting for"."""
    if known and known.is_given_up:
        return not_run(f"Not known: {what}. {why} {_GIVEN_UP}")
    return not_run(f"Waiting for {what}. {why}")
