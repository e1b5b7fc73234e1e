"""The rule for which try counts, shared by quiz attempts and lab submissions."""

from typing import Any

from django.db.models import F, FloatField, QuerySet, Window
from django.db.models.functions import Cast, NullIf, Round, RowNumber


# Any: attempts or submissions
def rank(tries: QuerySet[Any], *, per: str, points: str, max_points: str) -> QuerySet[Any]:
    """Annotate each try with `best_rank`: 1 for the one that counts, for each learner and `per`.

    That is the one with the highest `share` of the points of its own version, from 0 to 1. Ties go
    to the earliest.
    """
    shares = tries.annotate(share=_hundredths(points) / NullIf(_hundredths(max_points), 0.0))
    place = Window(
        RowNumber(),
        partition_by=["enrollment", per],
        order_by=[F("share").desc(nulls_last=True), F("number").asc()],
    )
    ranked: QuerySet[Any] = shares.annotate(best_rank=place)
    return ranked


def _hundredths(points: str) -> Any:
    # Whole numbers, so that equal shares compare equal: 2.1 / 3 as floats is not 0.7.
    return Cast(Round(F(points) * 100), FloatField())
