"""One result in a regrade: compare it before and after, store both, and notify the learner. For quizzes and labs."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lessons.grade_changes import Kind, record_grade_change
from lessons.models import Enrollment
from lessons.models.regrade import Move, Regrade, RegradeState
from lessons.points import show_points
from portal.accounts.models import User
from portal.notices.actions import notify

MAX_REASONS = 12


@dataclass(frozen=True)
class Result:
    """Points of one result, and if it passed."""

    points: Decimal
    out_of: Decimal
    passed: bool

    @property
    def share(self) -> Fraction:
        return Fraction(self.points) / Fraction(self.out_of) if self.out_of else Fraction(0)

    def __str__(self) -> str:
        return f"{show_points(self.points)} of {show_points(self.out_of)}"


def way_between(old: Result, new: Result) -> Move.Way:
    """Compare by the share of the points, then by passing: a lower total is no loss if questions were dropped."""
    before, after = (old.share, old.passed), (new.share, new.passed)
    return Move.Way.SAME if before == after else Move.Way.UP if after > before else Move.Way.DOWN


def fields_before(old: Result) -> dict[str, Any]:  # Any: values of fields
    return {"old_points": old.points, "old_max": old.out_of, "old_passed": old.passed}


def fields_of_move(old: Result, new: Result) -> dict[str, Any]:  # Any: values of fields
    after = {"new_points": new.points, "new_max": new.out_of, "new_passed": new.passed}
    return {**fields_before(old), **after, "way": way_between(old, new)}


def first_reasons(reasons: list[str]) -> list[str]:
    """Return at most MAX_REASONS, and a line for the number of the others."""
    more = len(reasons) - MAX_REASONS
    return [*reasons[:MAX_REASONS], *([f"And {more} more."] if more > 0 else [])]


def record_move(
    learner: Enrollment, regrade: Regrade, old: Result, new: Result, *, item: str, title: str, by: User | None
) -> None:
    """Record the changes of a regrade, or of its undoing."""
    is_undone = regrade.state == RegradeState.UNDOING
    record_grade_change(
        kind=Kind.REGRADE,
        enrollment=learner,
        item=item,
        title=title,
        old=old.points,
        new=new.points,
        out_of=new.out_of,
        why=f"The regrade was undone: {regrade.reason}" if is_undone else regrade.reason,
        by=by,
    )


def notify_learner(
    learner: Enrollment, regrade: Regrade, old: Result, new: Result, *, name: str, link: str
) -> None:
    """Send a notice about a result that the regrade changed or put back. Learners who left the course get none."""
    if old == new or not learner.is_active:
        return
    event = "The regrade was undone" if regrade.state == RegradeState.UNDOING else "Regraded"
    text = f"{event}: {name}, {old} → {new} points. Reason: {regrade.reason}"
    notify(user=learner.user, kind="regrade", text=text, link=link)
