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
    right, partly = judging.judge(QUESTION.file_checks, (SOLUTION, PARTLY))
    assert (right.report.points, partly.report.points) == (3, 1)


CATASTROPHE = """\
- id: bad
  says: it matches
  file: {path: a.txt, matches: '^(a+)+$'}
  points: 1
- id: good
  says: it has an a
  file: {path: a.txt, contains: a}
  points: 1
"""


@pytest.mark.heavy
def test_a_catastrophic_pattern_is_stopped_and_the_texts_before_it_have_a_verdict():
    checks = read_file_checks("a.txt", CATASTROPHE)
    good, bad = judging.judge(checks, ("aaa", "a" * 40 + "!", "aa"))
    assert (good.fault, good.report.points) == ("", 2)
    assert bad.timed_out and "The check timed out after 8 seconds" in bad.fault


def test_a_fault_is_tried_again_and_a_verdict_is_not(monkeypatch):
    verdict = QUESTION.file_checks.judge(SOLUTION).report
    fault = replace(verdict, results=[replace(verdict.results[0], outcome=Outcome.FAULT)])
    answers = [{"fault": "G-1", "report": fault.to_json()}, {"fault": "", "report": verdict.to_json()}]
    monkeypatch.setattr(apart, "ask", lambda *asked, **more: {"judged": [answers.pop(0)]})
    checks = read_file_checks(QUESTION.path, f"{QUESTION.checks}\n# asked nowhere else")
    outcomes = [judging.judge(checks, ("text",))[0].report.results[0].outcome for _ in range(3)]
    assert outcomes == [Outcome.FAULT, Outcome.PASSED, Outcome.PASSED]
