"""Points of a rubric beside those of the checks: waiting, counted, late, regraded and ranked."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from labs.grading import counting
from labs.models import Feedback, Lab, LabDeadline, Submission
from labs.pages.steps import waits_for_person
from labs.queries import best_submission, history
from tests.factories import make_learner
from tests.feedback.rubric_work import RUBRIC, grade, graded, make_rubric_lab

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner():
    return make_learner()


@pytest.fixture
def lab(learner):
    return make_rubric_lab(learner.course)


def release(submission, **marks: str) -> None:
    Feedback.objects.update_or_create(
        submission=submission,
        defaults={
            "lab_version": submission.lab.current,
            "marks": marks,
            "released": marks,
            "released_at": timezone.now(),
        },
    )
    counting.recount(submission.enrollment_id)
    submission.refresh_from_db()


def test_points_of_the_rubric_wait_until_they_are_given_and_never_lower_those_of_the_checks(learner, lab):
    submission = graded(learner, lab, 80)
    best = best_submission(learner, lab)
    assert (best.points, best.max_points, best.passed) == (80, 120, False)
    assert (submission.rubric_waiting, waits_for_person(submission, best)) == (20, False)
    release(submission, prose="0")
    assert (best_submission(learner, lab).points, submission.rubric_waiting) == (80, 8)
    release(submission, prose="7.5", history="3")
    best = best_submission(learner, lab)
    assert (best.points, best.passed, submission.rubric_waiting) == (Decimal("90.5"), True, 0)
    assert history(learner, lab).get().points == Decimal("90.5")


def test_only_missing_points_of_a_person_make_a_submission_wait(learner, lab):
    lab.current.pass_mark = 90
    lab.current.save()
    submission = graded(learner, lab, 100)
    Submission.objects.filter(pk=submission.pk).update(rubric_passed=False)
    assert waits_for_person(submission, best_submission(learner, lab))


def test_regrade_of_the_checks_keeps_the_marks(learner, lab):
    submission = graded(learner, lab, 80)
    release(submission, prose="12", history="8")
    grade(submission, 60)
    assert best_submission(learner, lab).points == 80
    assert Feedback.objects.get().released == {"prose": "12", "history": "8"}


def test_marks_count_for_the_submission_they_were_given_for(learner, lab):
    marked = graded(learner, lab, 80)
    release(marked, prose="12", history="8")
    newer = graded(learner, lab, 90)
    assert best_submission(learner, lab).pk == marked.pk
    release(newer, prose="12", history="8")
    best = best_submission(learner, lab)
    assert (best.pk, best.points) == (newer.pk, 110)


def test_late_submission_loses_its_share_of_the_points_of_the_rubric(learner, lab):
    lab.late, lab.late_percent = Lab.Late.REDUCE, 10
    lab.save()
    LabDeadline.objects.create(lab=lab, cohort=learner.cohort, closes_at=timezone.now() - timedelta(hours=1))
    submission = graded(learner, lab, 80)
    assert best_submission(learner, lab).points == 72
    release(submission, prose="12", history="8")
    assert (submission.late_points, submission.late_passed) == (90, True)
    LabDeadline.objects.all().delete()
    counting.recount(learner.pk)
    assert best_submission(learner, lab).points == 100


def test_changed_rubric_counts_the_marks_of_criteria_that_stay(learner, lab):
    submission = graded(learner, lab, 80)
    release(submission, prose="12", history="8")
    changed = lab.source.replace(RUBRIC, "rubric:\n  - {id: prose, says: Prose, points: 10}\n")
    version = lab.current
    version.pk, version.source, version.digest, version.max_points, version.rubric_points = (
        None,
        changed,
        "d",
        110,
        10,
    )
    version.save()
    lab.current = version
    lab.save()
    submission.lab = lab
    grade(submission, 80)
    best = best_submission(learner, lab)
    assert (best.points, best.max_points) == (90, 110)
