"""Record the points that peer reviews give a work in the history of grades."""

from collections import defaultdict
from decimal import Decimal

from labs.grader.rubric import NOTHING, given_points, points_of
from labs.grading.peer_marks import counted_reviews, marks_of
from labs.models import PeerReview, ReviewedWork, ReviewRound
from labs.peer_review.deadlines import review_of
from lessons.grade_changes import Kind, record_grade_change
from portal.accounts.models import User


def points_of_work(work: ReviewedWork) -> Decimal | None:
    """Return the points that the reviews of a work give now, None without a review that counts."""
    return _points(work, counted_reviews(work=work))


def _points(work: ReviewedWork, reviews: list[PeerReview]) -> Decimal | None:
    review = review_of(work.lab)
    return given_points(review.criteria, marks_of(reviews, review)) if review and reviews else None


def record_round(round: ReviewRound) -> None:
    """Record the points of all works of a round that is closed now."""
    found: dict[int, list[PeerReview]] = defaultdict(list)
    for review in counted_reviews(work__round=round):
        found[review.work_id].append(review)
    for work in round.works.filter(pk__in=found).select_related("enrollment"):
        work.lab = round.lab
        _record(work, None, _points(work, found[work.pk]), None, "")


def record_result(work: ReviewedWork, before: Decimal | None, by: User | None = None, why: str = "") -> None:
    """Record a change of the points of a work since `before`. Nothing is recorded if they are the same."""
    _record(work, before, points_of_work(work), by, why)


def _record(
    work: ReviewedWork, before: Decimal | None, now: Decimal | None, by: User | None, why: str
) -> None:
    review = review_of(work.lab)
    record_grade_change(
        kind=Kind.MARKING,
        enrollment=work.enrollment,
        item=f"lab:{work.lab_id}",
        title=f"{work.lab}, peer review",
        old=before,
        new=now,
        out_of=points_of(review.criteria) if review else NOTHING,
        why=why or "Median of the reviews",
        by=by,
    )
