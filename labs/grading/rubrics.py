"""Store the points of released marks with their submissions. Only `counting` calls this, under its lock."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import F, Q

from labs.grader.rubric import NOTHING, given_points, waiting_points
from labs.models import Submission
from labs.specs import parse_spec

_COLUMNS = ("rubric_points", "rubric_waiting", "rubric_passed")


def read_marks(stored: Mapping[str, str]) -> dict[str, Decimal]:
    return {criterion: Decimal(points) for criterion, points in stored.items()}


def count_marks(enrollment: int) -> set[int]:
    """Count the released marks of a learner again, and return the labs in which points changed.

    Marks are counted by the rubric that the current report of their submission has, so that a regrade keeps them.
    """
    has_rubric = Q(reports__lab_version__rubric_points__gt=0) | Q(rubric_passed__isnull=False)
    rows = Submission.objects.filter(has_rubric, enrollment=enrollment, reports__is_current=True)
    facts = rows.order_by("pk").values_list(
        *("pk", "lab", *_COLUMNS, "feedback__released", "reports__points"),
        *("reports__max_points", "reports__lab_version__pass_mark", "reports__lab_version__source"),
    )
    return {lab for pk, lab, *others in facts if _write(pk, tuple(others[:3]), _count(*others[3:]))}


# Any: values of the columns
def _count(
    released: dict[str, str] | None, checks: Decimal, out_of: Decimal, pass_mark: int, source: str
) -> tuple[Any, ...]:
    rubric, marks = parse_spec(source).rubric, read_marks(released or {})
    if not rubric:
        return NOTHING, NOTHING, None
    given = given_points(rubric, marks)
    return given, waiting_points(rubric, marks), (checks + given) * 100 >= pass_mark * out_of


def _write(pk: int, before: tuple[Any, ...], now: tuple[Any, ...]) -> bool:
    if before == now:
        return False
    values = dict(zip(_COLUMNS, now, strict=True))
    # pages that poll compare the version
    Submission.objects.filter(pk=pk).update(**values, version=F("version") + 1)
    return True
