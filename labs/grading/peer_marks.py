"""The marks of peer reviews of a learner's work, and the reviews that a learner owes. Only `counting` uses them."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db.models import F, Q

from labs.grader.review import Review, median_marks
from labs.models import PeerReview, ReviewedWork

Marks = dict[str, Decimal]


class PeerMarks:
    """Points from the reviews of closed rounds for one learner, by lab. Three queries."""

    def __init__(self, enrollment: int) -> None:
        self._reviews: dict[int, list[PeerReview]] = defaultdict(list)
        for each in counted_reviews(work__enrollment=enrollment):
            self._reviews[each.work.lab_id].append(each)
        self._drawn, self._done = _read_own(enrollment)
        taking_part = ReviewedWork.objects.filter(enrollment=enrollment)
        self._takes_part = set(taking_part.order_by().values_list("lab", flat=True))

    def of(self, lab: int, review: Review | None) -> Marks:
        """Return the marks that count: those of staff if they reviewed, else the medians."""
        return marks_of(self._reviews[lab], review) if review else {}

    def count_owed(self, lab: int, review: Review | None) -> int:
        """Return the reviews that the learner must still submit to pass: all of them until they are drawn."""
        if review is None or not review.must_review:
            return 0
        if lab in self._takes_part:
            return self._drawn[lab]
        return max(0, review.works - self._done[lab])


# Any: lookups
def counted_reviews(**of: Any) -> list[PeerReview]:
    """Return the reviews that count: submitted, not set aside, and of a round that is closed."""
    rows = PeerReview.objects.filter(submitted_at__isnull=False, set_aside_at=None, **of)
    return list(rows.filter(work__round__closed_at__isnull=False).select_related("work").order_by("pk"))


def marks_of(reviews: list[PeerReview], review: Review) -> Marks:
    """Return the marks by reviews that count: those of staff if they reviewed, else the medians."""
    by_staff = [each for each in reviews if each.origin == PeerReview.Origin.STAFF]
    marks = [{key: Decimal(points) for key, points in each.marks.items()} for each in by_staff or reviews]
    return median_marks(review.criteria, marks)


def _read_own(enrollment: int) -> tuple[dict[int, int], dict[int, int]]:
    # by lab: drawn reviews that are not submitted, and submitted ones; works of people who left are not owed
    drawn: dict[int, int] = defaultdict(int)
    done: dict[int, int] = defaultdict(int)
    # A team passes once all its active members have submitted theirs; its work is filed under one of them.
    of_team = Q(
        reviewer__team_places__team__holder=enrollment,
        reviewer__team_places__lab=F("work__lab"),
        reviewer__is_active=True,
    )
    keys = PeerReview.objects.filter(Q(reviewer=enrollment) | of_team).order_by().values("pk")
    rows = PeerReview.objects.filter(pk__in=keys).order_by()
    columns = ("work__lab", "origin", "submitted_at", "work__enrollment__is_active")
    for lab, origin, submitted_at, is_active in rows.values_list(*columns):
        if submitted_at:
            done[lab] += 1
        elif origin == PeerReview.Origin.DRAWN and is_active:
            drawn[lab] += 1
    return drawn, done
