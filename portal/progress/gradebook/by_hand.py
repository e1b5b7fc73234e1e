"""The scores that staff gave a learner by hand, as the learner sees them."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.urls import reverse

from lessons.models import Enrollment
from lessons.points import show_points
from portal.progress.gradebook.cells import Cell, get_item, read_cell
from portal.progress.models import ExternalMark, Override

MAX_SHOWN = 50


@dataclass(frozen=True)
class GivenScore:
    """`graded` is the score that it replaces, "" before the first result."""

    title: str
    url: str
    points: str
    out_of: str
    graded: str
    override: Override


def given_score(enrollment: Enrollment, kind: str, key: int) -> GivenScore | None:
    rows = _released(enrollment).filter(**{kind: key}).select_related("by")
    row = rows.first()
    return _describe(enrollment, row) if row else None


# Any: a context
def given_scores(enrollment: Enrollment) -> dict[str, Any]:
    found = (_describe(enrollment, row) for row in _released(enrollment).select_related("by")[:MAX_SHOWN])
    marks = ExternalMark.objects.filter(enrollment=enrollment).order_by("title", "pk")[:MAX_SHOWN]
    return {"given": [each for each in found if each], "external": list(marks)}


def _released(enrollment: Enrollment) -> Any:  # Any: a queryset
    return Override.objects.filter(enrollment=enrollment, is_public=True, points__isnull=False)


def _describe(enrollment: Enrollment, row: Override) -> GivenScore | None:
    try:
        item = get_item(enrollment.course, row.item)
    except Http404:  # deleted
        return None
    cell = read_cell(enrollment, item)
    seen = Cell(item, cell.graded, cell.graded_out_of, row, row)
    graded = "" if cell.graded is None else f"{show_points(cell.graded)} of {show_points(cell.graded_out_of)}"
    return GivenScore(
        item.title,
        reverse(item.kind, args=[enrollment.course.slug, item.slug]),
        show_points(seen.points or 0),
        show_points(item.max_points),
        graded,
        row,
    )
