"""Files in quizzes are judged by the portal's own worker, also those that were submitted while no broker ran."""

import pytest
from django.db import transaction

from labs.file_questions.question import FileQuestion
from labs.grading import sandbox
from lessons import attempt_actions
from lessons.models import Attempt, Quiz
from lessons.quiz_text import parse_stored
from tests.factories import make_learner, make_lesson, make_quiz
from tests.servers import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.heavy]

FRONT = "---\ntitle: Workflows\npass_mark: 70\nattempts: 0\nrelease: now\n---\n\n"


def answer_with_solution(quiz) -> Attempt:
    learner = make_learner(quiz.course)
    attempt = attempt_actions.start_attempt(enrollment=learner, quiz=quiz)
    [question] = parse_stored(quiz.current.source).questions
    attempt_actions.save_answer(attempt=attempt, key=question.key, response=question.solution, flagged=False)
    with transaction.atomic():
        attempt = attempt_actions.submit_attempt(attempt=attempt)
    assert attempt.is_waiting
    return attempt


def test_the_worker_judges_waiting_answers(stack):
    quiz = make_quiz(FRONT + FileQuestion.example, make_lesson(slug="workflows"))
    attempt = answer_with_solution(quiz)
    # Nothing was sent from here, since this process has another broker: beat finds the answer.
    wait_for(lambda: not Attempt.objects.get(pk=attempt.pk).is_waiting)
    attempt.refresh_from_db()
    assert (attempt.points, attempt.passed) == (3, True)


def test_the_workers_prove_a_quiz_that_runs_code_and_judge_its_answers(stack):
    if "cannot be confined" in (state := sandbox.state()):
        pytest.skip(state)
    [example] = FileQuestion.more_examples.values()
    quiz = make_quiz(FRONT + example, make_lesson(slug="programs"))
    assert quiz.current is None
    wait_for(lambda: Quiz.objects.get(pk=quiz.pk).current_id)
    quiz.refresh_from_db()
    attempt = answer_with_solution(quiz)
    wait_for(lambda: not Attempt.objects.get(pk=attempt.pk).is_waiting)
    attempt.refresh_from_db()
    assert (attempt.points, attempt.passed) == (2, True)
