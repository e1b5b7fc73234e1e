"""The process that judges the texts of files, with its limits."""

from dataclasses import replace

import pytest

from labs.file_questions import judging
from labs.grader.one_file import read_file_checks
from labs.grader.report import Outcome
from labs.grading import apart
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
def test_a_catastrophic_pattern_is_stopped_without_a_verdict():
    [report] = judging.judge("a.txt", CATASTROPHE, ("a" * 40 + "!",))
    assert "timed out" in judging.fault_in(report)


def test_a_fault_is_tried_again_and_a_verdict_is_not(monkeypatch):
    [verdict] = [read_file_checks(QUESTION.path, QUESTION.checks).judge(SOLUTION)]
    fault = replace(verdict, results=[replace(verdict.results[0], outcome=Outcome.FAULT)])
    answers = [fault, verdict]
    monkeypatch.setattr(apart, "ask", lambda *asked, **more: {"reports": [answers.pop(0).to_json()]})
    outcomes = [judging.judge("a.yml", "fault", ("text",))[0].results[0].outcome for _ in range(3)]
    assert outcomes == [Outcome.FAULT, Outcome.PASSED, Outcome.PASSED]
