"""Distinguish branches of the starter that a learner merged from those that were merged in it."""

from ...git.repository import Tip
from .base import Run


def is_given(run: Run, branch: Tip, into: Tip) -> bool:
    """Return True if the branch has nothing beyond the starter's commit on which the learner went on with `into`."""
    history = run.repository.history
    given = history.ancestors_of(run.starters)
    if branch.commit.id not in given:
        return False
    base = next((commit for commit in history.first_parents(into.commit.id) if commit in given), None)
    return base is None or branch.commit.id in history.ancestors(base)


def was_moved_onto(run: Run, branch: Tip, into: Tip) -> bool:
    """Return True if the other branch was merged into this one, and `into` fast-forwarded to the result."""
    history, tip = run.repository.history, branch.commit.id
    inside, behind = history.ancestors(into.commit.id), history.ancestors(tip)
    beside = (each for each in run.starters if each in inside and each not in behind)
    merged = any(tip not in history.ancestors(each) for each in beside)
    return merged and tip in set(history.first_parents(into.commit.id))
