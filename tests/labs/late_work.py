"""A learner, a lab and graded work, for the tests of deadlines, outages and choices."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from labs.grading import counting
from labs.models import Lab, Receipt, Submission
from lessons.models import Enrollment
from tests.factories import make_lab, make_learner, make_lesson, make_report, make_session, make_submission


@pytest.fixture
def learner() -> Enrollment:
    return make_learner()


@pytest.fixture
def lab(learner) -> Lab:
    return make_lab(learner.course)


@pytest.fixture
def costly_lab(learner) -> Lab:
    """A lab of a lesson, in which each day late costs a tenth of the points, half of them at most."""
    lab = make_lab(learner.course)
    lab.late, lab.late_percent, lab.late_floor = Lab.Late.REDUCE, 10, 50
    lab.save()
    lesson = make_lesson(make_session(lab.course))
    lesson.lab_slugs = [lab.slug]
    lesson.save()
    return lab


def graded(
    learner: Enrollment,
    lab: Lab,
    points: int,
    received_at: datetime | None = None,
    data: dict[str, Any] | None = None,
) -> Submission:
    """A graded submission, passed from 70 of 100 points on; `data` is the JSON of the engine's report."""
    submission = make_submission(learner, lab)
    if received_at:
        Receipt.objects.filter(pk=submission.receipt_id).update(received_at=received_at)
    make_report(
        submission, data or {"results": []}, points=Decimal(points), max_points=100, passed=points >= 70
    )
    counting.recount(learner.pk)
    return Submission.objects.get(pk=submission.pk)
