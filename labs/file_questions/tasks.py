"""Celery adapters. A message is only a wake-up: the queue is the table of answers that wait for a worker."""

import logging
import time
from collections.abc import Sequence
from itertools import groupby

from celery import shared_task

from lessons import marking
from lessons.models import Answer
from lessons.quizzes.problems import CannotJudgeError
from portal.broker import send

logger = logging.getLogger(__name__)

MAX_SECONDS = 5  # short compared with the time limit of the whole task
BATCH = 10  # answers in one process: most of the time of one answer is that of its process


def wake() -> None:
    # Tried once; without a broker, beat does it later.
    send(judge_waiting)


@shared_task(soft_time_limit=120, time_limit=150)
def judge_waiting() -> None:
    """Judge the answers that wait, for a short while, and ask for another run if there are more."""
    started = time.monotonic()
    waiting = marking.waiting_for_worker("file")
    waiting.sort(key=lambda answer: (answer.attempt.version_id, answer.key, answer.pk))
    for _, same in groupby(waiting, lambda answer: (answer.attempt.version_id, answer.key)):
        answers = list(same)
        for place in range(0, len(answers), BATCH):
            if time.monotonic() - started > MAX_SECONDS:
                wake()
                return
            judge_answers(answers[place : place + BATCH])
    if len(waiting) == marking.MAX_WAITING:
        wake()


def judge_answers(answers: Sequence[Answer]) -> None:
    """Judge answers to one question. Without a verdict on one of them, each is judged alone."""
    try:
        judged = marking.question_of(answers[0]).judge(*(answer.response for answer in answers))
    except CannotJudgeError as error:
        if len(answers) > 1:
            for answer in answers:
                judge_answers([answer])
            return
        logger.error("answer %s could not be judged, staff mark it: %s", answers[0].pk, error)
        marking.leave_to_staff(answer=answers[0])
        return
    for answer, (points, report) in zip(answers, judged, strict=True):
        marking.store_report(answer=answer, points=points, report=report)
