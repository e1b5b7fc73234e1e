"""One score of one learner: the graded points, and those that staff gave in their place."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Q
from django.http import Http404

from labs.models import Lab, Submission
from lessons.models import Attempt, Course, Enrollment, Quiz
from lessons.points import show_exactly
from lessons.queries import MAX_KEY
from portal.progress.models import Override

CENT = Decimal("0.01")


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
    rows: Any = {"quiz": Quiz.objects, "lab": Lab.objects}.get(kind)
    found = (
        rows
        and rows.filter(course=course, pk=int(number), current__isnull=False)
        .select_related("current")
        .first()
    )
    if not found:
        raise Http404
    return BookItem(kind, found.pk, str(found), found.slug, found.current.max_points)


def read_cell(enrollment: Enrollment, item: BookItem) -> Cell:
    """Read one score, in two queries."""
    named = {item.kind: item.pk, "enrollment": enrollment}
    rows = Override.objects.filter(Q(is_current=True) | Q(is_public=True), **named).select_related("by")
    overrides = list(rows)
    current = next((row for row in overrides if row.is_current), None)
    public = next((row for row in overrides if row.is_public), None)
    tries: Any = Attempt.objects if item.kind == "quiz" else Submission.objects  # Any: one of two models
    columns = ("points", "worth", "number") if item.kind == "quiz" else ("points", "max_points", "public_id")
    best = tries.filter(**named).best().values_list(*columns).first()
    points, out_of, name = best or (None, item.max_points, "")
    return Cell(item, points, out_of, current, public, str(name))
