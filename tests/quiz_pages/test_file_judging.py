"""The process that judges the texts of files, with its limits."""

import pytest

from labs.file_questions import judging
from tests.quiz_pages.test_file_questions import PARTLY, QUESTION, SOLUTION


@pytest.mark.heavy
def test_texts_are_judged_in_a_process_of_its_own():
    right, partly = judging.judge(QUESTION.path, QUESTION.checks, (SOLUTION, PARTLY))
    assert (right.points, partly.points) == (3, 1)


CATASTROPHE = """\
- id: bad
  says: it matches
  file: {path: a.txt, matches: '^(a+)+$'}
  points: 1
"""


@pytest.mark.heavy
def test_a_catastrophic_pattern_is_stopped_and_is_no_verdict():
    [report] = judging.judge("a.txt", CATASTROPHE, ("a" * 40 + "!",))
    assert "timed out" in judging.fault_in(report)
