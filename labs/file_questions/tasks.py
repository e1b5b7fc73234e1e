"""Celery adapters. A message is only a wake-up: the queue is the table of answers that wait for a worker."""

import logging
import time

from celery import shared_task

from lessons import marking
from lessons.models import Answer
from lessons.quizzes.problems import CannotJudgeError
from portal.broker import send

logger = logging.getLogger(__name__)

MAX_SECONDS = 5  # short compared with the time limit of the whole task


def wake() -> None:
    # Tried once; without a broker, beat does it later.
    send(judge_waiting)


@shared_task(soft_time_limit=60, time_limit=90)
def judge_waiting() -> None:
    """Judge the answers that wait, for a short while, and ask for another run if there are more."""
    started = time.monotonic()
    for answer in marking.waiting_for_worker("file"):
        if time.monotonic() - started > MAX_SECONDS:
            wake()
            return
        judge_answer(answer)


def judge_answer(answer: Answer) -> None:
    try:
        points, report = marking.question_of(answer).judge(answer.response)
    except CannotJudgeError as error:
        logger.error("answer %s could not be judged, staff mark it: %s", answer.pk, error)
        marking.leave_to_staff(answer=answer)
    else:
        marking.store_report(answer=answer, points=points, report=report)
