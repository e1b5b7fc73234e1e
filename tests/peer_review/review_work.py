"""A lab with a peer review of 20 points beside 100 of its checks, and graded works for it."""

from labs.grader.spec import load_spec
from labs.models import Lab
from tests.factories import LAB_SOURCE, make_lab

REVIEW = """\
review:
  works: 2
  deadline: 7 days 23:59
  criteria:
    - id: prose
      says: The README says what the project is for
      points: 12
    - id: names
      says: Names say what things are
      levels:
        - {says: All do, points: 8}
        - {says: Some do, points: 4}
        - {says: None does, points: 0}
"""
MUST = REVIEW.replace("  criteria:", "  must_review: true\n  criteria:")


def with_review(review: str = REVIEW) -> str:
    return LAB_SOURCE.replace("scenarios:", f"{review}scenarios:")


def make_review_lab(course=None, review: str = REVIEW, **fields) -> Lab:
    source = with_review(review)
    lab, spec = make_lab(course, source=source, **fields), load_spec(source)
    lab.current.max_points, lab.current.rubric_points = spec.max_points, spec.rubric_points
    lab.current.review_works = spec.review.works if spec.review else 0
    lab.current.save()
    return lab
