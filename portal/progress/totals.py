"""The points of 100 of all learners of a cohort."""

from collections.abc import Collection
from decimal import Decimal

from django.core.cache import caches

from lessons.models import Cohort, Enrollment
from portal.progress.score_queries import total_enrollments

MAX_LIVE = 200  # learners whose totals are computed at each request; those of more are kept for a minute
CACHE_SECONDS = 60


def read_totals(cohort: Cohort, keys: Collection[int]) -> dict[int, Decimal]:
    """Return the points of 100 of many learners. Those of a big cohort may be a minute old."""
    if len(keys) <= MAX_LIVE:
        learners = Enrollment.objects.filter(pk__in=keys).only("cohort", "course")
        return total_enrollments(cohort.course, learners)
    name = f"gradebook-totals-{cohort.pk}"
    totals: dict[int, Decimal] | None = caches["pages"].get(name)
    if totals is None or totals.keys() != set(keys):
        rows = Enrollment.objects.active().filter(cohort=cohort).only("cohort", "course")
        totals = total_enrollments(cohort.course, rows)
        caches["pages"].set(name, totals, CACHE_SECONDS)
    return totals
