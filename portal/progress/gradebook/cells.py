"""One score of one learner: the graded points, and those that staff gave in their place."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Q
from django.http import Http404

from labs.models import Lab, Submission
from lessons.models import Attempt, Course, Enrollment, Quiz
from lessons.points import CENT, show_exactly
from lessons.queries import MAX_KEY
from portal.progress.models import Override

Graded = tuple[Decimal | None, Decimal, str]  # points, their maximum, and `Cell.result`
# Any: one of two models, then its columns
TRIES: dict[str, tuple[Any, str, str, str]] = {
    "quiz": (Attempt, "points", "worth", "number"),
    "lab": (Submission, "points", "max_points", "public_id"),
}


@dataclass(frozen=True)
class BookItem:
    """A quiz or lab of the gradebook. `key` is such as "lab:12"."""

    kind: str
    pk: int
    title: str
    slug: str
    max_points: Decimal

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.pk}"


@dataclass(frozen=True)
class Cell:
    """A learner's score for an item. `graded` are points of `graded_out_of`, None before the first result."""

    item: BookItem
    graded: Decimal | None
    graded_out_of: Decimal
    override: Override | None  # the current row
    public: Override | None = None  # the row that the learner sees
    result: str = ""  # the number of the attempt or the public ID of the submission that counts

    @property
    def given(self) -> Override | None:
        """The override that counts."""
        return self.override if self.override and self.override.points is not None else None

    @property
    def points(self) -> Decimal | None:
        """The points that count, of `item.max_points`."""
        return self._points_with(self.override)

    @property
    def public_points(self) -> Decimal | None:
        """The points that the learner sees."""
        return self._points_with(self.public)

    def _points_with(self, row: Override | None) -> Decimal | None:
        if row is not None and row.points is not None:
            return scale(row.points, row.out_of, self.item.max_points)
        return None if self.graded is None else scale(self.graded, self.graded_out_of, self.item.max_points)

    @property
    def seen(self) -> str:
        """A token of this state, for a form to carry: the override and the graded points."""
        graded = "" if self.graded is None else show_exactly(self.graded)
        return f"{self.override.pk if self.override else 0}-{graded}"


def scale(points: Decimal, out_of: Decimal, to: Decimal) -> Decimal:
    if not out_of or out_of == to:
        return points
    return (points * to / out_of).quantize(CENT, ROUND_HALF_UP)


def get_item(course: Course, key: str) -> BookItem:
    """Return a quiz or lab of the course by its key. Raises Http404."""
    kind, _, number = key.partition(":")
    if not number.isdecimal() or not number.isascii() or len(number) > 18 or int(number) > MAX_KEY:
        raise Http404
    found = read_items(course, kind, [int(number)]) if kind in TRIES else []
    if not found:
        raise Http404
    return found[0]


def read_items(course: Course, kind: str, keys: Collection[int]) -> list[BookItem]:
    """Return those of the quizzes or labs that the course has."""
    model: Any = Quiz if kind == "quiz" else Lab  # Any: one of two models
    rows = model.objects.filter(course=course, pk__in=keys, current__isnull=False).select_related("current")
    return [BookItem(kind, each.pk, str(each), each.slug, each.current.max_points) for each in rows]


def read_cell(enrollment: Enrollment, item: BookItem) -> Cell:
    """Read one score, in two queries."""
    named = {item.kind: item.pk, "enrollment": enrollment}
    rows = Override.objects.filter(Q(is_current=True) | Q(is_public=True), **named).select_related("by")
    overrides = list(rows)
    current = next((row for row in overrides if row.is_current), None)
    public = next((row for row in overrides if row.is_public), None)
    points, out_of, name = read_graded(enrollment, [item]).get(item.key, (None, item.max_points, ""))
    return Cell(item, points, out_of, current, public, name)


def read_graded(enrollment: Enrollment, items: Collection[BookItem]) -> dict[str, Graded]:
    """Return the graded results of a learner by key of the item, in a query for each kind."""
    found: dict[str, Graded] = {}
    for kind, (model, *columns) in TRIES.items():
        keys = [item.pk for item in items if item.kind == kind]
        own = (
            model.objects.of_learners([enrollment.pk])
            if kind == "lab"
            else model.objects.filter(enrollment=enrollment)
        )
        rows = own.filter(**{f"{kind}__in": keys}).best() if keys else None
        for pk, points, out_of, name in rows.values_list(kind, *columns) if rows is not None else ():
            found[f"{kind}:{pk}"] = points, out_of, str(name)
    return found
