"""The form that changes one score, on the gradebook, on a learner's page and on a page of its own."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone

from lessons.models import Enrollment
from lessons.points import show_exactly
from portal.progress.gradebook.actions import MAX_REASON, UNDO_TIME
from portal.progress.gradebook.cells import BookItem, Cell, read_cell
from portal.progress.inquiries.things import score_key


# Any: a context
def score_form(
    enrollment: Enrollment,
    item: BookItem,
    *,
    name: str,
    back: str,
    typed: Mapping[str, Any] | None = None,
    **errors: str,
) -> dict[str, Any]:
    """Return the context of `gradebook/_score.html`. `errors` are by field, and `meanwhile`."""
    cell = read_cell(enrollment, item)
    course, cohort = enrollment.course, enrollment.cohort
    given = cell.given
    points = "" if cell.points is None else show_exactly(cell.points)
    return {
        "name": name,
        "item": item,
        "cell": cell,
        "out_of": show_exactly(item.max_points),
        "points": typed.get("points", "") if typed else points,
        "reason": typed.get("reason", "") if typed else given.reason if given else "",
        "now": points or "no score",
        "graded": "nothing yet" if cell.graded is None else show_exactly(cell.graded),
        "graded_out_of": show_exactly(cell.graded_out_of),
        "errors": errors,
        "may_undo": cell.override is not None and timezone.now() < cell.override.at + UNDO_TIME,
        "max_reason": MAX_REASON,
        "action": reverse("gradebook_score", args=[course.slug, cohort.slug, enrollment.pk, item.key]),
        "back": back,
        "evidence": _evidence(cell, enrollment),
        "regrade": reverse(f"{item.kind}_regrades", args=[course.slug, item.slug]),
        "learner": enrollment,
        "about": score_key(item.key, enrollment.pk),
    }


def _evidence(cell: Cell, enrollment: Enrollment) -> str:
    if not cell.result:
        return ""
    if cell.item.kind == "lab":
        return reverse("submission", args=[cell.result])
    return reverse(
        "attempt_of", args=[enrollment.course.slug, cell.item.slug, int(cell.result), enrollment.pk]
    )
