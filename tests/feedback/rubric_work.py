"""A lab with a rubric of 20 points beside 100 of its checks, and graded submissions for it."""

from dataclasses import replace
from decimal import Decimal

from labs.grader.spec import load_spec
from labs.grading import lifecycle
from labs.models import Lab, Submission
from tests.factories import LAB_SOURCE, make_lab, make_submission
from tests.reports import make_engine_report

RUBRIC = """\
rubric:
  - id: prose
    says: The README says what the project is for
    points: 12
  - id: history
    says: Commit messages say why
    levels:
      - {says: Most of them do, points: 8}
      - {says: Some do, points: 3}
      - {says: None does, points: 0}
"""
SOURCE = LAB_SOURCE.replace("scenarios:", f"{RUBRIC}scenarios:")


def make_rubric_lab(course=None, source: str = SOURCE, **fields) -> Lab:
    lab = make_lab(course, source=source, **fields)
    spec = load_spec(source)
    lab.current.max_points, lab.current.rubric_points = spec.max_points, spec.rubric_points
    lab.current.save()
    return lab


def graded(learner, lab, points: int, **fields) -> Submission:
    """A submission whose checks earned these points of 100."""
    submission = make_submission(learner, lab, **fields)
    grade(submission, points)
    return submission


def grade(submission: Submission, points: int) -> None:
    lifecycle.requeue(submission)
    claim = next(iter(filter(None, [lifecycle._claim(Submission.objects.get(pk=submission.pk))])))
    lifecycle.start_checking(claim)
    report = make_engine_report(readme="passed", rest="needs_work")
    earned, rest = report.results
    results = (
        replace(earned, points=Decimal(points), earned=Decimal(points)),
        replace(rest, points=Decimal(100 - points)),
    )
    version = submission.lab.current
    report = replace(report, results=results, rubric_points=version.rubric_points)
    assert lifecycle.finish(claim, report, version)
    submission.refresh_from_db()
