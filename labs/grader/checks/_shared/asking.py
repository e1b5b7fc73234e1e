"""The verdicts if GitHub cannot be asked: on a learner's machine, or for a repository that is not connected."""

from .base import Run, Verdict, not_run


def ask_or_answer(run: Run, what: str) -> Verdict | None:
    """Return the verdict if GitHub cannot be asked; `what` is the subject, such as "GitHub's run"."""
    if run.github is None:
        return not_run(
            f"Not run: {what} is known to the portal only, because labcheck does not ask GitHub. Push, and see the "
            "result on the lab page."
        )
    return not_run(f"Not run: {run.github.obstacle}") if run.github.obstacle else None
