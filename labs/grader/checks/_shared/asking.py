"""The verdicts if GitHub cannot be asked: on a learner's machine, or for a repository that is not connected."""

from .base import Run, Verdict, not_run


def ask_or_answer(run: Run, what: str) -> Verdict | None:
    """Return the verdict if GitHub cannot be asked; `what` completes "asked about"."""
    if run.github is None:
        return not_run(
            f"Not run: GitHub was not asked about {what}. The portal asks it about each submission from a connected "
            "repository."
        )
    return not_run(f"Not run: {run.github.obstacle}") if run.github.obstacle else None
