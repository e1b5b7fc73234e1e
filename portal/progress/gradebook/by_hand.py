"""The scores that staff gave a learner by hand, as the learner sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from lessons.models import Enrollment
from lessons.points import show_points
from portal.progress.gradebook.cells import TRIES, BookItem, Graded, read_graded, read_items, scale
from portal.progress.inquiries.things import score_key
from portal.progress.models import ExternalMark, Override

MAX_SHOWN = 50


@dataclass(frozen=True)
class GivenScore:
    """`graded` is the score that it replaces, "" before the first result; `about` is the key to ask about it."""

    title: str
    url: str
    points: str
    out_of: str
    graded: str
    override: Override
    about: str


# Any: a context
def given_score(enrollment: Enrollment, kind: str, key: int) -> dict[str, Any]:
    """Return the score, and the key to ask about it, also if the graded score counts again by now."""
    rows = Override.objects.filter(enrollment=enrollment, is_public=True, **{kind: key})
    found = list(rows.select_related("by")[:1])
    given = _describe(enrollment, [row for row in found if row.points is not None])
    about = score_key(found[0].item, enrollment.pk) if found else ""
    return {"given": next(iter(given), None), "about": about}


# Any: a context
def given_scores(enrollment: Enrollment) -> dict[str, Any]:
    """Return the scores and the external marks, in a fixed number of queries."""
    marks = ExternalMark.objects.filter(enrollment=enrollment).order_by("title", "pk")[:MAX_SHOWN]
    given = _describe(enrollment, list(_released(enrollment)[:MAX_SHOWN]))
    return {"given": given, "external": list(marks)}


def _released(enrollment: Enrollment) -> QuerySet[Override]:
    rows = Override.objects.filter(enrollment=enrollment, is_public=True, points__isnull=False)
    return rows.select_related("by")


def _describe(enrollment: Enrollment, rows: list[Override]) -> list[GivenScore]:
    items: dict[str, BookItem] = {}
    for kind in TRIES:
        keys = [key for row in rows if (key := getattr(row, f"{kind}_id"))]
        items |= {each.key: each for each in read_items(enrollment.course, kind, keys)} if keys else {}
    graded = read_graded(enrollment, items.values())
    # A deleted item is left out.
    return [_given(enrollment, row, items[row.item], graded) for row in rows if row.item in items]


def _given(enrollment: Enrollment, row: Override, item: BookItem, graded: Mapping[str, Graded]) -> GivenScore:
    points, out_of, _ = graded.get(item.key, (None, item.max_points, ""))
    return GivenScore(
        item.title,
        reverse(item.kind, args=[enrollment.course.slug, item.slug]),
        show_points(scale(row.points or Decimal(0), row.out_of, item.max_points)),
        show_points(item.max_points),
        "" if points is None else f"{show_points(points)} of {show_points(out_of)}",
        row,
        score_key(row.item, enrollment.pk),
    )
