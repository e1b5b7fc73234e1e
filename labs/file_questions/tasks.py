"""Celery adapters. A message is only a wake-up: the queue is the table of answers that wait for a worker."""

import logging
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from celery import shared_task

from lessons import marking
from lessons.models import Answer
from lessons.quizzes.problems import CannotJudgeError
from portal.broker import send
from portal.heartbeat import heartbeat_thread

logger = logging.getLogger(__name__)

MAX_SECONDS = 5  # short compared with the time limit of the whole task


def wake() -> None:
    # Tried once; without a broker, beat does it later.
    send(judge_waiting)


@shared_task(soft_time_limit=150, time_limit=170)
def judge_waiting() -> None:
    """Judge the answers that wait, for a short while, and ask for another run if there are more."""
    started = time.monotonic()
    while waiting := marking.waiting_for_worker("file"):
        for answers in _batches(waiting):
            if time.monotonic() - started > MAX_SECONDS:
                wake()
                return
            judge_answers(answers)


def _batches(waiting: Sequence[Answer]) -> Iterator[list[Answer]]:
    """Yield answers to one question each, oldest first; then, one by one, those whose judging failed before."""
    groups: dict[tuple[int, str], list[Answer]] = {}
    for answer in waiting:
        if not answer.tries:
            groups.setdefault((answer.attempt.version_id, answer.key), []).append(answer)
    batches = []
    for answers in groups.values():
        size = marking.question_of(answers[0]).judged_together
        batches += [answers[place : place + size] for place in range(0, len(answers), size)]
    yield from sorted(batches, key=lambda batch: batch[0].pk)
    yield from ([answer] for answer in waiting if answer.tries)


def judge_answers(answers: Sequence[Answer]) -> None:
    """Judge answers to one question that no other worker holds. One without a verdict is tried again, alone."""
    held = list(filter(marking.take_for_worker, answers))
    if not held:
        return
    hold = partial(marking.hold_for_worker, held)
    with heartbeat_thread(f"answers {held[0].pk} ff.", hold, marking.LEASE.total_seconds()):
        for answer, verdict in zip(held, _verdicts(held), strict=True):
            _store(answer, verdict)


# Any: a report as JSON
Verdict = tuple[Any, dict[str, Any]] | CannotJudgeError


def _verdicts(answers: Sequence[Answer]) -> Sequence[Verdict]:
    try:
        return marking.question_of(answers[0]).judge(*(answer.response for answer in answers))
    except Exception as error:  # ours, whatever it is: other answers must not wait for it
        logger.exception("answers from %s on could not be judged", answers[0].pk)
        return [CannotJudgeError(f"{type(error).__name__}: {error}") for _ in answers]


def _store(answer: Answer, verdict: Verdict) -> None:
    if not isinstance(verdict, CannotJudgeError):
        points, report = verdict
        try:
            marking.store_report(answer=answer, points=points, report=report)
            return
        except Exception as error:
            logger.exception("the verdict on answer %s could not be stored", answer.pk)
            verdict = CannotJudgeError(f"{type(error).__name__}: {error}")
    logger.error("answer %s could not be judged: %s", answer.pk, verdict)
    marking.give_back(answer=answer, is_final=verdict.is_final)
