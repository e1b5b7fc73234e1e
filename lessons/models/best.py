"""The rule for which try counts, shared by quiz attempts and lab submissions."""

from typing import Any

from django.db.models import Case, F, FloatField, QuerySet, When, Window
from django.db.models.functions import Cast, NullIf, Round, RowNumber


# Any: attempts or submissions
def rank(tries: QuerySet[Any], *, per: str, points: str, max_points: str, counts: str = "") -> QuerySet[Any]:
    """Annotate each try with `best_rank`: 1 for the one that counts, for each learner and `per`.

    That is the one with the highest `share` of the points of its own version, from 0 to 1. Ties go
    to the earliest. `counts` is a field that says "last" or "first" for those of which another counts;
    such tries have `submitted_at`.
    """
    shares = tries.annotate(share=_hundredths(points) / NullIf(_hundredths(max_points), 0.0))
    place = Window(
        RowNumber(),
        partition_by=["enrollment", per],
        order_by=[*_order(counts), F("number").asc()],
    )
    ranked: QuerySet[Any] = shares.annotate(best_rank=place)
    return ranked


def _order(counts: str) -> list[Any]:
    share = F("share").desc(nulls_last=True)
    if not counts:
        return [share]
    last = Case(When(**{counts: "last"}, then=F("number")))
    best = Case(When(**{counts: "best"}, then=F("share")), output_field=FloatField())
    is_open = Case(When(submitted_at=None, then=1), default=0)
    return [is_open.asc(), last.desc(nulls_last=True), best.desc(nulls_last=True)]


def _hundredths(points: str) -> Any:
    # Whole numbers, so that equal shares compare equal: 2.1 / 3 as floats is not 0.7.
    return Cast(Round(F(points) * 100), FloatField())
