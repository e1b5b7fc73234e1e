"""Two reports at the same moment never spend the same late day, on both databases, with real transactions."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from labs.grading import counting
from labs.models import Lab, LabDeadline, LabExtension, Receipt, Submission
from lessons.models import Course
from tests.factories import make_lab, make_learner, make_report, make_submission
from tests.servers import in_threads

pytestmark = pytest.mark.heavy

LABS, BANK = 6, 2
HOUR = timedelta(hours=1)


def test_bank_of_late_days_is_never_overdrawn(database):
    learner = make_learner()
    Course.objects.filter(pk=learner.course_id).update(late_days=BANK)
    due = timezone.now() - 5 * HOUR
    submissions = []
    for hours in range(LABS):
        lab = make_lab(learner.course)
        LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=due)
        submissions.append(make_submission(learner, lab))
        received_at = due + HOUR * (hours + 1) / 2
        Receipt.objects.filter(pk=submissions[-1].receipt_id).update(received_at=received_at)

    def act(number: int) -> None:
        make_report(submissions[number], {"results": []}, points=Decimal(80), max_points=100)
        counting.recount(learner.pk)

    in_threads(database, act, LABS)
    spent = Submission.objects.order_by("receipt__received_at").values_list("late_days", flat=True)
    assert list(spent) == [1] * BANK + [0] * (LABS - BANK)


def test_an_extension_and_a_report_at_the_same_moment_agree(database):
    learner = make_learner()
    lab = make_lab(learner.course)
    due = timezone.now() - 5 * HOUR
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=due)
    submission = make_submission(learner, lab)

    def act(number: int) -> None:
        if number:
            LabExtension.objects.create(enrollment=learner, lab=lab, until=due + 9 * HOUR, reason="Illness.")
            return
        make_report(submission, {"results": []}, points=Decimal(80), max_points=100)
        counting.recount(learner.pk)

    in_threads(database, act, 2)
    assert Lab.objects.get().submissions.get().late_points is None
