"""Store the points of released marks and of peer reviews with their submissions. Only `counting` calls this."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F, Q

from labs.grader.review import Review
from labs.grader.rubric import NOTHING, given_points, waiting_points
from labs.grading.peer_marks import Marks, PeerMarks
from labs.models import Submission
from labs.specs import parse_spec

_COLUMNS = ("rubric_points", "rubric_waiting", "rubric_passed", "review_waiting", "reviews_owed")


class _Facts(NamedTuple):
    released: dict[str, str] | None
    checks: Decimal
    max_points: Decimal
    pass_mark: int
    source: str


def read_marks(stored: Mapping[str, str]) -> dict[str, Decimal]:
    return {criterion: Decimal(points) for criterion, points in stored.items()}


def count_marks(enrollment: int) -> set[int]:
    """Count the marks of a learner again, and return the labs in which points changed.

    Marks are counted by the rubric that the current report of their submission has, so that a regrade keeps them.
    Those of peer reviews count for all submissions of the learner for the lab. Call it under the lock of `counting`.
    """
    has_rubric = Q(reports__lab_version__rubric_points__gt=0) | Q(rubric_passed__isnull=False)
    rows = Submission.objects.filter(has_rubric, enrollment=enrollment, reports__is_current=True)
    facts = rows.order_by("pk").values_list(
        *("pk", "lab", "reports__lab_version__review_works", *_COLUMNS, "feedback__released"),
        *("reports__points", "reports__max_points"),
        *("reports__lab_version__pass_mark", "reports__lab_version__source"),
    )
    found, peers, changed = list(facts), None, set()
    if any(works for _, _, works, *_ in found):
        peers = PeerMarks(enrollment)
    for pk, lab, _, *others in found:
        before, rest = tuple(others[: len(_COLUMNS)]), _Facts(*others[len(_COLUMNS) :])
        if _write(pk, before, _count(lab, peers, rest)):
            changed.add(lab)
    return changed


# Any: values of the columns
def _count(lab: int, peers: PeerMarks | None, facts: _Facts) -> tuple[Any, ...]:
    spec, marks = parse_spec(facts.source), read_marks(facts.released or {})
    review = spec.review
    if not spec.rubric and review is None:
        return NOTHING, NOTHING, None, NOTHING, 0
    by_peers: Marks = peers.of(lab, review) if peers else {}
    given = given_points(spec.rubric, marks) + _count_review_points(review, by_peers)
    waiting = waiting_points(review.criteria, by_peers) if review else NOTHING
    passed = (facts.checks + given) * 100 >= facts.pass_mark * facts.max_points
    owed = peers.count_owed(lab, review) if peers else 0
    return given, waiting_points(spec.rubric, marks) + waiting, passed, waiting, owed


def _count_review_points(review: Review | None, marks: Marks) -> Decimal:
    return given_points(review.criteria, marks) if review else NOTHING


def _write(pk: int, before: tuple[Any, ...], now: tuple[Any, ...]) -> bool:
    if before == now:
        return False
    values = dict(zip(_COLUMNS, now, strict=True))
    # pages that poll compare the version
    Submission.objects.filter(pk=pk).update(**values, version=F("version") + 1)
    return True
