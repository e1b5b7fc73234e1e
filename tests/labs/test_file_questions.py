"""A file in a quiz is judged by the portal's own worker, also one that was submitted while no broker ran."""

import pytest
from django.db import transaction

from labs.file_questions.question import FileQuestion
from lessons import actions
from lessons.models import Attempt
from tests.factories import make_learner, make_lesson, make_quiz
from tests.servers import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.heavy]

FRONT = "---\ntitle: Workflows\npass_mark: 70\nattempts: 0\nrelease: now\n---\n\n"


def test_the_worker_judges_what_waits(stack, client):
    quiz = make_quiz(FRONT + FileQuestion.example, make_lesson(slug="workflows"))
    learner = make_learner(quiz.course)
    attempt = actions.start_attempt(enrollment=learner, quiz=quiz)
    text = quiz.source.partition("```solution\n")[2].partition("```")[0]
    actions.save_answer(attempt=attempt, key="tests-on-push", response=text, flagged=False)
    with transaction.atomic():
        attempt = actions.submit_attempt(attempt=attempt)
    assert attempt.is_waiting
    # Nothing was sent from here, since this process has another broker: beat finds the answer.
    wait_for(lambda: not Attempt.objects.get(pk=attempt.pk).is_waiting, seconds=90)
    attempt.refresh_from_db()
    assert (attempt.points, attempt.passed) == (3, True)
